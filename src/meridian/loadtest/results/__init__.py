"""What the record of a run says: verdicts, series, maps and comparisons, as plain functions of it."""
