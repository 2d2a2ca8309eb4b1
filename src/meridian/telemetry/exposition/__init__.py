"""Meridian's numbers for other people's tools: Prometheus scrapes them, OpenTelemetry gets them sent.

`totals` adds up what edges delivered since this process began, `families` says what each number is called outside,
`prometheus` and `otlp` write them down.
"""
