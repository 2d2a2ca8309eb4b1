"""Where single users belong: stored homes, operators' overrides, the tokens that carry them, and what is known of a caller."""
