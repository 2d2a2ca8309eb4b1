"""Shields against guessing: what failed too often is closed for a while, and an owner's own device stays open."""
