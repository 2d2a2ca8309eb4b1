"""How the `meridian` program of this environment is started, by other processes and by people."""

import os
import shutil
import sys
from pathlib import Path


def meridian() -> list[str]:
    """How to start the program that this process belongs to."""
    script = Path(sys.executable).with_name("meridian")
    if script.is_file() and os.access(script, os.X_OK):
        return [str(script)]
    return [sys.executable, "-c", "from meridian.cli.main import run; run()"]


def program(where: Path) -> str:
    """How a person in `where` calls the program: `meridian` when it is on the path, else the path to it."""
    script = Path(sys.executable).with_name("meridian")
    found = shutil.which("meridian")
    if found and Path(found).resolve() == script.resolve():
        return "meridian"
    if script.is_relative_to(where):
        return str(script.relative_to(where))
    return str(script)
