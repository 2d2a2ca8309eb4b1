"""A feature small enough to read in a minute, with every room that one can have. docs/adding-a-feature.md walks through it.

It greets: `GET /v1/greeting` is answered by the edge itself, and says how many edges there are. Users may be greeted quietly
while too few edges report.
"""
