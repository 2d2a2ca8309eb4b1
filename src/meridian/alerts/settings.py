"""The `alerts` section: when an alert fires, what makes one incident of several, and who is told."""

from typing import Annotated, Literal

from pydantic import Field

from meridian.alerts.channels import Channel
from meridian.config.schema.base import Duration, PositiveDuration, Section, Slug
from meridian.telemetry.conditions import Condition

Severity = Annotated[int, Field(ge=1, le=4)]
Text = Annotated[str, Field(min_length=1, max_length=140)]
ALL = "all"
"""In a rule's channels: every channel there is."""


class Rule(Section):
    """When an alert fires, how bad it is, and whom to tell."""

    condition: Condition
    """What is the case while the alert fires. Each of its groups is an alert of its own."""
    for_: Annotated[Duration, Field(alias="for")] = 0.0
    """How long the condition has to hold before the alert fires."""
    resolve_after: PositiveDuration = 60.0
    """How long the condition has to be cleared before the alert is resolved: a value that swings around the bound stays one
    alert."""
    no_data: Literal["hold", "resolve"] = "resolve"
    """An alert that fires, and of which nothing is measured any more: `hold` leaves it firing, `resolve` ends it after
    `no_data_after`. Nothing measured never makes an alert fire."""
    no_data_after: PositiveDuration = 900.0
    """How long nothing may be measured before an alert counts as gone."""
    severity: Severity = 3
    """1: users are hurt now, wake people. 2: they will be soon. 3: somebody should look today. 4: good to know."""
    group: Slug = "other"
    """Alerts of one group about one subject make one incident, whichever rule they are of."""
    about: Annotated[str, Field(max_length=120)] = "{labels}"
    """What an alert is about, from its labels, as "{region}". Alerts of a group about the same are one incident. {place} is the
    region or location among the labels, {service} the service."""
    explains: tuple[Slug, ...] = ()
    """Groups whose alerts are a consequence of this one, where they are about the same place or one within it: they join its
    incident instead of making their own."""
    title: Text
    """A few words. Placeholders: {subject}, {labels} (all labels' values), {n} (how many alerts)."""
    sentence: Text
    """What is the case, with its numbers. Placeholders also: {value} (the worst), {threshold}; both may have a format, as
    {value:.0f} or {value:.1%}."""
    runbook: Annotated[str, Field(max_length=256)] = ""
    """The page that says what to do: a name in docs/runbooks, or a URL."""
    channels: tuple[Slug, ...] = ()
    """Channels or teams to tell; `all` for every channel. Left out: those of the severity."""


class Alerts(Section):
    """When alerts fire, what makes one incident of several, and who is told."""

    rules: dict[Slug, Rule] = Field(default_factory=dict)
    """The rules, by name."""
    channels: dict[Slug, Channel] = Field(default_factory=dict)
    """Ways to tell people, by name."""
    teams: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    """Names for several channels together, such as `ops`."""
    routes: dict[Severity, tuple[Slug, ...]] = Field(default_factory=dict)
    """Channels or teams by severity, for rules that name none."""
    gather: Duration = 2.0
    """How long a new incident waits before it is told, so that what fails together is one message."""
    together: Duration = 10.0
    """Alerts of one group that fire within this time of each other are one incident, whatever they are about."""
    window: Duration = 300.0
    """How long before or after its cause an alert may fire that is only near it (in its region), to count as its consequence.
    What is inside the place that is down joins at any time."""
    remind: PositiveDuration | None = None
    """How often an incident that nobody acknowledged is told again; left out: never."""
    longest_silence: PositiveDuration = 7 * 86400.0
    """The longest that alerts may be silenced at a time."""
    keep: PositiveDuration = 90 * 86400.0
    """How long resolved incidents are kept."""
    dashboard_url: Annotated[str, Field(max_length=256, pattern=r"^(https?://[^\s]+)?$")] = ""
    """Where people reach the dashboard, for the links in messages, as https://ops.example.com."""
    runbooks_url: Annotated[str, Field(max_length=256, pattern=r"^(https?://[^\s]+)?$")] = ""
    """Where people reach the runbooks' pages; left out: control's own."""
