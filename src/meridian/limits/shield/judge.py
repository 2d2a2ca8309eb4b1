"""Whether somebody may try, and what comes of how it ended. Pure: what is remembered comes in, and goes out changed.

Attempts from a device that the account has used successfully count by themselves, and no block of the account or of the address
stops them: who attacks an account cannot lock its owner out. They are bounded all the same, should the device be stolen. Every
other attempt counts for the account and for the address.

A success wipes what its account's unknown devices did; of its address it only takes back its own attempt. Otherwise somebody
with one account of their own could try all others for ever.

A signed-in user who tries another account tries both. A success then proves neither: it takes back the attempt and no more.
Otherwise somebody could make their own device known to the account of another.
"""

from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meridian.limits.settings import Shield
from meridian.limits.shield import track as tracks
from meridian.limits.shield.track import NEW, Track

KNOWN_FOR = 90 * 86400.0
"""Seconds that a device stays known after its last success."""

Lifted = Callable[["Subject"], float]
"""When an operator last ended a subject's blocks, in seconds since 1970, or 0."""


class Subject(NamedTuple):
    """shield: its name. kind: "account", "address" or "device". name: as it is stored. A tuple, so that a table of them can be
    copied in one step while another thread changes it."""

    shield: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.shield}:{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Who:
    """Who tries, under one shield. account, device: hashed names (device: of the account on that device); empty where unknown.
    address: the client's. sure: whether a success proves that it is this account's owner."""

    name: str
    shield: Shield
    account: str
    address: str
    device: str
    sure: bool = True

    def subjects(self, known: bool) -> tuple[Subject, ...]:
        """Those in which an attempt counts. known: whether the device is."""
        if known:
            return (Subject(self.name, "device", self.device),)
        found = (("account", self.account), ("address", self.address))
        return tuple(Subject(self.name, kind, name) for kind, name in found if name)

    def everything(self) -> tuple[Subject, ...]:
        return self.subjects(False) + (self.subjects(True) if self.device else ())


@dataclass(slots=True)
class View:
    """What is remembered of those concerned: subject -> track, and device -> until when it is known. What is done is written
    here."""

    tracks: MutableMapping[Subject, Track]
    known: MutableMapping[str, float]

    def knows(self, who: Who, now: float) -> bool:
        return bool(who.device) and self.known.get(who.device, 0.0) > now


@dataclass(frozen=True, slots=True)
class Verdict:
    """refused_by: the shield, or empty. wait: seconds. known: whether the device is known for all of them."""

    refused_by: str = ""
    wait: float = 0.0
    known: bool = False


def attempt(view: View, everyone: Sequence[Who], id: str, now: float, lifted: Lifted) -> Verdict:
    """Counts the attempt with every subject, or with none. Doing it twice is doing it once."""
    worst = Verdict()
    for who in everyone:
        for subject in who.subjects(view.knows(who, now)):
            there = settle(view, subject, who.shield, now, lifted)
            seconds = tracks.wait(there, id, who.shield, now)
            if seconds > worst.wait:
                worst = Verdict(who.name, seconds)
    if worst.refused_by:
        give_back(view, everyone, id)
        return worst
    for who in everyone:
        for subject in who.subjects(view.knows(who, now)):
            view.tracks[subject] = tracks.tried(view.tracks[subject], id, now)
    return Verdict(known=bool(everyone) and all(view.knows(who, now) for who in everyone))


def outcome(view: View, everyone: Sequence[Who], id: str, status: int, now: float, lifted: Lifted) -> None:
    """status: the app's. An attempt that is not known (its process was restarted meanwhile) counts all the same when it failed or
    succeeded."""
    for who in everyone:
        known = view.knows(who, now)
        for subject in who.everything():
            settle(view, subject, who.shield, now, lifted)
        if status in who.shield.failed:
            counted = [each for each in who.everything() if view.tracks[each].has(id)]
            for subject in counted or who.subjects(known):
                view.tracks[subject] = tracks.failed(view.tracks[subject], id, who.shield, now)
        elif status in who.shield.succeeded and who.sure:
            _succeeded(view, who, id, known, now)
        else:
            give_back(view, (who,), id)


def give_back(view: View, everyone: Sequence[Who], id: str) -> None:
    for who in everyone:
        for subject in who.everything():
            if subject in view.tracks:
                view.tracks[subject] = tracks.given_back(view.tracks[subject], id)


def settle(view: View, subject: Subject, shield: Shield, now: float, lifted: Lifted) -> Track:
    there = tracks.settled(view.tracks.get(subject, NEW), shield, now, lifted(subject))
    view.tracks[subject] = there
    return there


def _succeeded(view: View, who: Who, id: str, known: bool, now: float) -> None:
    for subject in who.everything():
        there = view.tracks.get(subject, NEW)
        if subject.kind == "address" or (subject.kind == "account" and known):
            view.tracks[subject] = tracks.given_back(there, id)
        else:
            view.tracks[subject] = tracks.wiped(there, now)
    if who.device:
        view.known[who.device] = now + KNOWN_FOR
