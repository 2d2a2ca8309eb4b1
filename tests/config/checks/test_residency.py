"""The policy-level proof, against another way of saying the same: enumerate what a chain can reach."""

from hypothesis import given
from hypothesis import strategies as st

from meridian.config.checks.residency import check
from meridian.config.schema.root import Config
from meridian.config.schema.service import AppFeature
from meridian.config.schema.topology import Location, Region, Residency
from tests.config.shop import config

SHOP = config()
PLACES = ("a1", "a2", "b1", "b2")


@st.composite
def configurations(draw: st.DrawFn) -> Config:
    sets = {name: Residency(locations=tuple(draw(_some(PLACES)))) for name in ("red", "blue")}
    regions = {
        name: Region(
            locations=places,
            residency=draw(st.sampled_from(sorted(sets))),
            failover=draw(st.none() | st.permutations(PLACES).map(lambda all: tuple(all[:2]))),
        )
        for name, places in (("A", ("a1", "a2")), ("B", ("b1", "b2")))
    }
    route = draw(st.sampled_from(("home", "pinned")))
    feature = AppFeature(
        service="web",
        paths=("/x",),
        route=route,
        region=draw(st.sampled_from(("A", "B"))) if route == "pinned" else None,
        residency=draw(st.sampled_from(("home", "open", "red", "blue"))),
    )
    return SHOP.model_copy(
        update={
            "locations": {place: Location() for place in PLACES},
            "residency": sets,
            "regions": regions,
            "features": {"x": feature},
        }
    )


def _some(places: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True)


@given(configurations())
def test_a_configuration_passes_only_if_no_chain_leaves_its_set(config: Config) -> None:
    feature = config.features["x"]
    escapes = []
    for user, region in config.regions.items():
        bound = region.residency if feature.residency == "home" else feature.residency
        if bound == "open":
            continue
        inside = set(config.residency[bound].locations)
        start = config.regions[feature.region or user]
        if feature.route == "home" and feature.residency == "home" and start.locations[0] not in inside:
            continue  # a fault of the region itself, found by the topology's check
        escapes.append(not set(start.chain) <= inside)
    assert bool(list(check(config))) == any(escapes)


def test_a_leak_names_its_edge_its_set_and_its_feature() -> None:
    region = SHOP.regions["EU"].model_copy(update={"failover": ("holland", "iowa")})
    leaky = SHOP.model_copy(update={"regions": {**SHOP.regions, "EU": region}})
    [finding] = check(leaky)
    assert finding.path == ("regions", "EU", "failover", 1)
    assert "failover edge holland -> iowa leads out of residency set europe" in finding.what
    assert "chat and wallet" in finding.what
