"""What a person reads once the world is up: what is where, what survives, and what to try next."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from meridian.world.program import program

EXAMPLES: Mapping[str, tuple[str, str]] = {
    "EU": ("81.2.69.142", "an address in Britain"),
    "APAC": ("49.36.128.1", "an address in India"),
    "US": ("189.6.26.1", "an address in Brazil"),
}
"""Region -> a client address that the Avalo profile serves there, and whose it is."""


def banner(world: Mapping[str, Any], app: str, took: float, where: Path) -> str:
    """world: as the supervisor describes itself. took: seconds of the start. where: the working folder of
    the reader."""
    lines = [f"{app} is up in {len(world['regions'])} regions after {took:.1f} s.", ""]
    lines += _where(world)
    lines += ["", *_survives(world), "", "Try next", *_try(world, where)]
    return "\n".join(lines)


def _where(world: Mapping[str, Any]) -> list[str]:
    control = f"http://{world['control']}"
    rows = [
        ("dashboard", f"{control}/infrastructure/monitoring", "log in with the admin token"),
        ("control", control, "API, decisions, history"),
    ]
    for region, locations in world["regions"].items():
        rows.append((f"edge {region}", world["urls"][region], ", then ".join(locations)))
    wide = max(len(name) for name, _, _ in rows)
    return [f"  {name:<{wide}}  {url}  {what}" for name, url, what in rows] + [
        f"  {'state':<{wide}}  {world['home']}  admin token in {world['home']}/admin-token, logs in log/"
    ]


def _survives(world: Mapping[str, Any]) -> Sequence[str]:
    own = "your PostgreSQL" if not any(p["name"] == "postgres" for p in world["processes"]) else "PostgreSQL"
    return (
        f"A restart keeps the applied configuration, the journal and all tokens ({own}), and every edge's last good",
        "snapshot. It forgets faults, and what the sample app has counted.",
    )


def _try(world: Mapping[str, Any], where: Path) -> list[str]:
    meridian = program(where)
    home = (
        ""
        if Path(world["home"]) == (where / ".meridian").resolve()
        else f" --home {shlex.quote(world['home'])}"
    )
    first = next(iter(world["urls"]))
    rows = []
    for region, (address, whose) in EXAMPLES.items():
        if region in world["urls"]:
            rows.append(
                (f"curl -H 'X-Forwarded-For: {address}' {world['urls'][first]}/v1/feed", f"{whose}: {region}")
            )
    locations = world["regions"][first]
    rows += [
        (f"{meridian} status{home}", "every process and edge, and what is wrong"),
        (f"{meridian} world traffic --rps 200 --duration 60s{home}", "a launch day from every country"),
        (
            f"{meridian} world kill {locations[0]}{home}",
            f"{first} goes on in {locations[1]}" if locations[1:] else "",
        ),
        (f"{meridian} world restore {locations[0]}{home}", ""),
        (f"{meridian} down{home}", "stop everything"),
    ]
    wide = max(len(command) for command, _ in rows if len(command) < 76)
    return [f"  {command:<{wide}}  # {why}" if why else f"  {command}" for command, why in rows]
