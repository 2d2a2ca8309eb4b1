"""A Summary in a few lines of text: the verdict, each objective, and what stood out."""

from collections.abc import Mapping
from typing import Any

from meridian.console import say, styled, table
from meridian.loadtest.commands.common import ms, rate, share

COLOURS = {"passed": "green", "failed": "red", "invalid": "yellow", "aborted": "red", "stopped": "yellow"}
LISTED = 10


def print_verdict(summary: Mapping[str, Any]) -> None:
    state = str(summary["state"])
    say(
        f"{styled(state.upper(), fg=COLOURS.get(state), bold=True)}  {summary['title']}: {summary['sentence']}"
    )
    if (
        state == "stopped"
        and not (summary.get("achieved") or {}).get("requests")
        and not summary.get("thresholds")
    ):
        return
    _objectives(summary)
    _groups(summary)
    for name in ("capacity", "recovery"):
        if found := summary.get(name):
            say(f"{name}: {found['sentence']}")
    for leak in summary.get("leaks") or ():
        if leak["leaking"]:
            say(f"leak: {leak['sentence']}")
    failovers = summary.get("failovers") or ()
    for each in failovers[:LISTED]:
        say(f"at {each['at']:.1f} s: {each['sentence']}")
    if len(failovers) > LISTED:
        say(f"and {len(failovers) - LISTED} more moves; the report has them all")
    validity = summary.get("validity") or {}
    if validity.get("valid") is False:
        say(styled(f"not valid: {validity['sentence']}", fg="yellow"))
    if comparison := summary.get("comparison"):
        say(f"compared with {comparison['with']}: {comparison['sentence']}")


def _objectives(summary: Mapping[str, Any]) -> None:
    rows = [
        [
            _mark(each["held"]),
            each["text"],
            each["sentence"],
        ]
        for each in summary.get("thresholds") or ()
    ]
    failed = [each for each in summary.get("checks") or () if each["failed"]]
    for held, text, sentence in rows:
        say(f"  {held}  {text}: {sentence}" if sentence else f"  {held}  {text}")
    for check in failed:
        say(
            f"  {styled('check', fg='red')}  {check['name']}: {check['failed']:,} of {check['n']:,}; {check['example']}"
        )


def _mark(held: bool | None) -> str:
    if held is None:
        return styled("not judged", fg="yellow")
    return styled("held", fg="green") if held else styled("broken", fg="red")


def _groups(summary: Mapping[str, Any]) -> None:
    rows = []
    for what, groups in (("step", summary.get("steps")), ("region", summary.get("regions"))):
        for each in groups or ():
            latency = each["latency"]
            rows.append(
                [
                    what,
                    each["name"],
                    f"{each['requests']:,}",
                    rate(each["rate"]),
                    share(each["errors"]),
                    *(ms(latency.get(name)) for name in ("p50", "p95", "p99", "max")),
                ]
            )
    if rows:
        say()
        table(["", "NAME", "REQUESTS", "RATE", "ERRORS", "P50", "P95", "P99", "MAX"], rows)
