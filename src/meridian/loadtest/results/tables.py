"""The run in rows: by step, region, version and location, from the sum of its judged seconds."""

from collections.abc import Callable, Sequence

from meridian.loadtest.outcomes import BROKEN, CHECK, TIMEOUT
from meridian.loadtest.plan import StepFacts
from meridian.loadtest.record import Failure, Key, Second
from meridian.loadtest.results.facts import ScenarioFacts
from meridian.loadtest.results.quantiles import Spread
from meridian.loadtest.results.reading import Reading
from meridian.loadtest.results.summary import Check, Group, Location, Step

_Which = Callable[[Key], bool]


def of_step(number: int) -> _Which:
    return lambda key: key.step == number


def of_region(name: str) -> _Which:
    return lambda key: key.region == name


def of_version(name: str) -> _Which:
    return lambda key: key.version == name


def group(name: str, judged: Second, which: _Which, seconds: float) -> Group:
    """seconds: that were judged."""
    n = judged.count(which)
    return {
        "name": name,
        "requests": n,
        "rate": per_second(n, seconds),
        "errors": share(judged.failed(which), n),
        "latency": Spread.of(judged.latency(which).counts).latency(),
    }


def steps(judged: Second, facts: Sequence[StepFacts], seconds: float) -> list[Step]:
    """All of the plan, also those that nobody took."""
    return [
        {
            **group(step.name, judged, of_step(number), seconds),
            "service": step.service,
            "request": step.request,
        }
        for number, step in enumerate(facts)
    ]


def regions(judged: Second, seconds: float) -> list[Group]:
    names = sorted({key.region for key in judged.latencies})
    return [group(name, judged, of_region(name), seconds) for name in names]


def versions(judged: Second, seconds: float) -> list[Group]:
    names = sorted({key.version for key in judged.latencies if key.version})
    return [group(name, judged, of_version(name), seconds) for name in names]


def locations(judged: Second) -> list[Location]:
    """The busiest first."""
    counts: dict[str, int] = {}
    for key, of_bucket in judged.latencies.items():
        if key.location:
            counts[key.location] = counts.get(key.location, 0) + sum(of_bucket.values())
    answered = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [{"name": name, "requests": n, "share": share(n, answered)} for name, n in ranked]


def outcomes(judged: Second) -> dict[str, int]:
    counts: dict[str, int] = {}
    for key, of_bucket in sorted(judged.latencies.items()):
        counts[key.outcome] = counts.get(key.outcome, 0) + sum(of_bucket.values())
    return counts


def checks(reading: Reading, told: ScenarioFacts, facts: Sequence[StepFacts]) -> list[Check]:
    """Those of the scenario, whether they failed or not, then others that failed. n: of the answers outside warm-up to
    the steps that ask for it."""
    asking: dict[str, set[int]] = {}
    numbers = {step.name: number for number, step in enumerate(facts)}
    for step in told.steps:
        for name in step.checks:
            asking.setdefault(name, set()).add(numbers.get(step.name, -1))
    failed: dict[str, list[Failure]] = {}
    for failure in reading.judged_failures:
        if failure.outcome == CHECK:
            failed.setdefault(failure.detail, []).append(failure)
            asking.setdefault(failure.detail, set()).add(failure.step)
    return [_check(name, steps, failed.get(name, []), reading, facts) for name, steps in asking.items()]


def step_name(number: int, facts: Sequence[StepFacts]) -> str:
    return facts[number].name if number < len(facts) else f"step {number + 1}"


def share(n: int, of: int) -> float:
    """Rounded to a millionth; 0 of nothing."""
    return round(n / of, 6) if of else 0.0


def per_second(n: int, seconds: float) -> float:
    return round(n / seconds, 3) if seconds > 0 else 0.0


def _answered(numbers: set[int]) -> _Which:
    return lambda key: key.step in numbers and key.outcome not in (TIMEOUT, BROKEN)


def _check(
    name: str, steps: set[int], failed: Sequence[Failure], reading: Reading, facts: Sequence[StepFacts]
) -> Check:
    example = ""
    if failed:
        failure = min(
            failed, key=lambda each: (reading.failures[each].first, reading.failures[each].first_number)
        )
        burst, step = reading.failures[failure], step_name(failure.step, facts)
        example = f"request {burst.first_number} ({step}, {failure.region}) {burst.first / 1e6:.1f} s after the start"
    n = reading.judged.count(_answered(steps))
    return {
        "name": name,
        "n": n,
        "failed": sum(reading.judged_failures[each] for each in failed),
        "example": example,
    }
