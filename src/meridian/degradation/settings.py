"""The `degradation` section: what each level turns off, and what makes Meridian go to a level by itself."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from meridian.config.schema.base import Duration, PositiveDuration, Section, Slug
from meridian.telemetry.conditions import Condition

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
LevelNumber = Annotated[int, Field(ge=1, le=3)]
Share = Annotated[float, Field(gt=0, le=1)]
Scope = Literal["region", "everywhere"]
Expected = Literal["served", "refused", "some"]


class Off(Section):
    """What is turned off of one feature: with nothing said, all of it, for everyone."""

    methods: tuple[Method, ...] = ()
    """Only requests with these methods, such as `[POST]` for uploads. Left out: all."""
    share: Share = 1.0
    """The share of users for whom it is off, such as 0.5. They are always the same ones; a larger share adds others."""


class Level(Section):
    """One level: what it turns off beside what the levels below it do."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    """What the level is called, in a word or two."""
    turns_off: dict[Slug, Off] = Field(default_factory=dict)
    """Features that are off, and what of them."""
    only_essential: bool = False
    """Turns off every feature that is not in `essential`, also those that are added later."""
    message: Annotated[str, Field(max_length=200)] = ""
    """What users of something that this level turns off are told. Left out: a sentence of Meridian's."""
    retry_after: PositiveDuration = 30.0
    """How long clients are asked to wait before they try again."""


class Rule(Section):
    """When Meridian goes to a level by itself."""

    condition: Condition
    """What has to be the case."""
    for_: Annotated[Duration, Field(alias="for")] = 30.0
    """For how long without a break."""
    level: LevelNumber
    """The level to go to, where it is not already on a higher one."""
    scope: Scope = "region"
    """region: the condition is looked at for each region, and a region goes to the level alone. everywhere: all regions do."""


class DegradationGiven(Section):
    """One request."""

    level: Annotated[int, Field(ge=0, le=3)]
    """The level of the region that serves it."""
    feature: Slug
    """What the user does."""
    method: Method = "GET"
    """How."""
    user: str = ""
    """Who, for what is off for a share of users. Left out: anybody."""


class DegradationTest(Section):
    """One promise."""

    name: str
    """The promise as a sentence; it is shown when it does not hold."""
    given: DegradationGiven
    """The request."""
    expect: Expected
    """What must come of it: served, refused, or some (refused for a share of users)."""


class Degradation(Section):
    """Graceful degradation: levels 0 (normal) to 3, each of which turns off more, so that what is essential goes on."""

    essential: tuple[Slug, ...] = ()
    """Features that no level may turn off."""
    levels: dict[LevelNumber, Level] = Field(default_factory=dict)
    """What each level turns off, by number: 1, 2 and 3. A level turns off what those below it do, too."""
    rules: dict[Slug, Rule] = Field(default_factory=dict)
    """What makes Meridian go to a level by itself."""
    automatic: bool = True
    """Whether the rules are followed. false: only people change levels."""
    leave_after: PositiveDuration = 300.0
    """A level is left, to the next lower one, once no rule has asked for it during this time."""
    tests: tuple[DegradationTest, ...] = ()
    """What these levels promise; checked like the policy tests of routing."""

    @model_validator(mode="after")
    def _can_do_something(self) -> "Degradation":
        if self.rules and not self.levels:
            raise ValueError("`rules` lead to levels, and there are none; write `levels`")
        return self
