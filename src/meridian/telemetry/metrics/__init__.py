"""Metrics: named numbers over the cubes, now and over time. `catalogue` names them, `query` asks for them, `reading` answers."""
