"""Launch and traffic control plane: policy in, Envoy configuration out; telemetry in, decisions out."""
