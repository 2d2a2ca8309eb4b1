"""What Meridian remembers, in PostgreSQL: the journal, configurations, tokens, keys, and who leads."""
