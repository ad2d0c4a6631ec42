"""The whole way from a file of sound to notes, with the real engine: whatever the file is like.

What must hold for any network is tried with a small one of random weights, which hears notes
everywhere; what must be heard, with the one that ships.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges.hearing import make_ears, make_resampler
from repetiteur.bridges.sound_files import SoundFile
from repetiteur.bridges.wire.json_lines import encode, encode_input
from repetiteur.models.encoder.engine import encoder_of
from repetiteur.models.encoder.shape import Shape
from repetiteur.models.encoder.weights import SHIPPED, Weights, sizes
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus
from repetiteur.realtime.hearing.ears import Ears, notes_of
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import Chunk, HeardTrace

soundfile: Any = pytest.importorskip("soundfile")

RATE_HZ = 44_100
SMALL = Shape(16, (1, 3), (0,), 24, (2,), 3, 5, 20)
MELODY = ((60, 0.3), (64, 0.7), (67, 1.1), (72, 1.5), (55, 1.5))  # pitch, onset

needs_weights = pytest.mark.skipif(not SHIPPED.exists(), reason="no trained weights are here")


@pytest.fixture(scope="module")
def any_encoder() -> Any:
    random = np.random.default_rng(3)
    arrays = {
        name: random.standard_normal(size).astype(np.float32) * np.sqrt(1.0 / np.prod(size[1:]))
        for name, size in sizes(SMALL).items()
    }
    return encoder_of(Weights(SMALL, arrays, {}, "random"))


@pytest.fixture
def any_ears(any_encoder: Any) -> Ears:
    return Ears(any_encoder.another(), make_resampler, FOLLOWING)


def played(rate_hz: int = RATE_HZ, lasts_s: float = 2.2) -> np.ndarray:
    """Something like a piano: partials that fade, the higher the sooner, struck in the order of MELODY."""
    seconds = np.arange(round(rate_hz * lasts_s)) / rate_hz
    sound = np.zeros(len(seconds))
    for pitch, onset_s in MELODY:
        base_hz = 440.0 * 2 ** ((pitch - 69) / 12)
        since_s = np.clip(seconds - onset_s, 0.0, None)
        for partial in range(1, 11):
            hz = partial * base_hz * np.sqrt(1 + 0.0004 * partial**2)
            if hz < 0.45 * rate_hz:
                tone = np.sin(2 * np.pi * hz * since_s) * np.exp(-since_s * (1.5 + partial))
                sound += 0.25 / partial**1.7 * tone * (1 - np.exp(-since_s / 0.001))
    return sound


def chunks(sound: np.ndarray, cut: int, rate_hz: float = RATE_HZ) -> Iterable[Chunk]:
    for first in range(0, len(sound), cut):
        yield Chunk(first / rate_hz, sound[first : first + cut], rate_hz)


def told(ears: Ears, pieces: Iterable[Chunk], finish: bool = True) -> list[bytes]:
    """Every event as its bytes, from the beginning."""
    ears.reset()
    heard = [told for piece in pieces for told in ears.push(piece)] + (ears.finish() if finish else [])
    return [encode_input(one) if isinstance(one, HeardTrace) else encode(one) for one in heard]


def heard(path: Path, block: int = 4096) -> tuple[list[Event], str]:
    ears = make_ears()
    with SoundFile(path) as file:
        told = [one for chunk in file.chunks(block) for one in ears.push(chunk)]
        return notes_of(told + ears.finish()), file.trouble


def melody(events: Iterable[Event]) -> list[tuple[int, float]]:
    return sorted(
        (event.pitch, round(event.onset, 1))
        for event in events
        if isinstance(event, Note) and event.status is NoteStatus.CONFIRMED
    )


def right(events: list[Event]) -> bool:
    """Most of what was played, at its times, and little else: how well it hears is measured elsewhere."""
    found, true = melody(events), set(MELODY)
    return len(true & set(found)) >= len(true) - 1 and len(set(found) - true) <= 2


@pytest.mark.parametrize("cut", [1, 7, 441, 1000, 100_000])
def test_cut_into_any_pieces_it_gives_the_same_bytes(any_ears: Ears, cut: int) -> None:
    sound = played(lasts_s=0.9).astype(np.float32)
    whole = told(any_ears, chunks(sound, len(sound)))
    assert len(whole) > 20
    assert told(any_ears, chunks(sound, cut)) == whole


@pytest.mark.parametrize("seconds", [0.31, 0.5, 0.777])
def test_what_comes_later_changes_nothing_that_was_told(any_ears: Ears, seconds: float) -> None:
    sound = played(lasts_s=0.9).astype(np.float32)
    before = round(seconds * RATE_HZ)
    other = np.concatenate([sound[:before], np.random.default_rng(0).normal(0, 0.3, 10_000)])
    known = told(any_ears, chunks(sound[:before], 441), finish=False)
    assert known
    for later in (sound, other.astype(np.float32)):
        assert told(any_ears, chunks(later, 441))[: len(known)] == known


def test_two_runs_give_the_same_bytes(any_encoder: Any) -> None:
    sound = played(lasts_s=0.9).astype(np.float32)
    runs = [told(Ears(any_encoder.another(), make_resampler), chunks(sound, 4096)) for _ in range(2)]
    assert runs[0] and runs[0] == runs[1]


def test_every_note_is_settled_whatever_is_heard(any_ears: Ears) -> None:
    die = np.random.default_rng(5)
    sound = die.normal(0, 0.3, 20_000).astype(np.float32)
    sound[die.integers(0, 20_000, 300)] = die.choice([np.nan, np.inf, -np.inf, 1e30, 1e-42], 300)
    pieces = list(chunks(sound, 441))
    pieces[10] = Chunk(pieces[10].t_s + 0.05, pieces[10].samples, RATE_HZ, lost=2205)
    pieces[20:] = [Chunk(piece.t_s + 0.05, piece.samples, 48_000.0) for piece in pieces[20:]]
    last: dict[int, str] = {}
    any_ears.reset()
    for event in notes_of([told for piece in pieces for told in any_ears.push(piece)] + any_ears.finish()):
        assert b"NaN" not in encode(event) and np.isfinite(event.at)
        if isinstance(event, Note):
            assert last.get(event.id) in (None, "provisional")
            last[event.id] = event.status.value
        elif isinstance(event, NoteEnd):
            assert last[event.id] == "confirmed"
            last[event.id] = "ended"
    assert set(last.values()) == {"withdrawn", "ended"}


@needs_weights
@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_any_rate(tmp_path: Path, rate_hz: int) -> None:
    soundfile.write(tmp_path / "a.wav", played(rate_hz), rate_hz)
    assert right(heard(tmp_path / "a.wav")[0])


@needs_weights
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "PCM_U8"])
def test_any_kind_of_samples_and_number_of_channels(tmp_path: Path, channels: int, subtype: str) -> None:
    frames = np.repeat(played()[:, None], channels, axis=1)
    soundfile.write(tmp_path / "a.wav", frames, RATE_HZ, subtype=subtype)
    assert right(heard(tmp_path / "a.wav")[0])


@needs_weights
@pytest.mark.parametrize("what", ["silence", "constant", "a constant half of full scale", "faint noise"])
def test_nothing_is_heard_where_nothing_sounds(tmp_path: Path, what: str) -> None:
    sound = np.zeros(3 * RATE_HZ)
    if what == "faint noise":
        sound = np.random.default_rng(1).normal(0, 1e-4, len(sound))
    else:
        sound += {"silence": 0.0, "constant": 0.01, "a constant half of full scale": 0.5}[what]
    soundfile.write(tmp_path / "a.wav", sound, RATE_HZ)
    events, trouble = heard(tmp_path / "a.wav")
    assert (melody(events), trouble) == ([], "")


@needs_weights
@pytest.mark.parametrize("what", ["offset", "clipped", "overdriven float", "broken samples"])
def test_music_is_heard_through(tmp_path: Path, what: str) -> None:
    sound = played()
    match what:
        case "offset":
            sound += 0.2
        case "clipped":
            sound = np.clip(1.3 * sound, -1, 1)
        case "overdriven float":
            sound *= 3
        case "broken samples":
            sound[4_000::20_000] = np.nan
            sound[9_000::20_000] = -np.inf
    soundfile.write(tmp_path / "a.wav", sound, RATE_HZ, subtype="FLOAT")
    events, trouble = heard(tmp_path / "a.wav")
    assert right(events) and trouble == ""


def test_a_file_that_shrinks_while_it_is_read_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, played(), RATE_HZ)
    with SoundFile(path) as file:
        pieces = file.chunks(1000)
        first = next(pieces)
        with path.open("r+b") as shrinking:
            shrinking.truncate(30_044)
        rest = list(pieces)
        assert sum(len(piece.samples) for piece in (first, *rest)) == 15_000
        assert "cut short" in file.trouble
