"""Takes the latencies that clients measured. Anyone may send some, so each network may only send so many."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from meridian.core.body import RequestBody
from meridian.core.errors import InvalidInput
from meridian.core.suggest import did_you_mean
from meridian.feature import Control
from meridian.regions.api.fields import Name
from meridian.regions.latency.allowance import Allowance
from meridian.regions.latency.histogram import SLOWEST
from meridian.regions.latency.network import network_of
from meridian.regions.latency.store import Measurements, Sample

MOST_SAMPLES = 32


class SampleIn(RequestBody):
    """ms: milliseconds of one round trip to the region's edge."""

    region: Name
    ms: Annotated[float, Field(gt=0, le=SLOWEST, allow_inf_nan=False)]


class LatencyIn(RequestBody):
    samples: Annotated[list[SampleIn], Field(min_length=1, max_length=MOST_SAMPLES)]


class LatencyOut(BaseModel):
    """accepted: how many of the samples were counted. country: the one that they count for, empty where unknown."""

    accepted: int
    country: str


def router(control: Control) -> APIRouter:
    routes = APIRouter(tags=["routing"])
    allowance = Allowance(control.clock)

    @routes.post("/latency", status_code=202)
    async def latency(request: Request, body: LatencyIn) -> LatencyOut:
        """Round trips that a client measured to the addresses in `measure` of its region config."""
        regions = control.config().regions
        for sample in body.samples:
            if sample.region not in regions:
                raise InvalidInput(
                    f"no region is called {sample.region!r}", did_you_mean(sample.region, regions)
                )
        caller = control.caller(request)
        network = network_of(caller.address)
        allowance.take(network or "unknown", len(body.samples))
        samples = [Sample(sample.region, sample.ms) for sample in body.samples]
        if not caller.country and not network:
            return LatencyOut(accepted=0, country="")
        await Measurements(control.database).add(samples, caller.country, network, control.clock.now())
        return LatencyOut(accepted=len(samples), country=caller.country)

    return routes
