"""Measured latency: what clients send, what is kept of it, and the judge that lets it move a country's requests."""
