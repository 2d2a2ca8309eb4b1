"""Exact limits: one counter for all edges, or one beside each, and never more admitted than the limit says."""
