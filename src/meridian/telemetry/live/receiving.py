"""Takes what edges tell each second."""

from meridian.feature import Control, Pulse
from meridian.telemetry.live.ring import live_of
from meridian.telemetry.windows import windows_of


def take(control: Control, pulse: Pulse) -> None:
    """Raises ValueError for what is no pulse; nothing of it is taken then."""
    live_of(control).take(pulse.region, pulse.instance, windows_of(pulse.content), pulse.ahead)
