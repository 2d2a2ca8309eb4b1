-- Every configuration that was ever active, as it was written. The one with the highest version is active.
CREATE TABLE configurations (
    version integer PRIMARY KEY,
    digest text NOT NULL,
    text text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    rolled_back_from integer REFERENCES configurations (version)
);
