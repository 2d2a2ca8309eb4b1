"""The Avalo profile, with addresses on this machine."""

from meridian.config.inventory import Inventory, Listen
from meridian.config.loading import load
from meridian.config.model import config_model
from meridian.config.schema.root import Config
from meridian.features import features
from tests.support.world import AVALO


def avalo() -> Config:
    return load(AVALO, config_model(features())).config


def local(config: Config, app: int, public: int = 21_000, peer: int = 22_000) -> Inventory:
    """app: port of the app in the first location; the ports after it are the others'. public, peer: first of the edges' ports."""
    regions = list(config.regions)
    return Inventory(
        instances={name: {"default": (f"127.0.0.1:{app + i}",)} for i, name in enumerate(config.locations)},
        peers={
            one: {other: f"127.0.0.1:{peer + i}" for i, other in enumerate(regions) if other != one}
            for one in regions
        },
        listen={
            name: Listen(f"127.0.0.1:{public + i}", f"127.0.0.1:{peer + i}") for i, name in enumerate(regions)
        },
    )
