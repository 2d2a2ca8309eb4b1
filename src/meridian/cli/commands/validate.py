"""`meridian validate FILE`: every problem of a configuration at once, each with its place and what to do."""

from pathlib import Path

import click

from meridian import console as output


@click.command(short_help="Check a configuration, and every promise in it.")
@click.argument("file", type=click.Path(path_type=Path))
@output.json_option
def validate(file: Path, as_json: bool) -> int:
    """Check a configuration: its text, its names, that every country is in one region, that no failover leads out of a
    residency set, and every promise under `tests`.

    Each problem is one line on stdout, `file:line:column: what is wrong; what to do`. Exit status 0 when there is
    none, else 1.
    """
    from meridian.config.loading import InvalidConfig
    from meridian.config.validation import validate as read
    from meridian.features import features

    try:
        config = read(file, features()).config
    except InvalidConfig as error:
        if as_json:
            output.emit({"valid": False, "problems": [problem.document() for problem in error.problems]})
            return 1
        for problem in error.problems:
            output.say(str(problem))
        output.note(f"{error.headline}; nothing was changed")
        return 1
    if as_json:
        output.emit({"valid": True, "problems": []})
        return 0
    parts = (
        (len(config.regions), "region"),
        (sum(map(len, config.countries.values())), "country"),
        (len(config.features), "feature"),
        (len(config.tests), "promise"),
    )
    output.say(f"{file} is valid: {', '.join(output.counted(*part) for part in parts)}")
    return 0
