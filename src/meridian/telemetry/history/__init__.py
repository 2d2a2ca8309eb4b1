"""Thirty days of cubes in PostgreSQL: finely for hours, coarsely for weeks, every request counted once.

`history` is what others use, `rollup` what keeps it small.

    arriving windows -> 10 s rows -> 1 min -> 5 min -> 1 h      (a mark says which window has to be added up again)
"""
