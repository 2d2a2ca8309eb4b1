"""A companion for tests: `python companion_program.py HOME` runs until it is told to end; with HOME/refuse it ends at once."""

import signal
import sys
from pathlib import Path

home = Path(sys.argv[1])
if (home / "refuse").exists():
    sys.stderr.write("the companion does not want to\n")
    sys.exit(3)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
(home / "companion.runs").write_text("yes")
signal.sigwait({signal.SIGTERM})
(home / "companion.runs").unlink()
