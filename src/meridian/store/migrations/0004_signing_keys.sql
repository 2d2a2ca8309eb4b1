-- Meridian's own signing keys. active_from is null for the next one, which is published before it signs anything;
-- replaced_at is set for older ones, which stay published while a token of theirs may be about.
CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    private_key text NOT NULL,
    created_at timestamptz NOT NULL,
    active_from timestamptz,
    replaced_at timestamptz
);
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys ((1)) WHERE active_from IS NULL;
CREATE UNIQUE INDEX signing_keys_one_signs ON signing_keys ((1)) WHERE active_from IS NOT NULL AND replaced_at IS NULL;
