"""What a feature's commands are given as `ctx.obj`: features do not import the surfaces they are shown on."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meridian.cli.client import Client
    from meridian.config.schema.root import Config


@dataclass(frozen=True, slots=True)
class Session:
    """Loads what a command asks for when it asks, to start fast."""

    def client(self, home: str | None = None) -> "Client":
        """Talks to control. home: the state folder, instead of MERIDIAN_HOME or `.meridian`."""
        from meridian.cli.client import Client

        return Client(home)

    def config(self, path: Path) -> "Config":
        """A configuration file, with the sections of every registered feature. Raises InvalidInput with all its problems."""
        from meridian.config.loading import load
        from meridian.config.model import config_model
        from meridian.features import features

        return load(path, config_model(features()), name=str(path)).config
