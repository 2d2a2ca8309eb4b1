"""Turns pydantic's errors into Meridian's sentences: what is wrong and what to do, without the library's jargon."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from meridian.config.countries import likely_country
from meridian.config.document import Path
from meridian.config.schema.base import COUNTRY_PATTERN, PATH_PATTERN, SLUG_PATTERN
from meridian.config.shape import place
from meridian.core.errors import Finding
from meridian.core.suggest import closest, did_you_mean, hinted

MISSING = "this setting is missing"


@dataclass(frozen=True, slots=True)
class Named:
    """A finding about a key itself, or about what it leads to."""

    finding: Finding
    of_key: bool


def findings(errors: Sequence[ErrorDetails], model: type[BaseModel], known: Container[Path]) -> list[Named]:
    """A finding for each of `ValidationError.errors()` that is not an echo of another one. known: paths at which something
    is known to be wrong already."""
    inside = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    named = [
        Named(finding(error, model), error["type"] == "extra_forbidden")
        for error in errors
        if error["loc"] not in known and not (error["type"] == "too_short" and error["loc"] in inside)
    ]
    # a misspelt key that "is missing" too is one problem: the hint says which was meant
    misspelt = {(*one.finding.path[:-1], hinted(one.finding.todo)) for one in named if one.of_key}
    return [one for one in named if one.finding.what != MISSING or one.finding.path not in misspelt]


def finding(error: ErrorDetails, model: type[BaseModel]) -> Finding:
    """The finding for one of `ValidationError.errors()`."""
    path = tuple(step for step in error["loc"] if step != "[key]")
    at = place(model, path)
    if error["type"] == "extra_forbidden":
        known = place(model, path[:-1]).settings
        return Finding(path, "there is no such setting", did_you_mean(str(path[-1]), known))
    if error["type"] == "missing":
        about = _first_sentence(at.field.description if at.field else None)
        return Finding(path, MISSING, f"add it{about}")
    if error["input"] is None:
        required = at.field is not None and at.field.is_required()
        todo = "give it a value" if required else "give it a value, or remove the key"
        return Finding(path, "nothing is written here", todo)
    what, todo = _sentence(error)
    return Finding(path, what, todo)


def _first_sentence(description: str | None) -> str:
    if not description:
        return ""
    sentence = " ".join(description.split()).partition(". ")[0].rstrip(".")
    return f": {sentence[:1].lower()}{sentence[1:]}" if sentence[1:2].islower() else f": {sentence}"


def _sentence(error: ErrorDetails) -> tuple[str, str]:
    given, context = error["input"], error.get("ctx", {})
    if rule := _RULES.get(error["type"]):
        return rule(given, context)
    what = error["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"{shown(given)} {what}", ""


def shown(value: Any) -> str:
    """A value as a person wrote it, short enough for a sentence."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if not text or not text.isprintable() or text != text.strip():
        text = repr(text)
    return text if len(text) <= 60 else text[:59] + "…"


def _pattern(given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    if context["pattern"] == COUNTRY_PATTERN:
        code = likely_country(str(given))
        todo = f"did you mean {code}?" if code else "write the ISO 3166-1 code, such as FR"
        return f"{shown(given)} is not a country code of two capital letters", todo
    if context["pattern"] == PATH_PATTERN:
        return (
            f"{shown(given)} is not a path",
            "write it from the first slash on, without a query, such as /v1/chat",
        )
    if context["pattern"] == SLUG_PATTERN:
        return (
            f"{shown(given)} is not a name",
            "use letters, digits, - and _, a letter first, at most 63 characters",
        )
    return f"{shown(given)} does not have the form {context['pattern']}", "write it in this form"


def _choice(given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    choices = [choice.strip("'") for part in context["expected"].split(" or ") for choice in part.split(", ")]
    if len(choices) == 1:
        return f"this must be {choices[0]}, not {shown(given)}", f"write {choices[0]}"
    near = closest(str(given), choices)
    todo = f"did you mean {near}?" if near else "write " + " or ".join(choices)
    return f"{shown(given)} is not one of {', '.join(choices)}", todo


def _ours(given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    """A ValueError of our own schema: a sentence, with what to do after the first semicolon."""
    what, _, todo = str(context["error"]).partition("; ")
    return what, todo


def _expects(kind: str, example: str) -> Callable[[Any, Mapping[str, Any]], tuple[str, str]]:
    return lambda given, context: (f"this must be {kind}, not {shown(given)}", f"write for example {example}")


def _bound(word: str, allowed: str, key: str) -> Callable[[Any, Mapping[str, Any]], tuple[str, str]]:
    return lambda given, context: (f"{shown(given)} is too {word}", f"write {allowed} {_plain(context[key])}")


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _too_few(given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    return "this is empty", f"give at least {context['min_length']}"


_TEXT = _expects("text", '"some text", in quotes')
_INTEGER = _expects("a whole number", "3")
_FLOAT = _expects("a number", "1.5")
_BOOLEAN = _expects("true or false", "true")
_LIST = _expects("a list", "[a, b]")
_MAPPING = _expects("a mapping of names to values", "`name: value` on lines of their own")

_RULES: Mapping[str, Callable[[Any, Mapping[str, Any]], tuple[str, str]]] = {
    "value_error": _ours,
    "literal_error": _choice,
    "enum": _choice,
    "string_pattern_mismatch": _pattern,
    "string_type": _TEXT,
    "string_too_long": lambda given, context: (
        f"{shown(given)} is too long",
        f"at most {context['max_length']} characters are allowed",
    ),
    "string_too_short": _too_few,
    "too_short": _too_few,
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "int_from_float": _INTEGER,
    "float_type": _FLOAT,
    "float_parsing": _FLOAT,
    "finite_number": _FLOAT,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "greater_than_equal": _bound("small", "at least", "ge"),
    "greater_than": _bound("small", "more than", "gt"),
    "less_than_equal": _bound("large", "at most", "le"),
    "less_than": _bound("large", "less than", "lt"),
}
