-- The journal of decisions. Its key sorts by time (UUID version 7), so that the table can be cut into partitions by ranges of
-- its key, and nothing refers to it, so that old ones can be detached.
CREATE TABLE journal (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    controller text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    -- json, not jsonb: the text is kept as it was written, so that a decision replayed from it sees the same numbers
    -- (jsonb turns 1e16 into an integer and -0.0 into 0.0).
    decision json NOT NULL,
    undone_at timestamptz,
    undone_by text
);
CREATE INDEX journal_controller ON journal (controller, id DESC);
CREATE INDEX journal_subject ON journal (subject, id DESC);
CREATE INDEX journal_kind ON journal (kind, id DESC);
