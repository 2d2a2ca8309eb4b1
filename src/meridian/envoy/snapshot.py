"""A snapshot: everything one edge's Envoy is told, as files, content-addressed.

Each resource file is a filesystem-xDS `DiscoveryResponse` in canonical JSON, whose `version_info` is the digest of its
resources. Names are paths relative to the edge's `xds/` folder; Envoy runs with the edge's folder as its working
directory, so a snapshot names no absolute path and the same input gives the same bytes on every machine.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DIGEST_LENGTH = 16

Json = dict[str, Any]


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spare space: one value, one sequence of bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]


def response(resources: Sequence[Json]) -> bytes:
    """A filesystem-xDS file that holds `resources`."""
    body = canonical(resources)
    return b'{"resources":' + body + b',"version_info":"' + digest(body).encode() + b'"}'


def edited(content: bytes, text: bytes, by: bytes) -> bytes:
    """A file made by `response` with one piece of its text replaced, under the version that then belongs to it. Raises ValueError
    where the text does not stand there exactly once."""
    body, mark, _ = content.removeprefix(b'{"resources":').rpartition(b',"version_info":"')
    if not mark or body.count(text) != 1:
        raise ValueError(f"{text!r} does not stand exactly once in this file")
    body = body.replace(text, by)
    return b'{"resources":' + body + mark + digest(body).encode() + b'"}'


def for_envoy(content: bytes) -> bool:
    """Whether a resource is read by Envoy; the others are for processes beside it."""
    return content.lstrip(b"{ \n").startswith(b'"resources"')


def version_of(content: bytes) -> str:
    """The `version_info` that Envoy reports once it has accepted this file."""
    return str(json.loads(content)["version_info"])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one edge runs on.

    region: whose edge. resources: file name under `xds/` -> its bytes, e.g. "listeners.json", "routes/public.json",
    "clusters.json", "endpoints/chat@EU.json", "extensions/stamp.json".
    config_version: number of the applied configuration it was compiled from (0: none was applied).
    """

    region: str
    resources: Mapping[str, bytes]
    config_version: int = 0
    _digest: str = field(default="", init=False, repr=False, compare=False)
    """Worked out when it is first asked for."""

    @property
    def digest(self) -> str:
        """Of the resources' names and bytes; the number of the configuration is not part of it."""
        if not self._digest:
            object.__setattr__(self, "_digest", self._hashed())
        return self._digest

    def _hashed(self) -> str:
        hashed = hashlib.sha256()
        for name in sorted(self.resources):
            hashed.update(name.encode() + b"\0" + self.resources[name] + b"\0")
        return hashed.hexdigest()[:DIGEST_LENGTH]

    def changed(self, before: "Snapshot | None") -> dict[str, bytes]:
        """The resources whose bytes differ from `before`, new ones included."""
        old = before.resources if before else {}
        return {name: content for name, content in self.resources.items() if old.get(name) != content}

    def dump(self) -> bytes:
        """As it travels and rests: JSON with the resources as text."""
        return canonical(
            {
                "region": self.region,
                "digest": self.digest,
                "config_version": self.config_version,
                "resources": {name: content.decode() for name, content in self.resources.items()},
            }
        )

    @classmethod
    def load(cls, content: bytes) -> "Snapshot":
        """Raises ValueError when the bytes are not a snapshot, or not the one their digest says."""
        try:
            raw = json.loads(content)
            resources = {name: text.encode() for name, text in raw["resources"].items()}
            snapshot = cls(raw["region"], resources, int(raw["config_version"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a snapshot: {error!r}") from error
        if snapshot.digest != raw.get("digest"):
            raise ValueError("the snapshot is damaged: its content does not match its digest")
        return snapshot
