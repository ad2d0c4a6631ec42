"""Other programs that want every core: processes that compute and go through a lot of memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from repetiteur.benchmarks.workers import default_workers

_GREEDY = """
import os
import numpy as np
parent, room = os.getppid(), np.ones(4_000_000)
while os.getppid() == parent:
    for _ in range(20):
        room *= 1.0000001
    sum(range(300_000))
"""


@contextmanager
def competition(wanted: bool) -> Iterator[int]:
    """One on each core that is ours, at ordinary priority, while it lasts. They end with us."""
    greedy = [
        subprocess.Popen([sys.executable, "-c", _GREEDY], stdin=subprocess.DEVNULL)
        for _ in range(default_workers() if wanted else 0)
    ]
    try:
        yield len(greedy)
    finally:
        for process in greedy:
            process.kill()
        for process in greedy:
            process.wait()
