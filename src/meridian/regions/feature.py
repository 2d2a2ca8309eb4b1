"""The regions feature, as the rest of Meridian sees it."""

from meridian.feature import Feature
from meridian.regions.compile import compile_regions
from meridian.regions.policytests import run
from meridian.regions.proof import prove
from meridian.regions.returning import Recovery
from meridian.regions.settings import Routing

FEATURE = Feature(
    name="routing",
    settings=Routing,
    check=run,
    compile=compile_regions,
    prove=prove,
    edge_loops=lambda: (Recovery(),),
)
