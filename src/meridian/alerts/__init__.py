"""Alerts: rules over telemetry, incidents by cause, and whom they reach."""
