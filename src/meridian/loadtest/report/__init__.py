"""The report of a load test: one HTML file that needs nothing else, made from a summary; and the log of failovers."""
