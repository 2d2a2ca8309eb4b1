"""Limits: how often something may be done, by whom, counted natively in Envoy and exactly where money is."""
