"""Each broken scenario in `bad/` is told exactly as its first line says, with the line where it is broken."""

from pathlib import Path

import pytest

from meridian.core.errors import InvalidInput
from meridian.loadtest.scenario.loading import parsed

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_broken_scenario_says_what_is_wrong_and_where(path: Path) -> None:
    content = path.read_bytes()
    expected = content.decode().splitlines()[0].removeprefix("# ")
    with pytest.raises(InvalidInput) as caught:
        parsed(content, f"bad/{path.name}")
    headline, *problems = str(caught.value).splitlines()
    assert problems == [expected]
    assert headline == f"bad/{path.name} has 1 problem"
