"""The JSON Schema of a configuration, for editors. Descriptions come from the settings' docstrings."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from meridian.config.schema.base import Duration, duration
from meridian.config.schema.root import Config

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DURATION: str = TypeAdapter(Duration).json_schema()["pattern"]


class _Generator(GenerateJsonSchema):
    schema_dialect = DIALECT

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Durations are held as seconds and written as text; their defaults too."""
        found = super().default_schema(schema)
        if found.get("pattern") == _DURATION and isinstance(found.get("default"), int | float):
            found["default"] = duration(found["default"])
        return found


def json_schema(model: type[Config]) -> dict[str, Any]:
    found = model.model_json_schema(schema_generator=_Generator)
    return {"$schema": DIALECT, **found}
