"""Limits that hold for a region of several edges: each holds the part of every limit that is its part of the region's requests.

The parts add up to 1, so together the edges never admit more than the limit, and where requests are spread over the edges in
the proportion of the parts, all of it. `meter` counts what comes to each edge, `shares` says who holds how much, `controller`
runs both on control, and `holding` lays an edge's part over its stamp.
"""
