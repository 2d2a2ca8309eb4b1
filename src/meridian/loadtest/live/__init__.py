"""A load test while it runs: what is known so far, for the terminal and for control."""
