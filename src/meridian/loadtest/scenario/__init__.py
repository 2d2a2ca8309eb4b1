"""Scenarios: what users do in a load test, when, and what must come of it; resolved against a target into a `Plan`."""
