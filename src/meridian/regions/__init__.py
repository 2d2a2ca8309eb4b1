"""The regions feature: which region serves a user, which location a request, and what happens when one is down."""
