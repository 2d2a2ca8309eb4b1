from meridian.loadtest.report.provenance import command, provenance
from tests.loadtest.report.sample import empty, summary


def test_the_command_makes_the_same_run_again() -> None:
    assert (
        command(summary(60))
        == "meridian load run swipe --scale 0.3 --duration 60 --seed 7 --target world --http 1"
    )


def test_names_are_quoted_for_the_shell() -> None:
    assert "'; rm -rf x'" in command({**empty(), "name": "; rm -rf x"})


def test_how_it_was_run_and_how_latency_is_measured_are_said() -> None:
    made = provenance(summary(60))
    for said in (
        "2 machines, 4 processes",
        "HTTP/1.1",
        "22 Nov 2026, 13:46:00 UTC",
        "Latency counts from that time",
        "no, warm-up",
    ):
        assert said in made
    assert "HTTP/2" in provenance(empty())
