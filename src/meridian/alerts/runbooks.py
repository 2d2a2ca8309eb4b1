"""The runbooks' pages: what to do at three in the morning. They come with the package; the source has them in docs."""

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE / "runbooks", HERE.parents[2] / "docs" / "runbooks")
_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")


def folder() -> Path:
    """Where the pages are: in an installed package beside this file, in a checkout in its docs."""
    return next((each for each in FOLDERS if each.is_dir()), FOLDERS[0])


def names() -> list[str]:
    return sorted(path.stem for path in folder().glob("*.md") if _NAME.match(path.stem))


def text(name: str) -> str:
    """The page, as Markdown. Raises KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    return (folder() / f"{name}.md").read_text(encoding="utf-8")


def is_url(runbook: str) -> bool:
    return runbook.startswith(("http://", "https://"))
