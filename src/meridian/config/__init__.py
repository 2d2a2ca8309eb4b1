"""The file a user writes: its schema, loading with positions, checks, and what a change to it would do."""
