"""A short run of each kind through real threads, sockets and another process; nothing is said of times."""

from __future__ import annotations

import math

import numpy as np
import pytest

from repetiteur.benchmarks.latency.figures import Part
from repetiteur.benchmarks.latency.ledger import CAUSE, Kind, Ledger
from repetiteur.benchmarks.latency.material import bundled_midi, tones
from repetiteur.benchmarks.latency.page import page
from repetiteur.benchmarks.latency.players import SoundCard
from repetiteur.benchmarks.latency.run import Manner, measure
from repetiteur.benchmarks.latency.truth import put_right
from repetiteur.bridges.planting.strokes import Stroke
from repetiteur.bridges.urgency import AS_EVERYBODY
from repetiteur.realtime.events import NoteStatus
from repetiteur.realtime.inputs import HeardNote, NoteOn, Tick


def test_notes_played_reach_the_other_program() -> None:
    run = measure(bundled_midi(), Manner(1.5, 0.005, 0.001, 1, 1e-9, AS_EVERYBODY))
    assert run.source == "MIDI" and run.lost.inputs == run.lost.packets == run.lost.not_noted == 0
    note = next(row for row in run.rows if row.what == "MIDI note → note received")
    assert note.part is Part.COMPUTE and note.count >= 2
    assert {row.part for row in run.rows} == {Part.COMPUTE, Part.STAGE}
    stages = {row.what for row in run.rows if row.part is Part.STAGE}
    assert len(run.late) == note.missed == note.count  # nobody keeps a deadline of a nanosecond
    assert all(late.longest in stages and late.longest_ms > 0 for late in run.late)
    html = page([run])
    assert html.count("<svg") >= len(run.rows) and "http" not in html


def test_a_sound_card_calls_with_every_block_and_knows_when() -> None:
    now_s, calls = [0.0], []
    sound = np.arange(100, dtype=np.float32)
    card = SoundCard(sound, 1000.0, 10, lambda: now_s[0], 0.0, 1, lambda: None, 1.0)

    def heard(data: bytes, frames: int, times: dict[str, float], flags: int) -> None:
        calls.append((np.frombuffer(data, np.float32)[0], times["input_buffer_adc_time"]))
        now_s[0] += 0.01
        if len(calls) == 12:
            card._over.set()

    card.open(stream_callback=heard)
    now_s[0] = 0.01
    card._play()
    assert [first for first, _ in calls] == [*range(0, 100, 10), 0, 10]
    assert calls[1][1] - calls[0][1] == pytest.approx(0.01)
    assert card.delivered_s(0.025) == pytest.approx(0.03, abs=0.011)


def test_only_what_others_wait_for_is_noted() -> None:
    now_s = [0.0]
    ledger = Ledger(1.0, lambda: now_s[0])
    ledger.taken(Tick(0.0))
    ledger.taken(NoteOn(0.1, 60, 64))
    now_s[0] = 0.3
    ledger.followed()
    ledger.sent([])
    for status in NoteStatus:
        item = HeardNote(0.5, 0, status, 60, 0.4, 64, 0.9)
        ledger.hearing(0.45)
        ledger.taken(item)
    ledger.hearing(math.nan)
    ledger.taken(HeardNote(0.5, 0, NoteStatus.CONFIRMED, 60, 0.4, 64, 0.9))
    assert ledger.causes["kind"].tolist() == [Kind.PLAYED, Kind.PROVISIONAL, Kind.CONFIRMED]
    assert ledger.causes["sent_s"][0] == 0.3 and ledger.causes["heard_from_s"][1] == 0.45


def test_times_are_counted_from_when_it_really_was() -> None:
    sound = np.zeros(1000, np.float32)
    card = SoundCard(sound, 1000.0, 10, lambda: 0.0, 0.0, 1, lambda: None, 1.0, drift_ppm=1e4)
    causes = np.zeros(3, CAUSE)
    causes["pitch"], causes["onset_s"] = (60, 60, 61), (0.497, 1.52, 0.5)
    causes["at_s"] = 0.5, 1.512, 1.5139
    assert put_right(causes, card, [Stroke(0.5, 0.1, 60, 64)]) == pytest.approx(3.9)
    np.testing.assert_allclose(causes["onset_s"], [0.505, 1.515, np.nan])
    np.testing.assert_allclose(causes["at_s"], [0.505, 1.515, 1.515])


def test_tones_sound_where_they_are_struck() -> None:
    sound = tones([Stroke(0.5, 0.2, 69, 100), Stroke(1.0, 0.2, 57, 50)], 8000.0)
    assert not sound[:3990].any() and np.abs(sound[4000:5000]).max() == pytest.approx(0.5)
    assert sound.dtype == np.float32


def test_the_sound_card_is_found_as_a_real_one_is() -> None:
    from repetiteur.benchmarks.latency.players import SoundCard
    from repetiteur.bridges.audio_ports import ports_of

    card = SoundCard.__new__(SoundCard)
    card._rate_hz = 48_000.0
    (port,) = ports_of(card).inputs
    assert (port.name, port.rate_hz) == ("file", 48_000.0)
