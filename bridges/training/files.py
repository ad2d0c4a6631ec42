"""Files that a run writes: there whole, or as they were before."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from repetiteur.realtime.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """In place of the file that was there. Raises InputError when the disk is full or closed to us."""
    unfinished = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        problem = (
            "the disk is full" if error.errno == errno.ENOSPC else f"cannot be written ({error.strerror})"
        )
        raise InputError(str(path), problem, "make room, or write elsewhere; then the same again") from error
