"""Which Envoys an edge has now, in memory and in its pid file."""

from dataclasses import dataclass, field
from pathlib import Path

from meridian.envoy.agent import register
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.process import EnvoyProcess


@dataclass(slots=True)
class Roster:
    """current: the one that serves. retiring: those that a newer one replaced and that still drain. stale:
    those of former agents that cannot be spoken to."""

    folder: EdgeFolder
    current: EnvoyProcess | None = None
    retiring: list[EnvoyProcess] = field(default_factory=list)
    stale: list[EnvoyProcess] = field(default_factory=list)

    def everyone(self) -> list[EnvoyProcess]:
        """The serving one first."""
        return [*([self.current] if self.current else []), *self.retiring, *self.stale]

    def record(self, starting: EnvoyProcess | None = None) -> None:
        """Writes them down for the next agent. starting: one that does not serve yet."""
        everyone = self.everyone()
        if starting is not None:
            everyone.insert(1 if self.current else 0, starting)
        register.write(self.folder.pid_file, everyone)

    def free_socket(self) -> Path:
        """A socket that no living Envoy of this edge uses: a new one must not take the old one's name from
        it."""
        taken = {each.admin for each in self.everyone()}
        names = (self.folder.runtime / f"admin-{number}.sock" for number in range(len(taken) + 1))
        return next(path for path in names if path not in taken)
