"""`meridian config ...`: about the format of configurations."""

import click

from meridian import console as output


@click.group(short_help="About the format of configurations.")
def config() -> None:
    """About the format of `meridian.yaml`."""


@config.command(short_help="Print the JSON Schema, for editors.")
def schema() -> None:
    """Print the JSON Schema (2020-12) of `meridian.yaml`, with the settings of every registered feature.

    Save it and name it in the file's first line, and editors complete and check as you type:

    \b
      meridian config schema > meridian.schema.json
      # yaml-language-server: $schema=meridian.schema.json
    """
    from meridian.config.jsonschema import json_schema
    from meridian.config.model import config_model
    from meridian.features import features

    output.emit(json_schema(config_model(features())))
