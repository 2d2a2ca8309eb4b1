-- Rates that operators chose for single users and clients. Few: they are compiled into every edge.
CREATE TABLE limit_override (
    kind text NOT NULL CHECK (kind IN ('user', 'client')),
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 128),
    policy text NOT NULL,
    rate integer NOT NULL CHECK (rate > 0),
    reason text NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (kind, subject, policy)
);
CREATE INDEX limit_override_expiry ON limit_override (expires_at) WHERE expires_at IS NOT NULL;

-- Which counters of a user or a client count. A reset takes the next number that was never used; taking a reset back returns to the
-- counters of before, so `highest` remembers which numbers are spent.
CREATE TABLE limit_reset (
    kind text NOT NULL CHECK (kind IN ('user', 'client')),
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 128),
    generation integer NOT NULL CHECK (generation >= 0),
    highest integer NOT NULL CHECK (highest >= generation),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX limit_reset_age ON limit_reset (changed_at);

-- Blocks that operators lifted: those of the subject that began before `lifted_at` are over.
CREATE TABLE limit_lift (
    kind text NOT NULL CHECK (kind IN ('account', 'address')),
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 256),
    lifted_at timestamptz NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    PRIMARY KEY (kind, subject)
);

-- Blocks as the edges report them. subject: an address, or the name that edges have for an account; they tell nobody whose it is.
-- in_a_row: how many blocks of the subject there were by then.
CREATE TABLE limit_block (
    region text NOT NULL,
    shield text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('account', 'address', 'device')),
    subject text NOT NULL,
    began timestamptz NOT NULL,
    until timestamptz NOT NULL,
    in_a_row integer NOT NULL,
    PRIMARY KEY (region, shield, kind, subject, began)
);
CREATE INDEX limit_block_until ON limit_block (until);
