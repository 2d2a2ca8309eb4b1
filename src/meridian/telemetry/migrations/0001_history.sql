-- History: cubes of windows of 10 s, 1 min, 5 min and 1 h, in tables by these widths, each partitioned by time. A row is a block: the
-- cells of one kind in one window. start: when the window began, seconds since 1970. view: 0 has every label, others only some
-- (telemetry/history/views.py). source: the edge that sent it; null: added up from the next finer table, once for each window.
-- cells: labels and sums. sketches: histograms or distinct counts, apart, as most questions need none.
CREATE TABLE telemetry_10 (
    start bigint NOT NULL,
    kind text NOT NULL,
    view smallint NOT NULL DEFAULT 0,
    source text,
    cells bytea NOT NULL,
    sketches bytea NOT NULL
) PARTITION BY RANGE (start);
-- Blocks are packed already.
ALTER TABLE telemetry_10 ALTER COLUMN cells SET STORAGE EXTERNAL, ALTER COLUMN sketches SET STORAGE EXTERNAL;
CREATE INDEX telemetry_10_start ON telemetry_10 (kind, start);
CREATE TABLE telemetry_60 (LIKE telemetry_10 INCLUDING ALL) PARTITION BY RANGE (start);
CREATE TABLE telemetry_300 (LIKE telemetry_10 INCLUDING ALL) PARTITION BY RANGE (start);
CREATE TABLE telemetry_3600 (LIKE telemetry_10 INCLUDING ALL) PARTITION BY RANGE (start);

-- Since when each table has everything. Windows before that enter the next coarser one.
CREATE TABLE telemetry_level (
    width integer PRIMARY KEY,
    kept_from bigint NOT NULL DEFAULT 0
);
INSERT INTO telemetry_level (width) VALUES (10), (60), (300), (3600);

-- Windows of the table `width` that have to be added up (again) from the next finer one. Whoever adds a row there adds a mark here, in
-- the same transaction; marks are never merged, so that none is lost between two transactions.
CREATE TABLE telemetry_mark (
    width integer NOT NULL,
    start bigint NOT NULL
);
CREATE INDEX telemetry_mark_start ON telemetry_mark (width, start);

-- What labels say; blocks hold numbers. 0 is a label that does not apply. Views are made of some statuses, which are known from the
-- start therefore.
CREATE TABLE telemetry_word (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word text NOT NULL UNIQUE
);
INSERT INTO telemetry_word (id, word) OVERRIDING SYSTEM VALUE VALUES (0, '');
INSERT INTO telemetry_word (word) VALUES ('2xx'), ('3xx'), ('4xx'), ('5xx');
