"""The takes of a measuring set: what its manifest lists, and which third of it is held back."""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from repetiteur.realtime.errors import InputError

_EDITION = re.compile(r"_(no|extra)(_\w+)?_repeat$|_repeat$")  # the same piece with other repeats


class Kind(StrEnum):
    """How a take was made and labelled; each is reported apart."""

    CONCERT = "midi"  # a pianist's take, every note aligned
    HAND_LABELLED = "midi_real_mistakes"  # correct, missed and extra labelled by hand
    AMATEUR = "midi_real_amateur"  # onsets by hand, notes by nearest pitch only
    PIANO = "audio_piano"  # recordings with score and alignment: all "audio" in the manifest
    OTHERS = "audio_others"


PLAYED = (Kind.CONCERT, Kind.HAND_LABELLED, Kind.AMATEUR)  # on keys, as MIDI
RECORDED = (Kind.PIANO, Kind.OTHERS)
TITLES = {
    Kind.CONCERT: "concert", Kind.HAND_LABELLED: "hand-labelled", Kind.AMATEUR: "amateur",
    Kind.PIANO: "piano, recorded", Kind.OTHERS: "other instruments, recorded",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Take:
    """One performance and where its files are."""

    id: str
    kind: Kind
    piece: str  # takes of one piece stay together when the set is split
    held_back: bool
    score: Path
    performance: Path  # MIDI, or sound
    table: Path  # note alignment
    hand_onsets: Path | None
    error_regions: Path | None
    duration_s: float
    soundfont: Path | None = None  # what makes its MIDI sound; None: it is taken as it is

    @property
    def group(self) -> str:
        """With what it is reported."""
        title = TITLES[self.kind]
        return title if self.soundfont is None else f"{title}, {self.soundfont.stem}"


class _OfATake(Protocol):
    @property
    def take(self) -> Take: ...


OfATake = TypeVar("OfATake", bound=_OfATake)  # what was measured of one take


def read_takes(folder: Path, kinds: Collection[Kind] = PLAYED) -> tuple[Take, ...]:
    """Every take of these kinds."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise InputError(str(folder), "no manifest.json in it", "name a folder with a measuring set")
    try:
        items = json.loads(manifest.read_text(encoding="utf-8"))["items"]
        wanted = [(item, kind) for item in items if (kind := _kind(item)) is not None and kind in kinds]
        pieces: dict[Kind, list[str]] = defaultdict(list)
        for item, kind in wanted:
            pieces[kind].append(_piece(item))
        held = {kind: held_back_third(names) for kind, names in pieces.items()}
        return tuple(_take(folder, item, kind, _piece(item) in held[kind]) for item, kind in wanted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"not the manifest of a measuring set ({type(error).__name__}: {error})"
        raise InputError(str(manifest), what, "restore the set's manifest") from None


def chosen(takes: Iterable[Take], text: str | None, part: str) -> list[Take]:
    """Takes with ``text`` (or one of several, commas between) in their name, of the part ``tune``,
    ``held`` or ``all``."""
    wanted = text.split(",") if text else [""]
    return [
        take
        for take in takes
        if any(name in take.id for name in wanted) and (part == "all" or take.held_back == (part == "held"))
    ]


def by_kind(results: Iterable[OfATake]) -> Iterator[tuple[str, list[OfATake], list[OfATake]]]:
    """Title, results and the held-back ones among them of each kind; none held back where all are or none."""
    order = list(Kind)
    known = sorted(results, key=lambda result: order.index(result.take.kind))
    for title in dict.fromkeys(result.take.group for result in known):
        of_kind = [result for result in known if result.take.group == title]
        held = [result for result in of_kind if result.take.held_back]
        yield title, of_kind, held if len(held) < len(of_kind) else []


def held_back_third(pieces: Iterable[str]) -> frozenset[str]:
    """A fixed third of the pieces, chosen by a checksum of their names alone: nobody tunes on these."""
    ranked = sorted(set(pieces), key=lambda piece: (zlib.crc32(piece.encode("utf-8")), piece))
    return frozenset(ranked[: round(len(ranked) / 3)])


def piece_of(title: str) -> str:
    """The title without what it says of repeats: ``18-3_no_repeat`` is the piece ``18-3``."""
    return _EDITION.sub("", title)


def _piece(item: dict) -> str:
    return f"{item['composer']}/{piece_of(item['title'])}"


def _kind(item: dict) -> Kind | None:
    """None: nothing that can be followed."""
    if item["kind"] == "audio":
        return Kind.PIANO if str(item.get("instrument", "")).startswith("piano") else Kind.OTHERS
    return next((kind for kind in PLAYED if kind.value == item["kind"]), None)


def _take(folder: Path, item: dict, kind: Kind, held_back: bool) -> Take:
    files: dict[str, str] = item["files"]

    def optional(role: str) -> Path | None:
        return folder / files[role] if role in files else None

    return Take(
        id=item["id"],
        kind=kind,
        piece=_piece(item),
        held_back=held_back,
        score=folder / files.get("score_mxl", files.get("score_mid", "")),
        performance=folder / files["audio" if kind in RECORDED else "perf_mid"],
        table=folder / files.get("align", files.get("align_silver", "")),
        hand_onsets=optional("onsets"),
        error_regions=optional("error_regions"),
        duration_s=float(item["duration_s"]),
    )
