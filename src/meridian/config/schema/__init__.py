"""The schema of `meridian.yaml`, one file a section."""
