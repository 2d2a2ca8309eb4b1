"""The one value that makes it a feature. Its registration line names this module."""

from importlib.resources import files

from meridian.feature import Feature
from tests.sample_feature.api import routes
from tests.sample_feature.cli import greeting
from tests.sample_feature.compile import compile_greeting
from tests.sample_feature.controller import Count, load
from tests.sample_feature.policy import Greeting

FEATURE = Feature(
    name="greeting",
    settings=Greeting,
    load=load,
    compile=compile_greeting,
    controllers=lambda control: (Count(control),),
    api=routes,
    commands=(greeting,),
    migrations=files("tests.sample_feature") / "migrations",
)
