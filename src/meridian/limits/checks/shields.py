"""Each shield can tell a failure from a success, and one action has one shield."""

from collections.abc import Iterator

from meridian.config.schema.base import duration
from meridian.config.schema.root import Config
from meridian.core.errors import Finding
from meridian.limits.applies import section


def check(config: Config) -> Iterator[Finding]:
    shielded: dict[str, str] = {}
    for name, shield in section(config).shields.items():
        path = ("limits", "shields", name)
        other = shielded.setdefault(shield.action, name)
        if other != name:
            what = f"{shield.action} is already watched by {other}"
            yield Finding((*path, "action"), what, "keep one of the two shields")
        for status in sorted(set(shield.failed) & set(shield.succeeded)):
            what = f"{status} says both that an attempt failed and that it succeeded"
            yield Finding((*path, "failed"), what, "keep it in one of `failed` and `succeeded`")
        if not shield.failed:
            yield Finding((*path, "failed"), "no answer counts as a failure", "give one, such as 401")
        if shield.longest < shield.block:
            what = f"the longest block ({duration(shield.longest)}) is shorter than the first ({duration(shield.block)})"
            yield Finding((*path, "longest"), what, "raise `longest`, or lower `block`")
