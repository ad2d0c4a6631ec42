"""A session on disk, as it happens: whole enough to be played again exactly.

JSON lines. First what wrote it; then the score file itself, packed; then every input in
the order it reached the engine, each followed by the events it caused. Ticks of the
clock are listed together, by their number on the grid. Whatever belongs together is
handed to the system in one write, at least every ``HEARTBEAT_TICKS`` ticks, so a program
killed at any instant has lost at most that, and perhaps broken its last line.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repetiteur.bridges.wire.errors import WireError
from repetiteur.bridges.wire.json_lines import decode, decode_input, encode, encode_input
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.events import Event
from repetiteur.realtime.inputs import Input, Tick
from repetiteur.realtime.score import Score
from repetiteur.realtime.timeline import TICKS_PER_S, tick_s
from repetiteur.realtime.version import __version__

FORMAT = 1
HEARTBEAT_TICKS = 5  # 50 ms
_FIRST_BYTES = b'{"journal":'


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """A score as it was on disk when the session took it up at ``t_s``."""

    t_s: float
    name: str
    parts: tuple[str, ...] | None
    content: bytes


Entry = ScoreFile | Input | Event


class JournalWriter:
    """The ``Recorder`` of a session. Made on any thread, then used on the engine's alone."""

    def __init__(self, path: str | Path, score_path: str | Path, parts: Sequence[str] | None = None) -> None:
        self._parts = None if parts is None else tuple(parts)
        self._score_path = str(score_path)
        opening = _line({"journal": FORMAT, "version": __version__}) + self._score_line(0.0)
        self._ticks: list[int] = []
        self._file = _create(path)
        self._write(opening)

    def record(self, item: Input | None, events: Sequence[Event]) -> None:
        """An input as it was pushed (None: the opening of the stream) and what came of it."""
        lines: list[bytes] = []
        if isinstance(item, Tick) and tick_s(number := round(item.t_s * TICKS_PER_S)) == item.t_s:
            self._ticks.append(number)
            if not events and len(self._ticks) < HEARTBEAT_TICKS:
                return
        elif item is not None:
            lines.append(encode_input(item))
        self._write(self._held_ticks() + b"".join(lines) + b"".join(map(encode, events)))

    def record_score(self, t_s: float, source: str | None, events: Sequence[Event]) -> None:
        """Another score was taken up. It has just been read from ``source``; None: the former, afresh."""
        self._score_path = source or self._score_path
        self._write(self._held_ticks() + self._score_line(t_s) + b"".join(map(encode, events)))

    def close(self) -> None:
        if self._file >= 0:
            self._write(self._held_ticks())
            os.close(self._file)
            self._file = -1

    def _score_line(self, t_s: float) -> bytes:
        source = Path(self._score_path)
        packed = base64.b64encode(zlib.compress(source.read_bytes())).decode("ascii")
        return _line({"score_file": source.name, "parts": self._parts, "t_s": t_s, "zlib": packed})

    def _held_ticks(self) -> bytes:
        if not self._ticks:
            return b""
        line = _line({"ticks": self._ticks})
        self._ticks.clear()
        return line

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file, data) :]


def is_journal(path: str | Path) -> bool:
    """Whether the file begins as a journal does. False for what cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(len(_FIRST_BYTES)) == _FIRST_BYTES
    except OSError:
        return False


def read_journal(path: str | Path) -> Iterator[Entry]:
    """All that was recorded, in order. A broken last line is left out; anything else that
    is not as it should be raises ``InputError``."""
    where = str(path)
    if Path(path).is_dir():
        raise InputError(where, "this is a folder", "name a journal, or SCORE and PERFORMANCE")
    if not Path(path).is_file():
        raise InputError(where, "no such file", "check the spelling and the folder")
    if not is_journal(path):
        raise InputError(where, "not a journal", "give a file that record or follow --journal wrote")
    with open(path, "rb") as file:
        number, line = 1, file.readline()
        while line:
            following = file.readline()
            try:
                entries = _entries(line)
            except (WireError, ValueError, KeyError, TypeError, zlib.error):
                if following:
                    raise InputError(f"{where} line {number}", "damaged", "use an undamaged copy") from None
                return
            yield from entries
            number, line = number + 1, following


def replay_journal(path: str | Path) -> Iterator[Event]:
    """Give the recorded inputs to a new engine: the same events, one by one."""
    from repetiteur.realtime.engine import Engine
    from repetiteur.realtime.timeline import push_safely

    engine: Engine | None = None
    for entry in read_journal(path):
        if isinstance(entry, Event):
            continue
        if isinstance(entry, ScoreFile):
            score = _unpack(entry, str(path))
            if engine is None:
                engine = Engine(score)
                yield from engine.open()
            else:
                yield from engine.load(score, entry.t_s)
        elif engine is not None:
            yield from push_safely(engine, entry)


def opening_score(path: str | Path) -> Score:
    """The score the recorded session began with."""
    for entry in read_journal(path):
        if isinstance(entry, ScoreFile):
            return _unpack(entry, str(path))
    raise InputError(str(path), "no score in this journal", "use an undamaged copy")


def recorded_events(path: str | Path) -> Iterator[Event]:
    """The events as they were told at the time."""
    return (entry for entry in read_journal(path) if isinstance(entry, Event))


def first_difference(path: str | Path) -> tuple[Event, Event | None] | None:
    """The first recorded event that playing the journal again does not give, and what it
    gives instead; None when it all comes out the same."""
    again = replay_journal(path)
    for told in recorded_events(path):
        now = next(again, None)
        if now is None or encode(now) != encode(told):
            return told, now
    return None


def _entries(line: bytes) -> list[Entry]:
    if not line.endswith(b"\n"):
        raise ValueError("broken off")
    if line.startswith(_FIRST_BYTES):
        written = json.loads(line)["journal"]
        if written != FORMAT:
            remedy = f"play it with the repetiteur that wrote it; this is {__version__}"
            raise InputError("journal", f"format {written} is not known", remedy)
        return []
    if line.startswith(b'{"ticks":'):
        return [Tick(tick_s(number)) for number in json.loads(line)["ticks"]]
    if line.startswith(b'{"score_file":'):
        return [_score_file(json.loads(line))]
    return [decode_input(line)] if line.startswith(b'{"input":') else [decode(line)]


def _score_file(row: dict[str, Any]) -> ScoreFile:
    parts = None if row["parts"] is None else tuple(row["parts"])
    content = zlib.decompress(base64.b64decode(row["zlib"]))
    return ScoreFile(float(row["t_s"]), str(row["score_file"]), parts, content)


def _unpack(score_file: ScoreFile, where: str) -> Score:
    from tempfile import TemporaryDirectory

    from repetiteur.bridges.scores import load_score

    name = Path(score_file.name).name  # never outside the folder, whatever the journal says
    if not name:
        raise InputError(where, "the score in this journal has no name", "use an undamaged copy")
    with TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(score_file.content)
        return load_score(file, score_file.parts)


def _line(row: dict[str, Any]) -> bytes:
    return (json.dumps(row, separators=(",", ":")) + "\n").encode("ascii")


def _create(path: str | Path) -> int:
    """A new file for appending. Never over an old one: a journal cannot be played twice."""
    where = str(path)
    try:
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
    except FileExistsError:
        raise InputError(where, "exists already", "choose another name or remove it first") from None
    except FileNotFoundError:
        raise InputError(where, "no such folder", "make the folder first") from None
    except OSError as error:
        what = error.strerror or str(error)
        raise InputError(where, f"cannot be written ({what})", "choose a folder you may write to") from None
