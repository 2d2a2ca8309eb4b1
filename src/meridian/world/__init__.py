"""A whole multi-region world on one machine: sample app, latency, faults, traffic, and the supervisor that
runs it."""
