CREATE TABLE greeting (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    edges integer NOT NULL CHECK (edges >= 0)
);
