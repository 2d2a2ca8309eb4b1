"""Everything about Envoy: resource builders, assembly into an edge, snapshots, the agent and the process."""
