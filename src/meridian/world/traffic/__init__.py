"""Traffic for a local world: users of every country, on a fixed schedule, with every answer checked."""
