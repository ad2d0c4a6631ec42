"""Which scores can be chosen from the page: those beside the one in use, and what is handed in.

The page only ever names an entry of this list; it has no way to say a path.
"""

from __future__ import annotations

import re
import tempfile
from collections import OrderedDict
from pathlib import Path
from urllib.parse import unquote

from repetiteur.bridges.scores.opening import ENDINGS

MOST_LISTED = 500
MOST_BYTES = 16 * 1024 * 1024  # of a score handed in
MOST_KEPT = 8  # of those
_LONGEST_NAME = 80
_STRANGE = re.compile(r"[^\w .,()'+-]")


class Shelf:
    """``folder`` None: nothing but what is handed in. Used by the server's thread alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._given: OrderedDict[str, Path] = OrderedDict()
        self._room: tempfile.TemporaryDirectory[str] | None = None

    def names(self) -> list[str]:
        """What can be chosen now: first what was handed in, then the folder's scores by name."""
        return [*reversed(self._given), *sorted(self._in_folder(), key=str.casefold)]

    def path(self, name: str) -> Path | None:
        """Of an entry of the list; None for anything else."""
        return self._given.get(name) or self._in_folder().get(name)

    def keep(self, name: str, content: bytes) -> str | None:
        """Put a score that was handed in on the list; its name there, or None if it cannot be a score."""
        clean = clean_name(name)
        if clean is None:
            return None
        if self._room is None:
            self._room = tempfile.TemporaryDirectory(prefix="repetiteur-")
        path = Path(self._room.name) / clean
        try:
            path.write_bytes(content)
        except OSError:
            return None
        self._given.pop(clean, None)
        self._given[clean] = path
        while len(self._given) > MOST_KEPT:
            _, old = self._given.popitem(last=False)
            old.unlink(missing_ok=True)
        return clean

    def close(self) -> None:
        if self._room is not None:
            self._room.cleanup()

    def _in_folder(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        try:
            for entry in self._folder.iterdir() if self._folder is not None else ():
                if len(found) < MOST_LISTED and _is_score(entry):
                    found[entry.name] = entry
        except OSError:
            pass
        return found


def clean_name(name: str) -> str | None:
    """A plain file name out of whatever was said; None where it is not a kind of score."""
    last = re.split(r"[/\\]", unquote(name))[-1]
    plain = _STRANGE.sub("_", last).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not stem or f".{ending.lower()}" not in ENDINGS:
        return None
    return f"{stem[:_LONGEST_NAME]}.{ending.lower()}"


def _is_score(entry: Path) -> bool:
    return entry.suffix.lower() in ENDINGS and not entry.name.startswith(".") and entry.is_file()
