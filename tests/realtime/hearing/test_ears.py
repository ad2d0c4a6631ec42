from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from repetiteur.models.encoder import heads
from repetiteur.realtime.events import Event, Note, NoteEnd, NoteStatus
from repetiteur.realtime.hearing.dynamics import Dynamics
from repetiteur.realtime.hearing.ears import Ears, notes_of
from repetiteur.realtime.inputs import Chunk

Notes = list[tuple[int, float, float, int]]
RATE_HZ = 48_000.0
ONE: Notes = [(60, 0.5034, 0.8, 80)]


class EveryThird:
    """From 48 to 16 kHz, 5 ms late on purpose. What one does with a resampler, not how it sounds."""

    delay_s = 0.005

    def __init__(self) -> None:
        self._waiting = np.zeros(0, np.float32)

    def push(self, samples: np.ndarray) -> np.ndarray:
        samples = np.concatenate([self._waiting, samples])
        whole = max(len(samples) - 240, 0) // 3 * 3
        self._waiting = samples[whole:]
        return samples[:whole:3]


def make(ideal_encoder: Any, notes: Notes, delay_s: float = 0.0, **how: Any) -> Ears:
    """Ears whose encoder hears these notes in whatever sound there is, once the resampler is full."""
    late_s = EveryThird.delay_s
    notes = [(pitch, on_s + late_s, off_s + late_s, velocity) for pitch, on_s, off_s, velocity in notes]
    return Ears(ideal_encoder(notes, 12.0, delay_s), lambda rate_hz: EveryThird(), **how)  # pyright: ignore[reportArgumentType]


def listen(
    ears: Ears, duration_s: float, cut: int = 4096, begin_s: float = 0.0, sound: np.ndarray | None = None
) -> list[Event]:
    if sound is None:
        sound = np.zeros(round(duration_s * RATE_HZ), np.float32)
    out: list[Event] = []
    for first in range(0, len(sound), cut):
        out += notes_of(ears.push(Chunk(begin_s + first / RATE_HZ, sound[first : first + cut], RATE_HZ)))
    return out + notes_of(ears.finish())


def confirmed(events: Sequence[Event]) -> list[Note]:
    return [event for event in events if isinstance(event, Note) and event.status is NoteStatus.CONFIRMED]


def settled(events: Sequence[Event]) -> bool:
    told: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, Note):
            told.setdefault(event.id, []).append(event.status.value)
        elif isinstance(event, NoteEnd):
            told[event.id].append("end")
    ways = (["provisional", "withdrawn"], ["provisional", "confirmed", "end"], ["confirmed", "end"])
    return all(way in ways for way in told.values())


def test_rows_of_one_note(ideal_encoder: Any) -> None:
    first, second, end = listen(make(ideal_encoder, ONE), 1.5)
    assert isinstance(first, Note) and isinstance(second, Note) and isinstance(end, NoteEnd)
    assert [first.seq, second.seq, end.seq] == [0, 1, 2]
    assert (first.status, second.status) == (NoteStatus.PROVISIONAL, NoteStatus.CONFIRMED)
    assert (first.id, second.id, end.id) == (0, 0, 0)
    assert (second.pitch, second.velocity, second.channel, second.instrument) == (60, 80, None, None)
    assert second.confidence is not None and 0.8 < second.confidence <= 1.0
    assert end.offset == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("delay_s", [0.0, 0.012])
@pytest.mark.parametrize("begin_s", [0.0, 17.25])
def test_onsets_are_those_of_the_sound_whatever_is_late(
    ideal_encoder: Any, many_notes: Notes, delay_s: float, begin_s: float
) -> None:
    heard = confirmed(listen(make(ideal_encoder, many_notes, delay_s), 9.0, begin_s=begin_s))
    true = sorted((pitch, on + begin_s) for pitch, on, _, _ in many_notes)
    found = sorted((note.pitch, note.onset) for note in heard)
    assert [pitch for pitch, _ in found] == [pitch for pitch, _ in true]
    assert np.abs(np.array(found)[:, 1] - np.array(true)[:, 1]).max() < 0.001


def test_the_declared_delays_are_kept(ideal_encoder: Any, many_notes: Notes) -> None:
    ears = make(ideal_encoder, many_notes, delay_s=0.012)
    events = listen(ears, 9.0)
    for status, delay_s in (
        (NoteStatus.PROVISIONAL, ears.provisional_delay_s),
        (NoteStatus.CONFIRMED, ears.delay_s),
    ):
        late_s = [e.at - e.onset for e in events if isinstance(e, Note) and e.status is status and e.at < 9.0]
        assert len(late_s) > 100
        assert max(late_s) <= delay_s + 0.0052
        assert np.mean(late_s) == pytest.approx(delay_s, abs=0.001)
    assert ears.provisional_delay_s == pytest.approx(0.04 + 0.005 + 0.012)
    assert ears.delay_s == pytest.approx(0.16 + 0.005 + 0.012)


@pytest.mark.parametrize("cut", [1, 100, 1_000_000])
def test_in_pieces_as_in_one(ideal_encoder: Any, many_notes: Notes, cut: int) -> None:
    duration_s = 0.7 if cut == 1 else 5.0
    expected = listen(make(ideal_encoder, many_notes), duration_s)
    assert expected
    assert listen(make(ideal_encoder, many_notes), duration_s, cut) == expected


def test_where_blocks_divide_a_hop_no_note_waits_for_the_rest_of_one(
    ideal_encoder: Any, many_notes: Notes
) -> None:
    ears, block = make(ideal_encoder, many_notes), 240
    for number in range(500):
        end_s = (number + 1) * block / RATE_HZ
        told = ears.push(Chunk(number * block / RATE_HZ, np.zeros(block, np.float32), RATE_HZ))
        assert all(event.at == pytest.approx(end_s, abs=1e-6) for event in notes_of(told))


def test_what_comes_later_changes_nothing_told_before(ideal_encoder: Any, many_notes: Notes) -> None:
    whole = listen(make(ideal_encoder, many_notes), 5.0)
    ears = make(ideal_encoder, many_notes)
    part = ears.push(Chunk(0.0, np.zeros(100_000, np.float32), RATE_HZ))
    assert part and whole[: len(part)] == part


@pytest.mark.parametrize("duration_s", [0.0, 0.01, 0.5, 0.53, 0.6, 0.72, 3.3])
def test_wherever_the_sound_ends_every_note_is_settled(
    ideal_encoder: Any, many_notes: Notes, duration_s: float
) -> None:
    events = listen(make(ideal_encoder, many_notes), duration_s)
    assert settled(events)
    assert [event.seq for event in events] == list(range(len(events)))
    assert all(event.at <= duration_s + 1e-9 for event in events)
    begun = {event.id: event.onset for event in events if isinstance(event, Note)}
    assert all(onset <= duration_s for onset in begun.values())
    for event in events:
        if isinstance(event, NoteEnd):
            assert event.offset >= begun[event.id] + 0.02 - 1e-9


def test_a_note_just_before_the_end_is_still_confirmed(ideal_encoder: Any) -> None:
    events = listen(make(ideal_encoder, ONE), 0.55)
    assert [note.onset for note in confirmed(events)] == [pytest.approx(0.5034, abs=0.001)]


@pytest.mark.parametrize("lost_s", [0.01, 1.5, 3.0, 3600.0])
def test_lost_samples_leave_the_time_right(ideal_encoder: Any, lost_s: float) -> None:
    lost = round(lost_s * RATE_HZ)
    filled_s = min(lost_s, 2.0)
    ears = make(ideal_encoder, [(60, 0.25, 0.4, 80), (64, 0.5 + filled_s + 0.25, 0.5 + filled_s + 0.4, 80)])
    half = np.zeros(round(0.5 * RATE_HZ), np.float32)
    told = ears.push(Chunk(0.0, half, RATE_HZ))
    told += ears.push(Chunk(0.5 + lost_s, half, RATE_HZ, lost=lost))
    events = notes_of(told + ears.finish())
    onsets = [note.onset for note in confirmed(events)]
    assert onsets == pytest.approx([0.25, 0.75 + lost_s], abs=0.001)
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_a_sound_card_that_runs_slow_is_followed(ideal_encoder: Any) -> None:
    """A part in a thousand, far more than any: after 60 s it would be 60 ms off."""
    ears = make(ideal_encoder, [])
    piece = np.zeros(4800, np.float32)
    for number in range(600):
        ears.push(Chunk(number * 0.1001, piece, RATE_HZ))
    assert ears._clock.at_s(60.0) == pytest.approx(60.06, abs=0.015)


def test_stamps_that_jitter_shift_nothing(ideal_encoder: Any, many_notes: Notes) -> None:
    random = np.random.default_rng(0)
    ears, events = make(ideal_encoder, many_notes), []
    piece = np.zeros(480, np.float32)
    for number in range(900):
        events += ears.push(Chunk(number * 0.01 + abs(random.normal(0, 0.001)), piece, RATE_HZ))
    heard = sorted((note.pitch, note.onset) for note in confirmed(notes_of(events + ears.finish())))
    true = sorted((pitch, on) for pitch, on, _, _ in many_notes)
    late_s = np.array(heard)[:, 1] - np.array(true)[:, 1]
    assert np.abs(late_s).max() < 0.005


def test_damage_is_silence(ideal_encoder: Any) -> None:
    ears = make(ideal_encoder, ONE)
    sound = np.zeros(72_000, np.float32)
    sound[::3] = np.nan
    sound[1::3] = np.inf
    sound[3:300:3] = 1e30
    assert len(confirmed(listen(ears, 1.5, sound=sound))) == 1
    assert ears._encoder.loudest <= 4.0  # pyright: ignore[reportAttributeAccessIssue]


def test_sixteen_kilohertz_needs_no_resampler(ideal_encoder: Any) -> None:
    def never(rate_hz: float) -> Any:
        raise AssertionError

    ears = Ears(ideal_encoder(ONE, 2.0), never)
    told = ears.push(Chunk(0.0, np.zeros(24_000, np.float32), heads.SAMPLE_RATE_HZ))
    events = notes_of(told + ears.finish())
    assert [note.onset for note in confirmed(events)] == [pytest.approx(0.5034, abs=0.001)]


def test_another_rate_in_the_middle(ideal_encoder: Any) -> None:
    late_s = EveryThird.delay_s
    encoder = ideal_encoder([(60, 0.25, 0.4, 80), (64, 1.25 + late_s, 1.4 + late_s, 80)], 3.0)
    ears = Ears(encoder, lambda rate_hz: EveryThird())
    events = ears.push(Chunk(0.0, np.zeros(16_000, np.float32), 16_000.0))
    events += ears.push(Chunk(1.0, np.zeros(48_000, np.float32), RATE_HZ))
    onsets = [note.onset for note in confirmed(notes_of(events + ears.finish()))]
    assert onsets == pytest.approx([0.25, 1.25], abs=0.001)


def test_warming_up_and_reset_leave_nothing_behind(ideal_encoder: Any) -> None:
    ears = make(ideal_encoder, ONE)
    ears.warm_up(RATE_HZ)
    assert listen(ears, 1.5) == listen(make(ideal_encoder, ONE), 1.5)
    ears.reset()
    assert listen(ears, 1.5) == listen(make(ideal_encoder, ONE), 1.5)
    assert ears.finish() == []


def test_no_sound_at_all_tells_nothing(ideal_encoder: Any) -> None:
    assert make(ideal_encoder, ONE).finish() == []


def test_keys_are_measured_where_the_piano_has_them_when_a_note_is_told(
    ideal_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, float]] = []
    monkeypatch.setattr(
        Dynamics, "velocity", lambda self, pitch, onset, said, a4_hz: asked.append((pitch, a4_hz)) or said
    )
    notes = [(60, 1.0, 1.5, 80), (64, 2.0, 2.5, 80)]
    listen(make(ideal_encoder, notes, a4_hz=lambda hop: 440.0 if hop < 180 else 415.0), 4.0)
    assert asked == [(60, 440.0), (64, 415.0)]
