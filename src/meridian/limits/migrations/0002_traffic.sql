-- What edges recorded of the last hour, ten seconds a row. counts: window, feature, action, country, tier, risk, refusing limit,
-- whether signed in, how many. shadow: limit, country, tier, whether it would have refused, how many. top: limit, who, at least
-- how often refused, by how much that may be too low. sample: what some users did, under other names. exact: window, limit,
-- admitted, refused, let through and refused while the counters were away.
CREATE TABLE limit_traffic (
    id uuid PRIMARY KEY,
    region text NOT NULL,
    instance text NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    counts jsonb NOT NULL DEFAULT '[]',
    shadow jsonb NOT NULL DEFAULT '[]',
    top jsonb NOT NULL DEFAULT '[]',
    exact jsonb NOT NULL DEFAULT '[]',
    sample json
);
CREATE INDEX limit_traffic_last ON limit_traffic (last);
