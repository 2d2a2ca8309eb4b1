"""Admission: the process beside an edge that decides what must be exact across edges, and watches for guessing."""
