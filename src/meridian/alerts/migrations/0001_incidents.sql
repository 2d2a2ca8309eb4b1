-- What is wrong, and was. alerts: those that fire and those that did (rule, labels, subject, value, threshold, since, n, resolved).
-- told: what the last notice said, and which channels got one; null while nobody was told.
CREATE TABLE alert_incident (
    id uuid PRIMARY KEY,
    "group" text NOT NULL,
    lead text NOT NULL,
    severity smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    title text NOT NULL,
    sentence text NOT NULL,
    subject text NOT NULL,
    runbook text NOT NULL,
    cause text NOT NULL,
    decision text NOT NULL,
    started timestamptz NOT NULL,
    resolved timestamptz,
    acknowledged jsonb,
    told jsonb,
    silenced boolean NOT NULL,
    alerts jsonb NOT NULL
);
CREATE INDEX alert_incident_open ON alert_incident (started) WHERE resolved IS NULL;
CREATE INDEX alert_incident_resolved ON alert_incident (resolved) WHERE resolved IS NOT NULL;

-- How each rule's groups stand (`telemetry.conditions.Held`), so that a restart neither forgets nor repeats.
CREATE TABLE alert_standing (
    rule text PRIMARY KEY,
    held jsonb NOT NULL
);

-- Alerts that match all matchers (label -> values) are not told until then.
CREATE TABLE alert_silence (
    id uuid PRIMARY KEY,
    matchers jsonb NOT NULL,
    starts timestamptz NOT NULL,
    ends timestamptz NOT NULL,
    reason text NOT NULL,
    author text NOT NULL
);
CREATE INDEX alert_silence_end ON alert_silence (ends);

-- Grows with whatever is written in the tables above, so that whoever holds them in memory knows whether that is still true.
-- leader: the process that judged last.
CREATE TABLE alert_epoch (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL,
    leader text NOT NULL
);
INSERT INTO alert_epoch (epoch, leader) VALUES (0, '');
