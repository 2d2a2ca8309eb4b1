import json

import pytest

from meridian.cli.main import main


def test_the_schema_is_json_that_editors_understand(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].endswith("2020-12/schema")
    assert "regions" in schema["required"]
    assert schema["properties"]["default_region"]["description"] == "For users whom no other rule places."
