"""Words that all channels share, and cutting them to what each takes."""

import re

from meridian.integrations.notice import Notice

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
PRIORITY = {1: "critical", 2: "error", 3: "warning", 4: "info"}
"""Severity as other people's services call it."""


def clean(text: str) -> str:
    """Without characters that no message may have: names in a notice come from configurations and labels."""
    return _CONTROL.sub("�", text)


def one_line(text: str) -> str:
    """For headers and titles, where a line end would begin something else."""
    return " ".join(clean(text).split())


def cut(text: str, most: int) -> str:
    """At most so many characters; where some are left out, an ellipsis says so."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def headline(notice: Notice) -> str:
    """What people see first, on a locked phone too."""
    title = one_line(notice.title)
    match notice.status:
        case "firing":
            return f"SEV-{notice.severity}: {title}"
        case "acknowledged":
            return f"Acknowledged (SEV-{notice.severity}): {title}"
        case "resolved":
            return f"Resolved (SEV-{notice.severity}): {title}"
        case "change":
            return title
        case "test":
            return f"Test: {title}"


def lasted(notice: Notice) -> str:
    """How long it took, as "4m 10s"; empty while it is not over."""
    if notice.resolved is None:
        return ""
    seconds = max(0, round((notice.resolved - notice.started).total_seconds()))
    parts = [
        (seconds // 86400, "d"),
        (seconds // 3600 % 24, "h"),
        (seconds // 60 % 60, "m"),
        (seconds % 60, "s"),
    ]
    shown = [f"{number}{unit}" for number, unit in parts if number][:2]
    return " ".join(shown) or "0s"


def facts(notice: Notice) -> list[tuple[str, str]]:
    """Name and value of what is known besides the sentence, in the order in which people ask for it."""
    found = [("Subject", one_line(notice.subject)), ("Since", f"{notice.started:%Y-%m-%d %H:%M:%S} UTC")]
    if notice.resolved:
        found.append(("Lasted", lasted(notice)))
    if notice.by:
        found.append(("Acknowledged by", one_line(notice.by)))
    if notice.alerts > 1:
        found.append(("Alerts", str(notice.alerts)))
    found += [(one_line(name), one_line(value)) for name, value in notice.values.items()]
    return [(name, value) for name, value in found if name and value]
