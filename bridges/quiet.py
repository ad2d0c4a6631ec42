"""Device libraries write their troubles straight to the terminal. Not while we ask."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what C libraries write to stderr nowhere, for a moment. The whole process is concerned."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


@contextmanager
def python_alone_on_stderr() -> Iterator[None]:
    """For as long as a device is open: PortAudio writes to stderr from a thread of its own when one is pulled
    out. What Python prints there still arrives."""
    sys.stderr.flush()
    kept = os.dup(2)
    former = sys.stderr
    with open(kept, "w", buffering=1, encoding=former.encoding, errors="replace") as ours, quiet_stderr():
        sys.stderr = ours
        try:
            yield
        finally:
            sys.stderr = former
