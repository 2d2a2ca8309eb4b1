-- What is to be told to whom, and how that went: a queue and its log. The order of `sequence` is kept for each incident and channel.
-- incident: the notice's key. claimed_until: somebody is sending it until then; after that it may be sent again, under the same id.
-- reached: of several recipients, those who have it.
CREATE TABLE alert_delivery (
    id uuid PRIMARY KEY,
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    incident text NOT NULL,
    channel text NOT NULL,
    event text NOT NULL CHECK (event IN ('firing', 'acknowledged', 'resolved', 'change', 'test')),
    notice jsonb NOT NULL,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'sent', 'superseded', 'given_up')),
    created_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    claimed_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    reached text[] NOT NULL DEFAULT '{}',
    answered_at timestamptz,
    answer text NOT NULL DEFAULT ''
);
CREATE INDEX alert_delivery_waiting ON alert_delivery (sequence) WHERE status = 'waiting';
CREATE INDEX alert_delivery_incident ON alert_delivery (incident, sequence);
CREATE INDEX alert_delivery_created ON alert_delivery (created_at);

-- How each channel does. failures: in a row. dead_since: other channels are told of it.
CREATE TABLE alert_channel (
    channel text PRIMARY KEY,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    dead_since timestamptz,
    paused_until timestamptz,
    sent_at timestamptz,
    answered_at timestamptz,
    answer text NOT NULL DEFAULT ''
);
