-- Windows of 2 h besides, as 30 days are asked for in such steps; and the rows of a view may be in parts, one for each value of one of its
-- labels, so that a question about one value reads no others. part: the number of that value's word; 0: the row is not in parts.
ALTER TABLE telemetry_10 ADD COLUMN part integer NOT NULL DEFAULT 0;
ALTER TABLE telemetry_60 ADD COLUMN part integer NOT NULL DEFAULT 0;
ALTER TABLE telemetry_300 ADD COLUMN part integer NOT NULL DEFAULT 0;
ALTER TABLE telemetry_3600 ADD COLUMN part integer NOT NULL DEFAULT 0;
CREATE TABLE telemetry_7200 (LIKE telemetry_3600 INCLUDING ALL) PARTITION BY RANGE (start);

-- From when on windows have the views that there are now. Older ones were made with others; they are read in full.
ALTER TABLE telemetry_level ADD COLUMN viewed_from bigint NOT NULL DEFAULT 0;
UPDATE telemetry_level SET viewed_from = (SELECT coalesce(max(start) + 10, 0) FROM telemetry_10) WHERE width = 10;
UPDATE telemetry_level SET viewed_from = (SELECT coalesce(max(start) + 300, 0) FROM telemetry_300) WHERE width = 300;
UPDATE telemetry_level SET viewed_from = (SELECT coalesce(max(start) + 3600, 0) FROM telemetry_3600) WHERE width = 3600;
INSERT INTO telemetry_level (width, kept_from) SELECT 7200, kept_from FROM telemetry_level WHERE width = 3600;
INSERT INTO telemetry_mark (width, start) SELECT DISTINCT 7200, start / 7200 * 7200 FROM telemetry_3600;
