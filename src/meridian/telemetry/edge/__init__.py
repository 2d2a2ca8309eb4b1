"""The edge's half of telemetry: its access log and Envoy's own numbers, folded into cubes. `counting` is the fold, `cells` says
where a request counts, and `tally` adds up."""
