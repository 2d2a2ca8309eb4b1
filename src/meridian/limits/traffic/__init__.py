"""What happens at the limits: counted and sampled at each edge, kept for an hour, replayed before a limit is changed."""
