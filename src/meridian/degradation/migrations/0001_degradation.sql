-- Where the levels stand, a row for each region that was ever degraded and one for everywhere (the empty region). automatic: the
-- level that the rules came to. manual: the least level by a person's order. told_at: when a person last changed it.
-- since, why, entered_by: of the level in force, the higher one of the two.
CREATE TABLE degradation_level (
    region text PRIMARY KEY CHECK (char_length(region) <= 63),
    automatic smallint NOT NULL CHECK (automatic BETWEEN 0 AND 3),
    manual smallint CHECK (manual BETWEEN 0 AND 3),
    changed_at timestamptz NOT NULL,
    told_at timestamptz,
    since timestamptz NOT NULL,
    why text NOT NULL,
    entered_by text NOT NULL
);
