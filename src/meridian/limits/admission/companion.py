"""Admission as the edge's agent knows it: what to start, and when."""

import sys

from meridian.envoy.companion import Companion
from meridian.limits.admission.settings import FILE, wanted

COMPANION = Companion(
    name="admission",
    argv=lambda home: [sys.executable, "-m", "meridian.limits.admission", "--home", str(home)],
    wanted=lambda snapshot: wanted(snapshot.resources.get(FILE)),
)
