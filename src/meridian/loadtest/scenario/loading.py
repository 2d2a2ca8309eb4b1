"""Finds and reads scenarios: the bundled ones by name, your own by path."""

from importlib.resources import files
from pathlib import Path

from meridian.config.document import MAX_BYTES, parse
from meridian.core.errors import InvalidInput, NotFound
from meridian.core.suggest import did_you_mean
from meridian.loadtest.scenario import python, reading
from meridian.loadtest.scenario.scenario import Scenario

ENDINGS = (".yaml", ".yml", ".py")


def load(scenario: str | Path) -> Scenario:
    """A bundled scenario by its name, or the one in a file. A Python file is run. Raises InvalidInput with every problem as
    `file:line:column: ...`, or NotFound with the nearest name."""
    if isinstance(scenario, str) and not _is_path(scenario):
        return bundled(scenario)
    path = Path(scenario)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}", _instead(path)) from None
    except OSError as error:
        raise InvalidInput(
            f"{path} can't be read: {error.strerror}", "check its path and permissions"
        ) from None
    if path.suffix != ".py":
        return parsed(content, str(path))
    try:
        return python.load(content.decode("utf-8"), str(path))
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} is not UTF-8 text", "is this the right file?") from None


def bundled(name: str) -> Scenario:
    """Raises NotFound with the nearest name there is."""
    known = available()
    if name not in known:
        raise NotFound(f"there is no bundled scenario {name}", did_you_mean(name, known))
    return parsed((files("meridian.loadtest") / "builtin" / f"{name}.yaml").read_bytes(), f"{name}.yaml")


def available() -> list[str]:
    """Names of the bundled scenarios."""
    folder = files("meridian.loadtest") / "builtin"
    return sorted(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


def parsed(content: bytes | str, name: str = "scenario.yaml") -> Scenario:
    """A scenario's YAML, which is called `name` in messages. Never runs anything, so it may come from anywhere."""
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    document = parse(raw)
    return reading.read(document.value, name, raw.decode("utf-8", "replace"), document)


def _is_path(text: str) -> bool:
    return text.endswith(ENDINGS) or "/" in text or (bool(Path(text).suffix) and Path(text).is_file())


def _instead(path: Path) -> str:
    name = path.name.removesuffix(path.suffix)
    return f"did you mean the bundled scenario {name}?" if name in available() else "check the path"
