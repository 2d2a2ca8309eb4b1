"""Which of Envoy's subscriptions reads a file, and how its statistics say that the file has been taken.

Envoy reports, for every filesystem subscription, the `version_info` it accepted last (a text statistic
`….version_text`) and how many updates it refused (`….update_rejected`, `….update_failure`).
https://www.envoyproxy.io/docs/envoy/latest/configuration/overview/xds_api#xds-subscription-statistics
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meridian.envoy.agent.settings import FILE as AGENT_FILE

VERSION = ".version_text"
LISTENERS = "listeners.json"
CLUSTERS = "clusters.json"
OWN_INSTANCES = 4
"""Inotify instances that an Envoy makes for itself."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """file: under `xds/`. stats: matches the name of its statistics without their last part. version: of
    the file."""

    file: str
    stats: re.Pattern[str]
    version: str

    def owns(self, stat: str) -> bool:
        return self.stats.fullmatch(stat.rpartition(".")[0]) is not None


@dataclass(slots=True)
class Subscriptions:
    """Remembers what it read: a file is parsed once for each content that it has."""

    _known: dict[str, tuple[bytes, Subscription | None]] = field(default_factory=dict)

    def of(self, files: Mapping[str, bytes]) -> list[Subscription]:
        """Those that read these files. Raises ValueError, KeyError or TypeError as `subscription` does."""
        found = (self._one(name, content) for name, content in files.items())
        return [each for each in found if each is not None]

    def instances(self, files: Mapping[str, bytes]) -> int:
        """How many inotify instances an Envoy on these files makes."""
        return OWN_INSTANCES + len(self.of(files))

    def _one(self, name: str, content: bytes) -> Subscription | None:
        known = self._known.get(name)
        if known is None or known[0] != content:
            known = self._known[name] = (content, subscription(name, content))
        return known[1]


def subscription(file: str, content: bytes) -> Subscription | None:
    """The subscription that reads this file; None for a file that is not xDS, which Envoy confirms nowhere.

    Raises ValueError when it should be xDS but is not.
    """
    if file == AGENT_FILE or not file.endswith(".json"):
        return None
    raw = json.loads(content)
    if not isinstance(raw, dict) or "version_info" not in raw or not isinstance(raw.get("resources"), list):
        return None
    stats = _stats(file, raw["resources"])
    return Subscription(file, re.compile(stats), str(raw["version_info"])) if stats else None


def _stats(file: str, resources: list[Any]) -> str:
    if file == LISTENERS:
        return r"listener_manager\.lds"
    if file == CLUSTERS:
        return r"cluster_manager\.cds"
    if not resources:
        return ""
    first = resources[0]
    kind = str(first.get("@type", "")).rpartition(".")[2]
    if kind == "ClusterLoadAssignment":
        return rf"cluster\.{_name(first['cluster_name'])}"
    if kind == "RouteConfiguration":
        return rf"http\..*\.rds\.{_name(first['name'])}"
    if kind == "TypedExtensionConfig":
        return rf"extension_config_discovery\..*\.{_name(first['name'])}"
    if kind == "Secret":
        return rf".*\.sds\.{_name(first['name'])}|sds\.{_name(first['name'])}"
    return ""


def _name(name: str) -> str:
    """As it stands in a statistic's name: Envoy writes colons as underscores."""
    return re.escape(str(name).replace(":", "_"))
