from typing import Any

from meridian.config.jsonschema import DIALECT, json_schema
from meridian.config.model import config_model
from meridian.features import features

SCHEMA = json_schema(config_model(features()))


def test_it_names_its_dialect_and_has_every_section() -> None:
    assert SCHEMA["$schema"] == DIALECT
    assert {"app", "regions", "countries", "routing"} <= SCHEMA["properties"].keys()
    assert SCHEMA["additionalProperties"] is False


def described(setting: dict[str, Any]) -> bool:
    """A setting that is a section may leave the description to it."""
    section = SCHEMA["$defs"].get(setting.get("$ref", "").removeprefix("#/$defs/"), {})
    return bool(setting.get("description") or section.get("description"))


def test_every_setting_has_a_description() -> None:
    sections: dict[str, Any] = {"meridian.yaml": SCHEMA, **SCHEMA["$defs"]}
    lacking = [
        f"{section}.{name}"
        for section, schema in sections.items()
        for name, setting in schema.get("properties", {}).items()
        if not described(setting)
    ]
    assert lacking == []


def test_durations_are_text_with_text_defaults() -> None:
    interval = SCHEMA["$defs"]["HealthCheck"]["properties"]["interval"]
    assert (interval["type"], interval["default"]) == ("string", "1s")
