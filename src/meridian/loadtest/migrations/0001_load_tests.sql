-- Load tests that run, and those that did. id: given by whoever started it; the shards of one run share it.
-- told: when its runner was heard of last. A run that is "running" and was not heard of for long is lost. began: when it sends, or will.
-- stop: why it is to stop; empty while nobody asked. summary: JSON text, null until every shard's part is there.
CREATE TABLE load_test (
    id text PRIMARY KEY,
    name text NOT NULL,
    title text NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'passed', 'failed', 'invalid', 'aborted', 'stopped')),
    sentence text NOT NULL,
    began timestamptz NOT NULL,
    ended timestamptz,
    told timestamptz NOT NULL,
    author text NOT NULL,
    runner text NOT NULL CHECK (runner IN ('cli', 'control')),
    shards integer NOT NULL CHECK (shards BETWEEN 1 AND 1000),
    facts jsonb NOT NULL,
    rate double precision,
    p95 double precision,
    errors double precision,
    stop text NOT NULL DEFAULT '',
    summary text
);
CREATE INDEX load_test_began ON load_test (began DESC, id);

-- What each shard of a run told last (live), and its part of the record, as it came: compressed JSON.
CREATE TABLE load_test_shard (
    test text NOT NULL REFERENCES load_test ON DELETE CASCADE,
    shard integer NOT NULL,
    told timestamptz NOT NULL,
    live jsonb NOT NULL DEFAULT '{}',
    part bytea,
    PRIMARY KEY (test, shard)
);
