import sys
from pathlib import Path

from meridian.world.child import ChildPlan
from meridian.world.crew import Crew
from tests.world.conftest import Eventually

SLEEP = "import time; time.sleep(60)"


def plans(tmp_path: Path, **codes: str) -> dict[str, ChildPlan]:
    return {
        f"app:{name}": ChildPlan(f"app:{name}", [sys.executable, "-c", code], tmp_path / f"{name}.log")
        for name, code in codes.items()
    }


async def test_a_crew_follows_its_plans(tmp_path: Path, eventually: Eventually) -> None:
    crew = Crew()
    await crew.follow(plans(tmp_path, a=SLEEP, b=SLEEP), keep=())
    await eventually(lambda: all(child.state == "running" for child in crew.children.values()))
    before = {name: child.process for name, child in crew.children.items()}

    await crew.follow(plans(tmp_path, b=SLEEP + "#changed", c=SLEEP), keep=("app:a",))
    await eventually(lambda: all(child.state == "running" for child in crew.children.values()))
    assert sorted(crew.children) == ["app:a", "app:b", "app:c"]
    assert crew.children["app:a"].process == before["app:a"]
    old = before["app:b"]
    assert old is not None
    assert not old.alive()

    running = [child.process for child in crew.children.values()]
    assert [row["name"] for row in crew.describe()] == ["app:a", "app:b", "app:c"]
    assert all(row["state"] == "running" and row["pid"] and row["for"] >= 0 for row in crew.describe())
    await crew.stop()
    assert not any(process and process.alive() for process in running)
