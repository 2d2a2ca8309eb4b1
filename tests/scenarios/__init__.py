"""Scenarios: sentences over real processes. Each file starts a world of its own, or shares one where nothing is broken in it."""
