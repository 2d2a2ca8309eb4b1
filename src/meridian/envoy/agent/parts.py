"""What an agent is made of; `build.py` puts it together."""

from dataclasses import dataclass
from pathlib import Path

from meridian.core.clock import Clock
from meridian.envoy.agent.activation import Activation
from meridian.envoy.agent.advice import HeldAdvice
from meridian.envoy.agent.companions import Companions
from meridian.envoy.agent.files import XdsFiles
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.link import Link
from meridian.envoy.agent.outbox import Outbox
from meridian.envoy.agent.overlays import Overlays
from meridian.envoy.agent.rehearsal import Rehearsal
from meridian.envoy.agent.rotation import Rotation
from meridian.envoy.agent.storage import SnapshotStore
from meridian.envoy.agent.supervisor import Supervisor
from meridian.envoy.agent.tail.tail import Tail
from meridian.envoy.agent.validation import Validation


@dataclass(frozen=True, slots=True)
class Parts:
    """rehearsal: None where memory is too dear for a second Envoy."""

    folder: EdgeFolder
    region: str
    instance: str
    clock: Clock
    link: Link
    store: SnapshotStore
    files: XdsFiles
    validation: Validation
    rehearsal: Rehearsal | None
    advice: HeldAdvice
    overlays: Overlays
    outbox: Outbox
    rotation: Rotation
    supervisor: Supervisor
    activation: Activation
    companions: Companions
    tail: Tail
    country_database: Path | None = None
