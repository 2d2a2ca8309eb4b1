"""What happens in the edges, as numbers: folded at the edge into cubes, live in control's memory, kept as history in PostgreSQL.

`kinds` says what is counted and by what, `cube` adds it up, `edge` makes cubes of log lines, `live` holds the last minutes,
`history` the last 30 days, and `metrics` reads both.
"""
