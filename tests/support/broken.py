"""A feature that breaks every edge once its switch is on: a filter that our own compiler lets through, and that
only Envoy can refuse. Register it by `MERIDIAN_FEATURES=tests.support.broken`."""

from meridian.config.schema.base import Section
from meridian.envoy.contribution import Contribution, EdgeContext, Filter, Slot
from meridian.envoy.types import LUA, typed
from meridian.feature import Feature

NAME = "broken"


class Broken(Section):
    """A filter that Envoy cannot load."""

    on: bool = False
    """Whether it is there."""


def compile_broken(context: EdgeContext) -> Contribution:
    if not context.config.section(Broken).on:
        return Contribution()
    unfinished = typed(LUA, default_source_code={"inline_string": "function envoy_on_request("})
    return Contribution(filters=(Filter(Slot.REFUSE, NAME, unfinished, volatile=True),))


FEATURE = Feature(name=NAME, settings=Broken, compile=compile_broken)
