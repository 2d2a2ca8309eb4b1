"""A module whose FEATURE is none, for the test of the registry."""

FEATURE = "this is a text"
