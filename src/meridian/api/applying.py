"""Making a configuration the active one: read, checked, compiled and proved before anything is stored."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from meridian.api.active import Active
from meridian.api.control import ControlPlane, sentence_of
from meridian.api.reading import placed
from meridian.config.change import Change, Replay
from meridian.config.plan import changes
from meridian.config.schema.root import Config
from meridian.core.decision import Decision, clip
from meridian.core.errors import Conflict, InvalidInput, MeridianError
from meridian.envoy.compiler import Refused
from meridian.store.configs import Stored

log = logging.getLogger(__name__)

CONTROLLER = "operator"
SUBJECT = "configuration"
ACTOR = "meridian"


@dataclass(frozen=True, slots=True)
class Planned:
    """version: the active one. different: whether the text is another. changes: for whom what becomes
    different. replays: what recorded traffic says about it. trouble: why some of that could not be had, or
    empty."""

    version: int
    different: bool
    changes: Sequence[Change]
    replays: Sequence[Replay] = ()
    trouble: str = ""


class Applying:
    def __init__(self, control: ControlPlane) -> None:
        self._control = control
        self._lock = asyncio.Lock()

    async def plan(self, text: str, against: str = "") -> Planned:
        """against: compare with this text instead of the active configuration. Raises with every finding when
        the text may not be applied."""
        control = self._control
        candidate = await self._candidate(text, control.version() + 1)
        if not against:
            planned = await self._planned(candidate)
            before = control.active().config
        else:
            before = (await asyncio.to_thread(control.read, against)).config
            found = await asyncio.to_thread(changes, before, candidate.config, control.features)
            planned = Planned(control.version(), against != text, tuple(found))
        replays, trouble = await self._replayed(before, candidate.config)
        return replace(planned, replays=replays, trouble=trouble)

    async def apply(self, text: str, reason: str, expected: int, actor: str) -> Decision | None:
        """The journalled decision, or None when this text is active already: repeating a request whose
        answer was lost is harmless.

        Raises Conflict when `expected` is not the active version, Unavailable when PostgreSQL is away, and
        with every finding when the text may not be applied; then nothing has changed."""
        async with self._lock:
            if text == self._control.active().text:
                await self.reconcile()
                return None
            return await self._apply(text, reason, expected, actor)

    async def undo_to(self, version: int, actor: str, reason: str) -> Decision:
        """Applies an earlier version's text again. Raises NotFound, Conflict when that text is active
        already, and as `apply`."""
        async with self._lock:
            stored = await self._control.configs.get(version)
            if stored.text == self._control.active().text:
                raise Conflict(f"the text of version {version} is the active one", "see `meridian history`")
            return await self._apply(stored.text, reason, self._control.version(), actor, back_to=version)

    async def history(self, limit: int, before: int) -> Sequence[Stored]:
        return await self._control.configs.history(limit, before)

    async def first(self) -> None:
        """Applies the file that control was started with as version 1."""
        path = self._control.settings.config
        if path is None:
            raise InvalidInput("no configuration was ever applied", "start control with --config FILE")
        text = await asyncio.to_thread(_text, path)
        async with self._lock:
            loaded = await asyncio.to_thread(self._control.read, text)
            # Features look at the configuration when they load their states, also for this first rehearsal.
            self._control.assume(Active(0, "", text, loaded.config))
            try:
                await self._apply(text, "first start", 0, ACTOR)
            except BaseException:
                self._control.assume(None)
                raise

    def compare_with_file(self) -> None:
        """The file is how a Meridian begins, and is never applied behind anyone's back later."""
        path = self._control.settings.config
        if path is None or not path.exists():
            return
        if _text(path) != self._control.active().text:
            log.warning(
                "%s differs from the active configuration (version %d), which stays; "
                "apply it with `meridian apply %s --reason WHY`",
                path,
                self._control.version(),
                path,
            )

    async def refresh(self) -> None:
        """Takes over what another replica applied. Not while this one applies: what was read before would undo
        in memory what is stored by then."""
        async with self._lock:
            stored = await self._control.configs.active()
            if stored is not None and stored.version != self._control.version():
                self._control.activate(await asyncio.to_thread(self.active_of, stored))
                log.info("following version %d of the configuration", stored.version)

    def active_of(self, stored: Stored) -> Active:
        """Raises InvalidInput when this program cannot read what another one stored."""
        return Active(stored.version, stored.digest, stored.text, self._control.read(stored.text).config)

    async def reconcile(self) -> None:
        """Journals the active version if a crash came between storing and journalling it."""
        stored = await self._control.configs.active()
        if stored is None:
            return
        known = await self._control.records.entries(50, controller=CONTROLLER, subject=SUBJECT)
        if any(entry.decision.evidence.get("version") == stored.version for entry in known):
            return
        await self._control.journal.write([_decision(stored, None)])

    async def _apply(
        self, text: str, reason: str, expected: int, actor: str, *, back_to: int | None = None
    ) -> Decision:
        control = self._control
        if expected != control.version():
            raise Conflict(
                f"version {control.version()} is active by now, and this change was made from {expected}",
                "look at it with `meridian history`, and plan again",
            )
        candidate = await self._candidate(text, expected + 1)
        planned = await self._planned(candidate)
        if back_to is None:
            stored = await control.configs.apply(text, actor=actor, reason=reason, expected=expected)
        else:
            stored = await control.configs.rollback(back_to, actor=actor, reason=reason, expected=expected)
        control.activate(Active(stored.version, stored.digest, text, candidate.config))
        await control.recompile()
        [decision] = await control.journal.write([_decision(stored, planned)])
        log.info("%s", decision.sentence)
        return decision

    async def _candidate(self, text: str, version: int) -> Active:
        """A text that may be applied, read, compiled and proved."""
        control = self._control
        loaded = await asyncio.to_thread(control.read, text)
        candidate = Active(version, "", text, loaded.config)
        inputs = await control.inputs_for(candidate)
        try:
            await control.compiling.rehearse(inputs)
        except Refused as refused:
            raise placed(loaded, refused) from None
        return candidate

    async def _replayed(self, before: Config, after: Config) -> tuple[Sequence[Replay], str]:
        """What features say from recorded traffic, and what could not be had of it."""
        replays: list[Replay] = []
        troubles: list[str] = []
        for feature in self._control.features:
            if feature.what_if is None:
                continue
            try:
                replays += await feature.what_if(self._control, before, after)
            except Exception as error:  # noqa: BLE001 - a plan is of use without it, and says that it is missing
                troubles.append(f"no traffic of {feature.name} could be replayed: {sentence_of(error)}")
        return tuple(replays), "; ".join(troubles)

    async def _planned(self, candidate: Active) -> Planned:
        control = self._control
        active = control.active()
        if not active.version:
            return Planned(0, True, ())
        found = await asyncio.to_thread(changes, active.config, candidate.config, control.features)
        return Planned(active.version, active.text != candidate.text, tuple(found))


def _decision(stored: Stored, planned: Planned | None) -> Decision:
    """planned: None where it is not known any more what changed."""
    kind = "config-rollback" if stored.rolled_back_from is not None else "config-apply"
    before = stored.version - 1
    return Decision(
        controller=CONTROLLER,
        kind=kind,
        subject=SUBJECT,
        sentence=clip(f"{stored.actor} applied version {stored.version}{_extent(planned)}: {stored.reason}"),
        evidence={"version": stored.version, "digest": stored.digest, "before": before},
        action={"apply": stored.version},
        undo={"rollback": before} if before else None,
        actor=stored.actor,
        reason=stored.reason,
    )


def _extent(planned: Planned | None) -> str:
    if planned is None or not planned.version:
        return ""
    areas = ", ".join(sorted({change.area for change in planned.changes}))
    count = len(planned.changes)
    return f" with {count} change{'' if count == 1 else 's'}" + (f" ({areas})" if areas else "")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise MeridianError(
            f"the configuration {path} cannot be read: {error.strerror}", "check --config"
        ) from None
    except UnicodeDecodeError:
        raise InvalidInput(f"the configuration {path} is not text in UTF-8") from None
