import json

import pytest

from meridian.api.bootstrap import bootstrap
from meridian.core.errors import InvalidInput
from meridian.core.principal import Principal, Role

HASH = "a" * 64


def test_hashes_become_principals(tmp_path):
    path = tmp_path / "tokens.json"
    path.write_text(json.dumps({HASH: {"name": "edge-EU", "role": "edge", "region": "EU"}}))
    assert bootstrap(path) == {HASH: Principal("edge-EU", Role.EDGE, "EU")}
    assert bootstrap(None) == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"x": {"name": "n", "role": "ops"}}',
        json.dumps({HASH: {"name": "n", "role": "root"}}),
        json.dumps({HASH: {"role": "ops"}}),
        json.dumps({HASH: "ops"}),
    ],
)
def test_any_other_file_is_refused_before_anything_starts(tmp_path, content):
    path = tmp_path / "tokens.json"
    path.write_text(content)
    with pytest.raises(InvalidInput, match="the bootstrap tokens"):
        bootstrap(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="No such file"):
        bootstrap(tmp_path / "nothing")
