from meridian.loadtest.report.resources import resources
from meridian.loadtest.report.timeline import timeline
from tests.loadtest.report.sample import empty, summary


def test_each_process_has_a_line_and_a_row_and_leaks_are_named() -> None:
    given = summary(60)
    made = resources(given, timeline(given))
    assert made.count('class="line series-') == 10  # five processes, CPU and memory
    assert ">74 MiB</td>" in made
    assert made.count("✕ leaking") == 1
    assert "+89.6 MiB" in made


def test_with_many_processes_the_busiest_are_drawn() -> None:
    given = summary(60)
    process = given["resources"]["processes"][0]
    given["resources"]["processes"] = [{**process, "name": f"process {n}"} for n in range(30)]
    made = resources(given, timeline(given))
    assert made.count('class="line series-') == 16
    assert all(f">process {n}</th>" in made for n in range(30))


def test_a_process_that_was_never_seen_is_no_mistake() -> None:
    given = summary(60)
    given["resources"]["processes"] = [{"name": "gone", "cpu": [None] * 12, "rss": [None] * 12}]
    assert ">gone</th>" in resources(given, timeline(given))


def test_without_processes_there_is_a_sentence() -> None:
    assert "No process was watched" in resources(empty(), timeline(empty()))
