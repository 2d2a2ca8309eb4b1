"""Load tests that tell the truth: open loop, latency from the intended time, joined with what the system decided meanwhile."""
