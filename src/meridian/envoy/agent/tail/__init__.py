"""The agent's reading of the edge's logs: lines in, records out to control.

`follower` reads a log across rotations, `parsing` makes lines of bytes, `folding` gives them to the folds, `spool` keeps
the records on disk, and `shipping` brings them to control.
"""
