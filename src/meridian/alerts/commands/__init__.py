"""The commands of alerts: `meridian alerts`."""

import click

from meridian.alerts.commands import acting, testing
from meridian.alerts.commands.group import alerts
from meridian.alerts.commands.showing import COMMANDS as SHOWING

for _command in (*SHOWING, *acting.COMMANDS, *testing.COMMANDS):
    alerts.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (alerts,)
