"""Lays over a snapshot what the edge's own loops say, and remembers what Envoy refused of it."""

from dataclasses import dataclass, field

from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.snapshot import Snapshot


@dataclass(slots=True)
class Laying:
    parts: Parts
    state: EdgeState
    _refused: dict[str, bytes] = field(default_factory=dict)
    """File -> content that is not to be tried again over this snapshot."""

    def laid(self, snapshot: Snapshot) -> dict[str, bytes]:
        """Its files with what the loops say about this very snapshot, so that it never shows without it."""
        now, monotonic = self.parts.clock.now(), self.parts.clock.monotonic()
        self.parts.outbox.add(self.parts.overlays.step(snapshot, self.state.health, now, monotonic))
        return self.parts.overlays.over(snapshot)

    async def refresh(self, snapshot: Snapshot) -> None:
        """Brings into force what the loops say now about the active snapshot. Call it with `state.changing`
        held."""
        parts, waiting = self.parts, len(self.parts.outbox)
        laid = {
            name: snapshot.resources[name] if self._refused.get(name) == content else content
            for name, content in self.laid(snapshot).items()
        }
        if len(parts.outbox) > waiting:
            self.state.news()
        if laid == parts.files.current:
            return
        try:
            refusal = await parts.activation.activate(laid)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.state.problem("overlay", f"endpoints could not be changed: {error}")
            return
        if refusal:
            self._refused[refusal.resource] = laid.get(refusal.resource, b"")
            self.state.problem("overlay", f"{refusal.resource} was refused: {refusal.reason}")
        else:
            parts.overlays.keep(snapshot, laid)
            self.state.problem("overlay", "")

    def accepted(self, snapshot: Snapshot) -> None:
        """A new snapshot is in force with what `laid` said."""
        self._refused = {}
        self.parts.overlays.keep(snapshot, self.parts.files.current)
