"""Work in a process of its own: what takes long, or goes wrong, must cost the follower nothing."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import BinaryIO

LONGEST_S = 180.0
POLITE = 10  # how far behind everybody else it queues for the processor
AWAITED = 0  # where a person waits for it


def done_apart(module: str, wish: object) -> bytes | None:
    """What the module's program says to ``wish``; None where that fails. Waits; any thread."""
    program = [sys.executable, "-m", module]
    try:
        done = subprocess.run(
            program, input=pickle.dumps(wish), capture_output=True, timeout=LONGEST_S, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return done.stdout or None


@contextlib.contextmanager
def answering(niceness: int = POLITE) -> Iterator[BinaryIO]:
    """In that program: where the answer goes. Nothing else that is printed can get into it."""
    answer = os.dup(1)
    os.dup2(2, 1)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))  # who asks may be in a hurry
    with contextlib.suppress(OSError, AttributeError):
        os.nice(niceness)
    with os.fdopen(answer, "wb") as out:
        yield out
