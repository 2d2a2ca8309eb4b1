"""What a person sees when a command fails: one sentence on stderr, an exit status, never a raw traceback."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable

import click

from meridian.console import colour
from meridian.core.errors import MeridianError

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""


def guarded(command: Callable[[], object]) -> int:
    """Runs a command and turns however it ends into an exit status."""
    try:
        result = command()
    except MeridianError as error:
        _say(str(error))
        return error.code
    except click.Abort as abort:
        return _aborted(abort)
    except click.ClickException as error:
        return _usage(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    except Exception as error:  # noqa: BLE001 - the last line of defence before a person
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _aborted(abort: click.Abort) -> int:
    if isinstance(abort.__cause__, EOFError):
        _say("the input ended before the question was answered")
        return 1
    return INTERRUPTED


def _usage(error: click.ClickException) -> int:
    """Wrong usage exits with 1, not click's 2, which for `meridian plan` means "there are changes"."""
    context = getattr(error, "ctx", None)
    message = error.format_message().rstrip(".")
    _say(message[:1].lower() + message[1:] if message[1:2].islower() else message)
    if context is not None:
        click.echo(f"try `{context.command_path} --help`", err=True)
    return 1


def _unexpected(error: Exception) -> int:
    if os.environ.get("MERIDIAN_DEBUG") == "1":
        traceback.print_exception(error)
        return 1
    what = f"an unexpected {type(error).__name__} stopped this command"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="meridian-", suffix=".traceback", delete=False, encoding="utf-8"
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError as unwritable:
        _say(f"{what}, and its traceback could not be written ({unwritable}); set MERIDIAN_DEBUG=1 to see it")
        return 1
    _say(f"{what}; its traceback is in {file.name}, please report it")
    return 1


def _say(sentence: str) -> None:
    label = click.style("error:", fg="red") if colour(sys.stderr) else "error:"
    click.echo(f"{label} {sentence}", err=True)
