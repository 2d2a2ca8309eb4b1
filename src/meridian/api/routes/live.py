"""Where edges tell what happens right now, each second. Nothing of it is stored here, and nobody sends it twice."""

import logging
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from meridian.api.routes.edge import RegionName, of_region
from meridian.core.errors import InvalidInput
from meridian.core.principal import Principal
from meridian.feature import Pulse

if TYPE_CHECKING:
    from meridian.api.control import ControlPlane

log = logging.getLogger(__name__)


class EdgePulse(BaseModel):
    """instance: name of the edge. at: its clock, in seconds since 1970. pulses: feature -> what its folds tell; one that this
    control does not have is passed over."""

    instance: Annotated[str, Field(min_length=1, max_length=100)]
    at: Annotated[float, Field(ge=946_684_800, lt=4_102_444_800, allow_inf_nan=False)]
    pulses: Annotated[dict[str, Any], Field(max_length=100)]


def router(control: "ControlPlane") -> APIRouter:
    routes = APIRouter()
    edge = of_region(control)
    features = {feature.name: feature for feature in control.features}

    @routes.post("/edge/v1/{region}/live", tags=["edge"], status_code=204, response_class=Response)
    async def live(region: RegionName, _: Annotated[Principal, Depends(edge)], pulse: EdgePulse) -> Response:
        """What happens at an edge right now, each second. It is shown, not stored; what is stored comes as records."""
        refused = []
        ahead = pulse.at - control.clock.now().timestamp()
        for name, content in pulse.pulses.items():
            if (feature := features.get(name)) is None:
                continue
            try:
                feature.live(control, Pulse(region, pulse.instance, content, ahead))
            except (ValueError, TypeError, KeyError) as error:
                refused.append(f"{name}: {' '.join(str(error).split())[:200]}")
            except Exception as error:  # noqa: BLE001 - one feature's failure must not keep the others from their pulses
                log.warning("%s failed on a pulse of the edge in %s: %r", name, region, error)
        if refused:
            raise InvalidInput(f"this is no pulse of {'; '.join(refused)[:500]}")
        return Response(status_code=204)

    return routes
