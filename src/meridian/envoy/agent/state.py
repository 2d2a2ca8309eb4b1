"""How an edge stands now. The agent's parts share it, in one event loop."""

import asyncio
import logging
from dataclasses import dataclass, field

from meridian.envoy.agent.settings import FILE, AgentSettings, settings_of
from meridian.envoy.report import HostHealth, Rejection
from meridian.envoy.snapshot import Snapshot

log = logging.getLogger(__name__)


@dataclass(slots=True)
class EdgeState:
    """settings: of the active snapshot. started: ISO 8601, of the agent. requests: so far; clients: of those,
    the ones that no other edge sent. problems: what about -> what is wrong, for a person. changing: held while
    the files change. fresh: set when the report has news."""

    settings: AgentSettings = field(default_factory=AgentSettings)
    active: Snapshot | None = None
    rejection: Rejection | None = None
    health: tuple[HostHealth, ...] = ()
    requests: int = 0
    clients: int = 0
    started: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)

    def news(self) -> None:
        """Something in the report has changed: send it now."""
        self.fresh.set()

    def problem(self, about: str, sentence: str) -> None:
        """An empty sentence: all is well with it again."""
        if self.problems.get(about, "") == sentence:
            return
        if sentence:
            self.problems[about] = sentence
            log.warning("%s", sentence)
        else:
            self.problems.pop(about, None)
        self.news()

    def settle(self, snapshot: Snapshot) -> None:
        """Takes over what the snapshot says to the agent itself."""
        try:
            self.settings = settings_of(snapshot)
        except ValueError as error:
            self.problem("settings", f"{FILE}: {error}")
