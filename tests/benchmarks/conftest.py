"""Tiny scores, tables and event streams written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from repetiteur.benchmarks.heard import Heard, listen
from repetiteur.benchmarks.transcription import listening
from repetiteur.benchmarks.truth import Truth
from repetiteur.bridges import hearing
from repetiteur.bridges.planting.alignment import PlayedSide, Row, ScoreSide
from repetiteur.realtime.events import Event, Match, Mistake, MistakeKind, Note, NoteStatus, Retract
from repetiteur.realtime.score import (
    BAR_DTYPE,
    END,
    NOTE_DTYPE,
    TEMPO_DTYPE,
    Edge,
    EdgeKind,
    NoteKind,
    Ornament,
    PlayOrder,
    Score,
    Segment,
)

BAR_Q = 4.0
STRAIGHT = ((0.0, 16.0),), (0,)
REPEATED = ((0.0, 8.0), (8.0, 16.0)), (0, 0, 1)


@dataclass(frozen=True, slots=True)
class Written:
    id: str
    q: float
    pitch: int
    lasts_q: float = 1.0
    kind: NoteKind = NoteKind.PLAIN
    ornament: Ornament = Ornament.NONE


def _score(written: Iterable[Written], shape=STRAIGHT) -> Score:
    notes = sorted(written, key=lambda note: (note.q, -note.kind, note.pitch))
    table = np.zeros(len(notes), NOTE_DTYPE)
    for row, note in zip(table, notes, strict=True):
        row["onset_q"], row["pitch"], row["duration_q"] = note.q, note.pitch, note.lasts_q
        row["kind"], row["ornament"], row["bar"] = note.kind, note.ornament, int(note.q // BAR_Q)
    stretches, notated = shape
    end_q = stretches[-1][1]
    bars = np.zeros(int(end_q / BAR_Q), BAR_DTYPE)
    bars["start_q"] = np.arange(len(bars)) * BAR_Q
    bars["end_q"] = bars["start_q"] + BAR_Q
    bars["upper"] = bars["lower"] = 4
    edges = [Edge(0, 0, EdgeKind.REPEAT, (1,)), Edge(0, 1, EdgeKind.ON, (2,))] if len(stretches) > 1 else []
    edges.append(Edge(len(stretches) - 1, END, EdgeKind.ON, (1,)))
    return Score(
        id="made",
        title="",
        parts=("one",),
        notes=table,
        note_ids=tuple(note.id for note in notes),
        bars=bars,
        bar_labels=tuple(str(number + 1) for number in range(len(bars))),
        tempi=np.array([(0.0, 60.0)], TEMPO_DTYPE),
        fermatas=np.zeros(0),
        marks=(),
        turns=(),
        play_order=PlayOrder(tuple(Segment(*stretch) for stretch in stretches), tuple(edges), notated),
    )


def _line(pitches: Iterable[int] = range(60, 76)) -> list[Written]:
    """One note a quarter."""
    return [Written(f"n{number}", float(number), pitch) for number, pitch in enumerate(pitches)]


def _row(
    note: Written | None, unfolded_q: float = 0.0, pass_: int = 1, played: PlayedSide | None = None
) -> Row:
    side = None
    if note is not None:
        side = ScoreSide(f"{note.id}-{pass_}", unfolded_q, note.lasts_q, note.pitch)
    return Row(side, played)


def _played(number: int, onset_s: float, pitch: int) -> PlayedSide:
    return PlayedSide(f"p{number}", onset_s, pitch, 0.2, 64)


class Stream:
    """Events of a made-up follower, and when each could be read."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def note(self, note: int, onset_s: float, pitch: int) -> None:
        self._add(Note, onset_s, note, NoteStatus.CONFIRMED, pitch, onset_s, 64)

    def match(self, at_s: float, note: int, score_note: str, pass_: int = 1) -> int:
        return self._add(Match, at_s, note, score_note, 0.0, pass_, 0.0, 0.0)

    def extra(self, at_s: float, note: int, pitch: int) -> int:
        return self._add(Mistake, at_s, MistakeKind.EXTRA, None, None, note, pitch, 0.0, 1, at_s, 1.0)

    def missed(self, at_s: float, score_note: str, pitch: int, due_s: float, pass_: int = 1) -> int:
        return self._add(
            Mistake, at_s, MistakeKind.MISSED, score_note, pitch, None, None, 0.0, pass_, due_s, 1.0
        )

    def wrong(self, at_s: float, score_note: str, expected: int, note: int, pitch: int) -> int:
        return self._add(
            Mistake, at_s, MistakeKind.WRONG, score_note, expected, note, pitch, 0.0, 1, at_s, 1.0
        )

    def retract(self, at_s: float, of: int) -> None:
        self._add(Retract, at_s, of)

    def heard(self, truth: Truth) -> Heard:
        return listen(self.events, np.array([event.at for event in self.events]), truth.played)

    def _add(self, kind: type[Event], at_s: float, *values: object) -> int:
        self.events.append(kind(len(self.events), at_s, *values))
        return len(self.events) - 1


@dataclass(frozen=True, slots=True)
class Desk:
    """What the tests are written with."""

    written: type[Written] = Written
    score: Callable[..., Score] = _score
    line: Callable[..., list[Written]] = _line
    row: Callable[..., Row] = _row
    played: Callable[[int, float, int], PlayedSide] = _played
    stream: type[Stream] = Stream
    repeated: tuple = REPEATED


@pytest.fixture
def desk() -> Desk:
    return Desk()


TICKS_PER_S = 1000


def _save(path: Path, notes: list[tuple[float, float, int]]) -> None:
    """(onset, offset, pitch) at 60 quarters a minute."""
    midi = mido.MidiFile(ticks_per_beat=TICKS_PER_S)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    midi.tracks.append(track)
    timed = [(on, 1, pitch) for on, _, pitch in notes] + [(off, 0, pitch) for _, off, pitch in notes]
    last = 0
    for time_s, down, pitch in sorted(timed):
        tick = round(time_s * TICKS_PER_S)
        track.append(mido.Message("note_on", note=pitch, velocity=64 * down, time=tick - last))
        last = tick
    midi.save(path)


@pytest.fixture
def measuring_set(tmp_path: Path) -> Path:
    """Sixteen quarters, one left out, one extra."""
    written = [(float(k), k + 0.9, 60 + (5 * k) % 12) for k in range(16)]
    played = [note for k, note in enumerate(written) if k != 9] + [(4.5, 4.6, 90)]
    _save(tmp_path / "score.mid", written)
    _save(tmp_path / "perf.mid", [(on + 0.5, off + 0.5, pitch) for on, off, pitch in played])
    head = (
        "status score_id score_onset_q score_dur_q score_onset_beat measure score_pitch staff voice perf_id"
    )
    lines = [*head.split(), "perf_onset_s", "perf_dur_s", "perf_pitch", "velocity"]
    rows = ["\t".join(lines)]
    for k, (on, _, pitch) in enumerate(written):
        side = f"n{k}\t{on}\t0.9\t{on}\t1\t{pitch}\t1\t1"
        if k == 9:
            rows.append(f"deletion\t{side}\t\t\t\t\t")
        else:
            rows.append(f"match\t{side}\tp{k}\t{on + 0.5}\t0.9\t{pitch}\t64")
    rows.append("insertion" + "\t" * 9 + "p99\t5.0\t0.1\t90\t64")
    (tmp_path / "align.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    item = {
        "id": "one_take", "kind": "midi", "composer": "", "title": "One", "duration_s": 17.0,
        "files": {"score_mid": "score.mid", "perf_mid": "perf.mid", "align": "align.tsv"},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps({"items": [item]}), encoding="utf-8")
    return tmp_path


RATE_HZ = 16_000
LASTS_S = 18.0
GHOST = (100, 7.25, 7.5, 64)


@pytest.fixture
def notes_of_the_set() -> list[tuple[int, float, float, int]]:
    """What is played there, as ears tell it: pitch, onset, end, velocity."""
    right = [(60 + (5 * k) % 12, k + 0.5, k + 1.4, 64) for k in range(16) if k != 9]
    return [*right, (90, 5.0, 5.1, 64)]


@pytest.fixture
def sound_set(measuring_set: Path) -> Path:
    """The measuring set, with the same performance as two recordings."""
    soundfile: Any = pytest.importorskip("soundfile")
    sound = np.random.default_rng(0).uniform(-0.1, 0.1, int(LASTS_S * RATE_HZ))
    soundfile.write(measuring_set / "take.flac", sound, RATE_HZ)
    manifest = measuring_set / "manifest.json"
    items = json.loads(manifest.read_text(encoding="utf-8"))["items"]
    files = {"audio": "take.flac", "score_mid": "score.mid", "align": "align.tsv"}
    for name, instrument in (("a_piano", "piano (close mics)"), ("a_flute", "flute")):
        items.append(items[0] | {"id": name, "kind": "audio", "instrument": instrument, "files": files})
    items.append({"id": "a_voice", "kind": "audio_notes_only", "files": {"audio": "take.flac"}})
    manifest.write_text(json.dumps({"items": items}), encoding="utf-8")
    return measuring_set


@pytest.fixture
def ears_of_the_set(
    ideal_encoder: Any, notes_of_the_set: list, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """They hear what is played there, and a note that is not, whatever the sound is."""
    encoder = ideal_encoder([*notes_of_the_set, GHOST], LASTS_S + 1.0)
    monkeypatch.setattr(hearing, "load_encoder", lambda *_: encoder)
    monkeypatch.setattr("repetiteur.benchmarks.campaign.load_encoder", lambda: encoder)
    listening.ears_at_hand.cache_clear()
    yield
    listening.ears_at_hand.cache_clear()
