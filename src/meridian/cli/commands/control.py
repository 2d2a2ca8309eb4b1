"""`meridian control`: runs the control plane in the foreground, as `meridian up` and service managers do."""

import os
from pathlib import Path

import click

from meridian.core.errors import InvalidInput


@click.command(short_help="Run the control plane.")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), required=True, help="State folder.")
@click.option("--listen", default="127.0.0.1:8080", show_default=True, help="HOST:PORT of the API.")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Applied as version 1 at the first start.",
)
@click.option(
    "--inventory", type=click.Path(dir_okay=False, path_type=Path), help="Where instances and edges are."
)
@click.option(
    "--bootstrap-tokens",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Hashes of the tokens that work before PostgreSQL does.",
)
def control(
    home: Path, listen: str, config: Path | None, inventory: Path | None, bootstrap_tokens: Path | None
) -> None:
    """Run the control plane until interrupted.

    Reads two secrets from the environment: MERIDIAN_DATABASE_URL, the address of PostgreSQL, and
    MERIDIAN_EDGE_KEY, with which edges prove that they forwarded a request."""
    from meridian.api.serve import serve
    from meridian.api.settings import Settings

    url = os.environ.get("MERIDIAN_DATABASE_URL", "")
    if not url:
        raise InvalidInput(
            "MERIDIAN_DATABASE_URL is not set", "set it to postgresql://USER:PASSWORD@HOST:5432/DATABASE"
        )
    settings = Settings(
        home, config, inventory, bootstrap_tokens, url, os.environ.get("MERIDIAN_EDGE_KEY", "")
    )
    serve(settings, listen)
