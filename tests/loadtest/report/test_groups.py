from meridian.loadtest.report.groups import checks, groups
from meridian.loadtest.report.numbers import ms
from tests.loadtest.report.sample import empty, summary


def test_steps_regions_and_versions_are_told_with_their_figures() -> None:
    given = summary(60)
    made = groups(given)
    for group in (*given["steps"], *given["regions"], *given["versions"]):
        assert f"{group['requests']:,}" in made
        assert ms(group["latency"]["p95"]) in made
    assert "POST /api/swipe · matching" in made
    assert "us-central1" in made


def test_what_came_of_the_requests_adds_up() -> None:
    given = summary(240)
    made = groups(given)
    assert all(f">{n:,}</td>" in made for n in given["outcomes"].values() if n)


def test_a_group_without_answers_has_dashes() -> None:
    given = summary(60)
    given["regions"][0]["latency"] = empty()["latency"]
    assert ">–</td>" in groups(given)


def test_without_answers_there_is_a_sentence() -> None:
    assert "No answer was measured" in groups(empty())


def test_a_check_is_held_only_where_no_answer_failed_it() -> None:
    given = summary(60)
    given["checks"].append({"name": "never-asked", "n": 0, "failed": 0, "example": ""})
    made = str(checks(given))
    assert [made.count(word) for word in ("✓ held", "✕ not held", "– not judged")] == [1, 1, 1]
    assert "61 swipes were let through" in made
    assert checks(empty()) is None
