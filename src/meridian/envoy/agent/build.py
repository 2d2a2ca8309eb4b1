"""Puts an agent together from what a command line says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from meridian.core.clock import Clock, SystemClock
from meridian.envoy.agent.activation import Activation
from meridian.envoy.agent.advice import HeldAdvice
from meridian.envoy.agent.agent import Agent
from meridian.envoy.agent.companions import keep
from meridian.envoy.agent.cycle import Cycle
from meridian.envoy.agent.files import XdsFiles
from meridian.envoy.agent.folder import EdgeFolder
from meridian.envoy.agent.launch import EnvoyOptions, Launch
from meridian.envoy.agent.laying import Laying
from meridian.envoy.agent.link import Link
from meridian.envoy.agent.numbers import Numbers
from meridian.envoy.agent.outbox import Outbox
from meridian.envoy.agent.overlays import EdgeLoop, Overlays
from meridian.envoy.agent.parts import Parts
from meridian.envoy.agent.pulsing import Pulsing
from meridian.envoy.agent.rehearsal import Rehearsal
from meridian.envoy.agent.reporting import Reporting
from meridian.envoy.agent.rotation import Rotation
from meridian.envoy.agent.state import EdgeState
from meridian.envoy.agent.storage import SnapshotStore
from meridian.envoy.agent.subscription import Subscriptions
from meridian.envoy.agent.supervisor import Supervisor
from meridian.envoy.agent.tail.tail import tail
from meridian.envoy.agent.trial import Trial
from meridian.envoy.agent.validation import Validation
from meridian.envoy.agent.watch import Watch
from meridian.envoy.companion import Companion
from meridian.envoy.fold import EdgeFacts, Folds
from meridian.envoy.snapshot import Json, Snapshot


@dataclass(frozen=True, slots=True)
class EdgeOptions:
    """home: the edge's folder. control: base URL. inlined: a snapshot as one static bootstrap, for
    validation. rehearse: keep a second, silent Envoy that takes every snapshot first (about 60 MB)."""

    region: str
    home: Path
    control: str
    token_file: Path
    binary: Path
    inlined: Callable[[Snapshot], Json]
    instance: str = ""
    concurrency: int = 1
    rehearse: bool = True
    loops: Sequence[EdgeLoop] = ()
    folds: Folds = field(default_factory=dict)
    companions: Sequence[Companion] = ()
    country_database: Path | None = None


def build(options: EdgeOptions, clock: Clock | None = None) -> Agent:
    """Raises OSError or Unavailable when the folder cannot be made or read."""
    clock = clock or SystemClock()
    folder = EdgeFolder.at(options.home)
    instance = options.instance or f"{options.region}-1"
    state = EdgeState()
    files = XdsFiles(folder.xds)
    subscriptions = Subscriptions()
    supervisor = Supervisor(
        Launch(
            folder,
            EnvoyOptions(options.binary, options.region, instance, options.concurrency),
            lambda: state.settings,
            lambda: subscriptions.instances(files.current),
        ),
        changed=state.news,
    )
    link = Link(options.control, options.region, options.token_file)
    outbox = Outbox(folder.decisions, clock)
    advice = HeldAdvice(folder.advice)
    numbers = Numbers()
    facts = EdgeFacts(options.region, instance, folder.home, lambda: state.active, lambda: numbers.latest)
    parts = Parts(
        folder=folder,
        region=options.region,
        instance=instance,
        clock=clock,
        link=link,
        store=SnapshotStore(folder.snapshots),
        files=files,
        validation=Validation(options.binary, folder.home, options.inlined),
        rehearsal=Rehearsal(folder, options.binary) if options.rehearse else None,
        advice=advice,
        overlays=Overlays(options.loops, folder.overlay, lambda: advice.held),
        outbox=outbox,
        rotation=Rotation(folder.access_log, folder.envoy_log),
        supervisor=supervisor,
        activation=Activation(files, supervisor.admin, folder.envoy_log, subscriptions),
        companions=keep(options.companions, folder.home, folder.log, lambda: state.active, state.problem),
        tail=tail(folder, facts, options.folds, clock, outbox.add, link.records),
        country_database=options.country_database,
    )
    laying = Laying(parts, state)
    cycle = Cycle(parts, state, laying, Trial(parts, state, laying))
    watch, reporting = Watch(parts, state, cycle), Reporting(parts, state)
    return Agent(parts, state, cycle, watch, reporting, Pulsing(parts, numbers))
