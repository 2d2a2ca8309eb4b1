"""The words of alerts and incidents: templates, checked when the configuration is and filled when something fires."""

import re
import string
from collections.abc import Collection, Iterator, Mapping, Sequence

from meridian.alerts.incidents import Alert, Labels
from meridian.core.decision import clip
from meridian.core.suggest import did_you_mean
from meridian.core.suggest import listed as several

NUMBERS = frozenset({"value", "threshold", "n"})
TITLE = frozenset({"subject", "labels", "n"})
SENTENCE = TITLE | {"value", "threshold"}
NAMED = 3
"""Subjects and labels that a sentence names; of more it says how many."""
_FORMAT = re.compile(r"^[+,]?(\.[0-9])?[fg%]?$")


def objections(template: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a template, and what to do. known: the placeholders it may have."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        yield "a { or } stands alone", "write {{ or }} for a brace in the text"
        return
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in known:
            yield f"there is no placeholder {{{name}}} here", did_you_mean(name, known)
        elif conversion or (form and (name not in NUMBERS or not _FORMAT.match(form))):
            yield (
                f"{{{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}}} has no format that is known",
                "write a number as {value}, {value:.0f}, {value:,.2f} or {value:.1%}",
            )


def filled(template: str, values: Mapping[str, str | float]) -> str:
    """The template with its values, in one line. Numbers without a format are written as people do: 812, 0.051."""
    parts = []
    for text, name, form, _ in string.Formatter().parse(template):
        parts.append(text)
        if name is None:
            continue
        value = values[name]
        parts.append(value if isinstance(value, str) else format(value, form or ".4g"))
    return " ".join("".join(parts).split())


def subject(about: str, labels: Labels, place: str, app: str) -> str:
    """What an alert is about. place: its region or location, or empty. app: stands for everything."""
    values = {**dict(labels), "labels": label_text(labels), "place": place, "service": _service(labels)}
    return filled(about, values) or app


def label_text(labels: Labels) -> str:
    """All values, such as "chat EU"."""
    return " ".join(value for _, value in labels if value)


def listed(names: Sequence[str]) -> str:
    """ "EU and US", or "EU, US and 9,998 more"."""
    if len(names) <= NAMED:
        return several(names, NAMED)
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1:,} more"


def facts(alerts: Sequence[Alert], title: str, sentence: str, worst_is_low: bool) -> dict[str, str | float]:
    """What the words are made from, as JSON. alerts: those of the lead rule, at least one. title, sentence: its templates."""
    order = sorted(alerts, key=lambda alert: alert.worst, reverse=not worst_is_low)
    names = sorted({alert.subject for alert in alerts})
    labels = sorted({label_text(alert.labels) for alert in alerts} - {""})
    return {
        "title": title,
        "sentence": sentence,
        "subject": listed(names),
        "labels": listed(labels) or listed(names),
        "n": len(alerts),
        "value": order[0].worst,
        "threshold": order[0].threshold,
    }


def worded(found: Mapping[str, str | float], others: int) -> tuple[str, str]:
    """Title and sentence. found: `facts`. others: alerts of other rules in the incident."""
    title = filled(str(found["title"]), found)
    sentence = filled(str(found["sentence"]), found)
    if others:
        sentence = f"{sentence}; with it {others:,} other alert{'s' if others > 1 else ''}"
    return clip(title), clip(sentence)


def _service(labels: Labels) -> str:
    found = dict(labels)
    if "service" in found:
        return found["service"]
    service, at, _ = found.get("what", "").rpartition("@")
    return service if at else ""
