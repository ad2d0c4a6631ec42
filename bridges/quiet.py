"""Device libraries write their troubles straight to the terminal. Not while we ask."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


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
    former = sys.stderr
    if not _is_descriptor_2(former):  # somebody catches what is printed
        with quiet_stderr():
            yield
        return
    former.flush()
    kept = os.dup(2)
    with open(kept, "w", buffering=1, encoding=former.encoding, errors="replace") as ours, quiet_stderr():
        sys.stderr = ours
        try:
            yield
        finally:
            sys.stderr = former


def _is_descriptor_2(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 2
    except (OSError, ValueError):
        return False
