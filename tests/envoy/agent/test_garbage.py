"""Collecting rarely still collects."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from meridian.envoy.agent.garbage import YOUNG, collect_rarely

class Node:
    pass

kept = Node()
collect_rarely()
assert gc.get_freeze_count() > 0
node = Node()
node.itself = node
gone = weakref.ref(node)
del node
held = [[] for _ in range(YOUNG - 1000)]
assert gone() is not None, "so soon"
held += [[] for _ in range(2000)]
assert gone() is None, "never"
"""


def test_cycles_go_but_only_now_and_then() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
