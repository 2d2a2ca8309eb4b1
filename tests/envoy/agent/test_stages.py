"""The order in which files reach Envoy, for any two sets of files."""

import json

from hypothesis import given
from hypothesis import strategies as st

from meridian.envoy.agent.stages import stages
from meridian.envoy.snapshot import response

NAMES = ("a", "b", "c")


@st.composite
def files(draw: st.DrawFn) -> dict[str, bytes]:
    """Clusters with their endpoints, a route table that names only clusters that are there, extensions, a listener."""
    clusters = sorted(draw(st.sets(st.sampled_from(NAMES))))
    version = draw(st.integers(0, 2))
    found = {f"endpoints/{name}.json": response([{"cluster_name": name, "v": version}]) for name in clusters}
    found["clusters.json"] = response([{"name": name, "v": draw(st.integers(0, 2))} for name in clusters])
    found["routes/public.json"] = response([{"clusters": clusters, "v": version}])
    for name in draw(st.sets(st.sampled_from(("stamp", "limit")))):
        found[f"extensions/{name}.json"] = response([{"name": name, "v": version}])
    found["listeners.json"] = response([{"extensions": sorted(n for n in found if n.startswith("ext"))}])
    return found


def dangling(shown: dict[str, bytes]) -> list[str]:
    """What something points at that is not there."""

    def first(name: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads(shown[name])["resources"][0]
        return found

    clusters = {each["name"] for each in json.loads(shown["clusters.json"])["resources"]}
    return [
        *(name for name in first("routes/public.json")["clusters"] if name not in clusters),
        *(name for name in first("listeners.json")["extensions"] if name not in shown),
        *(name for name in clusters if f"endpoints/{name}.json" not in shown),
    ]


@given(files(), files())
def test_nothing_ever_points_at_what_is_not_there(before: dict[str, bytes], target: dict[str, bytes]) -> None:
    shown = dict(before)
    for stage in stages(before, target):
        for name, content in stage.writes.items():
            shown[name] = content
            assert dangling(shown) == []
        for name in stage.removes:
            del shown[name]
            assert dangling(shown) == []
    assert shown == target


@given(files())
def test_the_same_files_need_no_stage(same: dict[str, bytes]) -> None:
    assert stages(same, dict(same)) == []
