"""What is listened to: real recordings with their notes, and MIDI takes made to sound."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.benchmarks.takes import TITLES, Kind, Take
from repetiteur.benchmarks.transcription.rendering import first_seconds, render
from repetiteur.benchmarks.transcription_metrics import Notes, notes_of
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.planting.strokes import strokes_of, with_pedal
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Performed

RECORDED = ("audio", "audio_notes_only")  # kinds of the manifest
PIANO, OTHERS = TITLES[Kind.PIANO], TITLES[Kind.OTHERS]


@dataclass(frozen=True, slots=True)
class SoundTake:
    """One thing to listen to. A recording has ``labels``, a rendering a ``soundfont``."""

    id: str
    group: str
    source: Path  # sound, or MIDI
    labels: Path | None
    soundfont: Path | None
    seconds: float | None  # only so much of it


def recorded(folder: Path, seconds: float | None) -> list[SoundTake]:
    """The real recordings of a measuring set."""
    manifest = folder / "manifest.json"
    try:
        items = json.loads(manifest.read_text(encoding="utf-8"))["items"]
        return [
            SoundTake(
                item["id"],
                PIANO if str(item.get("instrument", "")).startswith("piano") else OTHERS,
                folder / item["files"]["audio"],
                folder / item["files"].get("notes", item["files"].get("align", "")),
                None,
                seconds,
            )
            for item in items
            if item["kind"] in RECORDED
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"not the manifest of a measuring set ({type(error).__name__}: {error})"
        raise InputError(str(manifest), what, "restore the set's manifest") from None


def rendered(takes: Iterable[Take], soundfont: Path, seconds: float | None) -> list[SoundTake]:
    """MIDI takes, to be made to sound."""
    return [
        SoundTake(
            take.id, f"{TITLES[take.kind]}, {soundfont.stem}", take.performance, None, soundfont, seconds
        )
        for take in takes
    ]


def sound_and_truth(take: SoundTake, renderings: Path) -> tuple[Path, Notes]:
    """The sound file and its notes; a rendering is made where it is not there yet."""
    if take.soundfont is not None:
        performed = first_seconds(read_performance(take.source), take.seconds)
        return render(performed, take.soundfont, renderings), notes_played(performed)
    assert take.labels is not None
    return take.source, until(read_labels(take.labels), take.seconds)


def notes_played(performed: Iterable[Performed]) -> Notes:
    """Of a MIDI performance, each as long as key or pedal hold it."""
    performed = tuple(performed)
    strokes = with_pedal(strokes_of(performed), performed)
    onset_s = np.array([stroke.onset_s for stroke in strokes])
    offset_s = onset_s + np.array([stroke.duration_s + stroke.rings_s for stroke in strokes])
    pitch = np.array([stroke.pitch for stroke in strokes], int)
    return Notes(onset_s, offset_s, pitch, np.array([stroke.velocity for stroke in strokes], float))


def read_labels(path: Path) -> Notes:
    """A table of notes (onset_s, offset_s, pitch), or an alignment with what was played (perf_*)."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return notes_of(list(_rows(csv.DictReader(file, delimiter="\t"))))
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror})", "restore the set") from None
    except (ValueError, KeyError, TypeError) as error:
        what = f"not a table of notes ({type(error).__name__}: {error})"
        raise InputError(str(path), what, "restore the set") from None


def until(notes: Notes, seconds: float | None) -> Notes:
    """Those that begin before, none of them longer than that."""
    if seconds is None:
        return notes
    notes = notes.where(notes.onset_s < seconds)
    return Notes(notes.onset_s, np.minimum(notes.offset_s, seconds), notes.pitch, notes.velocity)


def _rows(table: Iterable[dict[str, str]]) -> Iterator[tuple[float, float, float, float]]:
    for row in table:
        if "onset_s" in row:
            pitch = row["pitch"] if "pitch" in row else row["pitch_midi_float"]
            yield float(row["onset_s"]), float(row["offset_s"]), float(pitch), _known(row.get("velocity"))
        elif row["perf_id"] and row["status"] in ("match", "insertion"):
            onset_s = float(row["perf_onset_s"])
            yield (
                onset_s, onset_s + _known(row.get("perf_dur_s")), float(row["perf_pitch"]),
                _known(row.get("velocity")),
            )  # fmt: skip


def _known(text: str | None) -> float:
    return float(text) if text else math.nan
