"""Keeps every region's shares right, and tells each edge its own with the answer to its report.

Small moves are no decisions: they follow the traffic. Journalled is what an operator would ask about: another number of edges,
or a share that has moved by more than 20 points since it was last told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from meridian.config.schema.root import Config
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict
from meridian.envoy.report import EdgeReport
from meridian.feature import Control
from meridian.limits.applies import section
from meridian.limits.pricing import at_edge, shared_keys
from meridian.limits.sharing.meter import SILENT, Meter, Seen
from meridian.limits.sharing.shares import Shares, adopted, follow

NAME = "limits.sharing"
TOLD = 0.20
SETTLING = 3.0
"""Seconds after the first report of a region in which every other edge that is there reports too."""


@dataclass(frozen=True, slots=True)
class Division:
    """held: what a region's edges held before. seen: the edges that are there."""

    held: Shares
    seen: Mapping[str, Seen]


class SharingJudge:
    """Its state: what was last told of each region."""

    name = NAME

    def initial(self) -> Mapping[str, Shares]:
        return {}

    def decide(
        self,
        policy: Config,
        state: Mapping[str, Shares],
        observation: Mapping[str, Division],
        now: datetime,
    ) -> tuple[Mapping[str, Shares], Sequence[Decision]]:
        following, decisions = dict(state), []
        for region, division in observation.items():
            shares = follow(division.held, division.seen)
            told = following.get(region)
            if told is not None and not _worth_telling(told, shares):
                continue
            following[region] = shares
            if told is not None and _shares_limits(policy):
                decisions.append(_explain(region, told, division, shares))
        return following, decisions

    def replay(self, policy: Config, evidence: Mapping[str, Any]) -> Sequence[Decision]:
        """Raises Conflict where the evidence cannot be read."""
        try:
            seen = {name: Seen(**each) for name, each in evidence["seen"].items()}
            division = Division(evidence["held"], seen)
            return [
                _explain(evidence["region"], evidence["told"], division, follow(division.held, division.seen))
            ]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Conflict(
                f"the evidence of this decision cannot be read ({type(error).__name__}: {error})",
                "another version of Meridian may have written it",
            ) from error


@dataclass(slots=True)
class Sharing(SharingJudge):
    """The judge with its I/O, which is reports coming in and answers going out."""

    control: Control
    interval: float = 1.0
    _meters: dict[str, Meter] = field(default_factory=dict)
    _shares: dict[str, Shares] = field(default_factory=dict)
    _looked: float = -SILENT

    def advise(self, report: EdgeReport) -> Mapping[str, Any]:
        now, held = self.control.clock.monotonic(), _held(report)
        meter = self._meters.setdefault(report.region, Meter())
        # Limits of the edge are counted where clients come in, so what other regions' edges send does not matter.
        meter.hear(report.instance, report.started, report.clients, held, now)
        # Where this process has not looked for a while, another one leads and knows better.
        shares = self._shares.get(report.region, {}) if now - self._looked < SILENT else {}
        if report.instance in shares:
            return {"share": shares[report.instance]}
        if shares:
            return {"share": round(1 / (len(shares) + 1), 4)}  # a new one; the others give theirs in a moment
        if held is not None:
            return {}
        return {"share": round(1 / len(meter.instances(now)), 4)}

    async def observe(self) -> Mapping[str, Division]:
        """Also brings the shares to what they should be now, which is no decision each time."""
        now = self._looked = self.control.clock.monotonic()
        found: dict[str, Division] = {}
        for region, meter in list(self._meters.items()):
            if not meter.instances(now):
                del self._meters[region]
                self._shares.pop(region, None)
            elif now - meter.since >= SETTLING:
                seen = meter.seen(now)
                found[region] = Division(self._shares.get(region) or adopted(seen), seen)
                self._shares[region] = follow(found[region].held, seen)
        return found

    async def actuate(self, decision: Decision) -> None:
        """The edges are told with their reports; the decision is for people."""


def _held(report: EdgeReport) -> float | None:
    share = report.advice.get("limits", {}).get("share")
    return float(share) if isinstance(share, int | float) and 0 < share <= 1 else None


def _shares_limits(policy: Config) -> bool:
    limits = section(policy)
    return any(at_edge(limits, key) for key in shared_keys(limits))


def _worth_telling(told: Shares, shares: Shares) -> bool:
    return told.keys() != shares.keys() or any(abs(told[name] - shares[name]) > TOLD for name in shares)


def _explain(region: str, told: Shares, division: Division, shares: Shares) -> Decision:
    ranked = sorted(shares, key=lambda name: (-shares[name], name))
    parts = ", ".join(f"{name} {shares[name]:.0%}".replace("%", " %") for name in ranked[:4])
    more = f" and {len(ranked) - 4} more" if len(ranked) > 4 else ""
    many = f"{len(shares)} edge{'s' if len(shares) > 1 else ''}"
    before = f", {len(told)} before" if len(told) != len(shares) else ""
    total = sum(each.rate or 0.0 for each in division.seen.values())
    sentence = f"{region}: {many}{before}; limits are held as {total:,.0f} requests/s come in: {parts}{more}"
    return Decision(
        controller=NAME,
        kind="shares",
        subject=region,
        sentence=clip(sentence),
        evidence={
            "region": region,
            "told": dict(told),
            "held": dict(division.held),
            "seen": {name: asdict(each) for name, each in division.seen.items()},
        },
    )
