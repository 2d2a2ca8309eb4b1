"""What one process remembers of its shields, within bounds.

At most `MOST_TRACKS` subjects (about 800 bytes each with four attempts: 80 MB when an attack fills it) and `MOST_KNOWN` devices
(about 200 bytes each). What is over goes by itself, a little at each change. Beyond the bounds the least of the next few goes:
first subjects with a few attempts, then those with more, then blocks; and of devices the one not used for longest. So an attack
on thousands of accounts never pushes out a block by anything but a block, nor a known device by anything but a success.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from meridian.limits.settings import Shield
from meridian.limits.shield.judge import Subject
from meridian.limits.shield.track import NEW, Track, forgotten_at

MOST_TRACKS = 100_000
MOST_KNOWN = 1_000_000
_SWEPT = 2
_CANDIDATES = 16


@dataclass(slots=True)
class Book:
    """changed: what differs from the disk: a subject or a device."""

    most_tracks: int = MOST_TRACKS
    most_known: int = MOST_KNOWN
    tracks: OrderedDict[Subject, Track] = field(default_factory=OrderedDict)
    known: OrderedDict[str, float] = field(default_factory=OrderedDict)
    changed: dict[Subject | str, None] = field(default_factory=dict)

    def track(self, subject: Subject) -> Track:
        return self.tracks.get(subject, NEW)

    def keep(self, subject: Subject, track: Track) -> None:
        if track == self.tracks.get(subject, NEW):
            return
        self.tracks[subject] = track
        self.changed[subject] = None
        while len(self.tracks) > self.most_tracks:
            self._drop(min(islice(self.tracks, _CANDIDATES), key=self._worth))

    def know(self, device: str, until: float) -> None:
        if self.known.get(device, 0.0) >= until:
            return
        self.known[device] = until
        self.known.move_to_end(device)
        self.changed[device] = None
        while len(self.known) > self.most_known:
            self._forget(next(iter(self.known)))

    def tidy(self, shields: Mapping[str, Shield], now: float, count: int = _SWEPT) -> None:
        """Looks at the next `count` entries of each kind, and drops what is over."""
        for subject in list(islice(self.tracks, count)):
            shield = shields.get(subject.shield)
            if shield is None or forgotten_at(self.tracks[subject], shield) <= now:
                self._drop(subject)
            else:
                self.tracks.move_to_end(subject)
        for device in list(islice(self.known, count)):
            if self.known[device] > now:
                break  # the ones behind it were used later
            self._forget(device)

    def blocks(self, now: float) -> Iterator[tuple[Subject, Track]]:
        """Those that last."""
        return ((subject, track) for subject, track in list(self.tracks.items()) if track.until > now)

    def _worth(self, subject: Subject) -> tuple[float, int, int]:
        track = self.tracks[subject]
        return (track.until, track.blocks, len(track.attempts))

    def _drop(self, subject: Subject) -> None:
        del self.tracks[subject]
        self.changed[subject] = None

    def _forget(self, device: str) -> None:
        del self.known[device]
        self.changed[device] = None
