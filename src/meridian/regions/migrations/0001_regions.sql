-- Where users belong. One row a user; the first contact writes it, an operator may change it.
CREATE TABLE home_assignment (
    user_id text PRIMARY KEY CHECK (char_length(user_id) BETWEEN 1 AND 128),
    region text NOT NULL,
    source text NOT NULL,
    decided_by text NOT NULL,
    created_at timestamptz NOT NULL
);

-- Users whom an operator placed by hand. Few: they are compiled into every edge.
CREATE TABLE region_override (
    user_id text PRIMARY KEY CHECK (char_length(user_id) BETWEEN 1 AND 128),
    region text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX region_override_expiry ON region_override (expires_at) WHERE expires_at IS NOT NULL;

-- Locations whose traffic is being taken away (to_share 1) or given back (to_share 0; the row goes when that is done). The share
-- at any time follows from the row alone, so every process works out the same. told: quarters that the journal knows of.
CREATE TABLE drain (
    location text PRIMARY KEY,
    from_share double precision NOT NULL CHECK (from_share BETWEEN 0 AND 1),
    to_share double precision NOT NULL CHECK (to_share BETWEEN 0 AND 1),
    started_at timestamptz NOT NULL,
    over_seconds double precision NOT NULL CHECK (over_seconds >= 0),
    reason text NOT NULL,
    author text NOT NULL,
    told smallint NOT NULL DEFAULT 0
);

-- What clients measured, as histograms a minute long (see histogram.py for the bins). Nothing of it outlives the window, so a
-- crash may as well lose it.
CREATE UNLOGGED TABLE latency_country (
    minute timestamptz NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    bin smallint NOT NULL,
    samples integer NOT NULL,
    PRIMARY KEY (minute, country, region, bin)
);
CREATE UNLOGGED TABLE latency_network (
    network cidr NOT NULL,
    minute timestamptz NOT NULL,
    region text NOT NULL,
    bin smallint NOT NULL,
    samples integer NOT NULL,
    PRIMARY KEY (network, minute, region, bin)
);
CREATE INDEX latency_network_minute ON latency_network (minute);

-- What measured latency decided last. scope: 'nearest', or the region of the users of features with `route: optimal`.
CREATE TABLE latency_preference (
    scope text NOT NULL,
    country text NOT NULL,
    region text NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (scope, country)
);
