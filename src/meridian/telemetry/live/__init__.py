"""The last minutes in control's memory: what happens now, for conditions, the stream and the dashboard."""
