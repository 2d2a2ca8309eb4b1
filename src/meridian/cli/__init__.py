"""The `meridian` program: what a person types, and what they are told."""
