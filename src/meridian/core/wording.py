"""What a field of a request has wrong, in our words instead of the validator's."""

from collections.abc import Mapping
from typing import Any


def said(entry: Mapping[str, Any]) -> str:
    """A validator's finding as a sentence; never the value itself, which may be a secret or too large. entry: as pydantic's
    `ValidationError.errors()` lists them."""
    sentence = _SENTENCES.get(entry["type"])
    if sentence is None:
        return str(entry["msg"]).removeprefix("Value error, ")  # the validator's own words about ours
    bounds = {
        name: value for name, value in entry.get("ctx", {}).items() if isinstance(value, int | float | str)
    }
    if bounds.get("min_length") == 1:
        return "this is empty; fill it in"
    try:
        return sentence.format(**bounds)
    except KeyError:
        return str(entry["msg"])


_WHOLE = "this must be a whole number, written without quotes"
_NUMBER = "this must be a number, written without quotes"
_OBJECT = "this must be a JSON object"
_TIME = "this must be a time; write for example 2030-01-31T12:00:00Z"
_SENTENCES: Mapping[str, str] = {
    "missing": "this is missing; add it",
    "extra_forbidden": "there is no such field; remove it",
    "string_type": "this must be text",
    "string_unicode": "this must be text in UTF-8",
    "string_pattern_mismatch": "this has characters that cannot stand here; write plain text in one line",
    "string_too_short": "this is too short; its length is at least {min_length}",
    "string_too_long": "this is too long; at most {max_length} characters are allowed",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": "this must be true or false",
    "bool_parsing": "this must be true or false",
    "greater_than_equal": "this is too small; write at least {ge}",
    "greater_than": "this is too small; write more than {gt}",
    "less_than_equal": "this is too large; write at most {le}",
    "less_than": "this is too large; write less than {lt}",
    "literal_error": "this is none of the choices; write {expected}",
    "enum": "this is none of the choices; write {expected}",
    "list_type": "this must be a list",
    "too_short": "this has too few entries; give at least {min_length}",
    "too_long": "this has too many entries; at most {max_length} are allowed",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
}
"""By pydantic's name of it. What is not here keeps pydantic's words."""
