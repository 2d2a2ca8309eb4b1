-- judged: when the rules were judged last, by whoever leads. Silence about what is wrong means something only while they are.
ALTER TABLE alert_epoch ADD COLUMN judged timestamptz;
