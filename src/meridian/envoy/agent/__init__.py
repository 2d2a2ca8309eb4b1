"""One edge's agent: receives snapshots, proves and activates them, and keeps Envoy running. Never on the
request path."""
