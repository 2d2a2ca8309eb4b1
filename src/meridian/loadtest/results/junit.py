"""A run's verdicts as JUnit XML, which every CI reads."""

from meridian.loadtest.results.summary import Summary


def junit(summary: Summary) -> str:
    """A test case for each threshold and check; an invalid run is an error, not a failure."""
    raise NotImplementedError
