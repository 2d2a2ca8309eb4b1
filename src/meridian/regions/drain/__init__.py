"""Taking a location's traffic away and giving it back: who can carry it, the share over time, and the journal of its way."""
