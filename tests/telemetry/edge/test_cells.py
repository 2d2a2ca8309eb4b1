"""Where a request counts that was turned off on purpose."""

from meridian.core.degraded import mark
from meridian.envoy.lines import Alike
from meridian.telemetry.edge.cells import market, traffic


def test_what_was_turned_off_was_refused_and_nothing_failed() -> None:
    off = Alike(feature="feed", region="EU", country="DE", status=503, limit=mark(2))
    assert traffic(off, "EU")[-1] == "429"
    assert market(off, "EU")[-1] == "refused"


def test_a_503_of_a_service_is_a_failure_as_ever() -> None:
    broken = Alike(feature="feed", region="EU", country="DE", status=503, location="europe-west1")
    assert traffic(broken, "EU")[-1] == "5xx"
    assert market(broken, "EU")[-1] == "failed"
