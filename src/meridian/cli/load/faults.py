"""What can be broken in the local world while it is under load: the faults of `meridian world`, and drains, which control
carries out."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from meridian.cli.client import Client
from meridian.world import hotline
from meridian.world.faults import Target, targets

DRAIN_OVER = "5s"
"""A load test is short: its drains are quick."""


class WorldFaults:
    """Implements `loadtest.scenario.target.Faults`. supervisor: its socket. regions: region -> locations."""

    def __init__(self, supervisor: Path, regions: Mapping[str, Sequence[str]], client: Client | None) -> None:
        self._supervisor = supervisor
        self._client = client
        self._targets = targets(regions)
        self._regions = regions

    def can(self) -> Mapping[str, Sequence[str]]:
        def of(*kinds: str) -> list[str]:
            return [name for name, target in self._targets.items() if target.kind in kinds]

        locations = of("location")
        found = {
            "kill": [name for name, target in self._targets.items() if target.kind != "link"],
            "restore": [*self._targets, "all"],
            "slow": locations,
            "errors": locations,
            "partition": of("location", "link"),
        }
        if self._client is not None:
            drained = list(dict.fromkeys([*self._regions, *locations]))
            found |= {"drain": drained, "undrain": drained}
        return found

    async def do(self, verb: str, about: str, amount: float) -> str:
        """Raises MeridianError where it could not be done."""
        if verb in ("drain", "undrain"):
            return await asyncio.to_thread(self._drain, verb, about)
        hold = verb == "kill" and self._stays_down(self._targets[about])
        question = {"command": "fault", "verb": verb, "target": about, "amount": amount, "hold": hold}
        return str((await hotline.ask_async(self._supervisor, question))["sentence"])

    @staticmethod
    def _stays_down(target: Target) -> bool:
        """A part of the platform is started again by itself: that is what a test of it is about."""
        return target.kind == "location"

    def _drain(self, verb: str, about: str) -> str:
        assert self._client is not None
        body = {"reason": "a load test's scenario asks for it"}
        if verb == "drain":
            body |= {"over": DRAIN_OVER}
        return str(self._client.post(f"/infrastructure/regions/{quote(about)}/{verb}", body)["sentence"])
