"""The files of an `xds/` folder, and what is in them now.

They are not synced to disk: the truth is the last good snapshot, which is, and the agent compares every
byte with it when it starts. That saves about 3 ms a file between a change and its enforcement.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from meridian.envoy.agent.folder import replace


class XdsFiles:
    """Raises OSError from every method that writes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }

    @property
    def current(self) -> Mapping[str, bytes]:
        """File name -> content, as on disk."""
        return self._current

    def write(self, changed: Mapping[str, bytes]) -> None:
        """One after another, in the order given."""
        for name, content in changed.items():
            if not _inside(name):
                raise OSError(f"{name} is not a name inside the xds folder")
            replace(self._folder / name, content, durable=False)
            self._current = {**self._current, name: content}

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
            self._current = {kept: content for kept, content in self._current.items() if kept != name}

    def become(self, target: Mapping[str, bytes]) -> None:
        """Exactly `target`, in any order: for an Envoy that is not running."""
        self.write({name: content for name, content in target.items() if self._current.get(name) != content})
        self.remove([name for name in self._current if name not in target])


def _inside(name: str) -> bool:
    parts = Path(name).parts
    return bool(parts) and not Path(name).is_absolute() and not any(part.startswith(".") for part in parts)
