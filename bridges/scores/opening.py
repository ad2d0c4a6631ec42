"""Opens a score file and tells what it is by its content, before anything parses it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from repetiteur.realtime.errors import InputError

MOST_BYTES = 64 * 1024 * 1024  # unpacked; a 20,000-note MusicXML score has about 12 MB
MOST_MIDI_BYTES = 4 * 1024 * 1024  # 20,000 notes have 0.2 MB, and parsing takes 300 times as much memory
MOST_KERN_BYTES = 16 * 1024 * 1024
SNIFFED_BYTES = 64 * 1024
READABLE = "MusicXML (.musicxml .xml .mxl), MIDI (.mid .midi), MEI (.mei) or Humdrum kern (.krn)"
ENDINGS = {".musicxml", ".xml", ".mxl", ".mid", ".midi", ".mei", ".krn", ".kern"}
USE_A_SCORE = f"use a score in {READABLE}"


class Kind(StrEnum):
    MUSICXML = "MusicXML"
    MIDI = "MIDI"
    MEI = "MEI"
    KERN = "Humdrum kern"


@dataclass(frozen=True, slots=True)
class Source:
    """The content of a score file, unpacked."""

    path: Path
    kind: Kind
    content: bytes

    @property
    def where(self) -> str:
        return str(self.path)


def open_score(path: str | Path) -> Source:
    """Read the whole file, refusing what cannot be a score. Raises InputError."""
    file = Path(path)
    where = str(path)
    ending = file.suffix.lower()
    if file.is_dir():
        raise InputError(where, "this is a folder", "name a score file")
    if not file.exists():
        raise InputError(where, "no such file", "check the name")
    if ending not in ENDINGS:
        raise InputError(where, f"'{ending or file.name}' is not a kind of score we read", USE_A_SCORE)
    try:
        with file.open("rb") as stream:
            head = stream.read(SNIFFED_BYTES)
            if not head.strip(b"\0 \r\n\t"):
                raise InputError(where, "the file is empty", "use a complete copy of the score")
            packed = head.startswith(b"PK")
            kind = None if packed else _kind(head, where)
            size = file.stat().st_size
            if size > _most_bytes(kind):
                raise InputError(where, f"{size / 1e6:.0f} MB is more than any score we know", USE_A_SCORE)
            content = head + stream.read(MOST_BYTES)
    except OSError as error:
        raise InputError(where, f"cannot be read: {error.strerror}", "check its permissions") from None
    if kind is None:
        content = _unpack(content, where)
        kind = _kind(content[:SNIFFED_BYTES], where)
    if kind in (Kind.MUSICXML, Kind.MEI) and re.search(rb"<!ENTITY", content[:SNIFFED_BYTES]):
        raise InputError(where, "it defines XML entities, which no score does", "export it again")
    return Source(file, kind, content)


def _kind(head: bytes, where: str) -> Kind:
    if head.startswith(b"MThd"):
        return Kind.MIDI
    if head.startswith(b"RIFF") and head[8:12] == b"RMID":
        raise InputError(where, "this is MIDI wrapped in RIFF", "save it as plain .mid")
    text = _text(head)
    if text.lstrip().startswith("<"):
        root = re.search(r"<(?:\w+:)?(score-partwise|score-timewise|mei|music|opus)\b", text)
        if root is None:
            raise InputError(where, "XML, but neither MusicXML nor MEI", USE_A_SCORE)
        if root[1] == "opus":
            raise InputError(where, "an <opus> only lists other files", "name one of those scores")
        return Kind.MUSICXML if root[1].startswith("score") else Kind.MEI
    if re.search(r"^\*\*kern", text, re.MULTILINE) or re.search(r"\t\*\*kern", text):
        return Kind.KERN
    raise InputError(where, "the content is not a score", USE_A_SCORE)


def _most_bytes(kind: Kind | None) -> int:
    return {Kind.MIDI: MOST_MIDI_BYTES, Kind.KERN: MOST_KERN_BYTES}.get(kind or Kind.MUSICXML, MOST_BYTES)


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").removeprefix("\ufeff")
    return head.decode("utf-8", "replace").removeprefix("\ufeff")


def _unpack(content: bytes, where: str) -> bytes:
    """The score inside a .mxl; never more of it than MOST_BYTES, whatever it claims."""
    broken = InputError(where, "the compressed score is damaged", "export it again, or as .musicxml")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            name = _score_name(archive)
            if name is None:
                raise InputError(where, "the archive holds no score", USE_A_SCORE)
            unpacked = _read_some(archive, name, MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError, OSError):
        raise broken from None
    if len(unpacked) > MOST_BYTES:
        problem = f"unpacks to more than {MOST_BYTES // 1_000_000} MB, which no score does"
        raise InputError(where, problem, "use a genuine .mxl")
    if not unpacked.strip():
        raise InputError(where, "the score inside the archive is empty", "export it again")
    return unpacked


def _score_name(archive: zipfile.ZipFile) -> str | None:
    names = [name for name in archive.namelist() if not name.startswith(("META-INF", "__MACOSX"))]
    if "META-INF/container.xml" in archive.namelist():
        container = _read_some(archive, "META-INF/container.xml", SNIFFED_BYTES)
        for found in re.findall(rb"full-path\s*=\s*[\"']([^\"']+)", container):
            name = found.decode("utf-8", "replace")
            if name in names:
                return name
    scores = [name for name in names if name.lower().endswith((".musicxml", ".xml", ".mei"))]
    return scores[0] if scores else None


def _read_some(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as stream:
        return stream.read(most)
