-- Tokens of operators and edges. Only their hashes: who reads this table can not use them.
CREATE TABLE tokens (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    hash text NOT NULL UNIQUE,
    role text NOT NULL,
    region text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
);
-- The journal names who did something by the token's name, so two that work never share one.
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;
