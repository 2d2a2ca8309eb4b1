-- Records that edges made of their logs and that features have stored: an edge sends each until it hears that it arrived, and
-- maybe once more. Ids are forgotten two days after they came; what is older than that is not taken.
CREATE TABLE edge_records (
    id uuid PRIMARY KEY,
    received_at timestamptz NOT NULL
);
CREATE INDEX edge_records_received_at ON edge_records (received_at);
