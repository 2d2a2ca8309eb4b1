"""A path leads to one feature."""

from collections.abc import Iterator

from meridian.config.schema.root import Config
from meridian.core.errors import Finding

RESERVED = ("/infrastructure", "/__meridian")
"""Answered by Meridian itself on every edge."""


def check(config: Config) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for name, feature in config.features.items():
        for index, path in enumerate(feature.paths):
            place = ("features", name, "paths", index)
            plain = path.rstrip("/") or "/"
            if plain in owner:
                twice = "listed twice" if owner[plain] == name else f"also a path of feature {owner[plain]}"
                yield Finding(place, f"{path} is {twice}", "keep it in one place; a longer prefix may differ")
            owner.setdefault(plain, name)
            if any(plain == taken or plain.startswith(f"{taken}/") for taken in RESERVED):
                yield Finding(place, f"{path} is answered by Meridian itself", "choose another path")
