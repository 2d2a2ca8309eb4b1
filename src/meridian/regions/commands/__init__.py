"""The commands of routing: `meridian route`, `meridian region`, `meridian user`."""

import click

from meridian.regions.commands.region import region
from meridian.regions.commands.route import route
from meridian.regions.commands.user import user

COMMANDS: tuple[click.Command, ...] = (route, region, user)
