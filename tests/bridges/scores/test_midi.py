"""MIDI files as scores."""

from __future__ import annotations

import mido
import pytest

from repetiteur.bridges.scores import load_score
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.score import NoteKind

PER_QUARTER = 480


@pytest.fixture
def load_midi(tmp_path):
    """Tracks as lists of (tick, message)."""

    def loaded(*tracks, per_quarter=PER_QUARTER):
        file = mido.MidiFile(ticks_per_beat=per_quarter)
        for events in tracks:
            track = mido.MidiTrack()
            now = 0
            for tick, message in sorted(events, key=lambda event: event[0]):
                track.append(message.copy(time=tick - now))
                now = tick
            file.tracks.append(track)
        file.save(tmp_path / "score.mid")
        return load_score(tmp_path / "score.mid")

    return loaded


def played(start, end, pitch, channel=0):
    return [
        (start, mido.Message("note_on", note=pitch, velocity=64, channel=channel)),
        (end, mido.Message("note_off", note=pitch, channel=channel)),
    ]


def test_notes_ids_and_parts(load_midi):
    right = [(0, mido.MetaMessage("track_name", name="Right")), *played(0, 960, 72), *played(480, 720, 76)]
    left = [(0, mido.MetaMessage("track_name", name="Left")), *played(0, 480, 48)]
    score = load_midi(right, left)
    assert score.parts == ("Right", "Left")
    told = {
        name: (float(n["onset_q"]), int(n["pitch"]))
        for name, n in zip(score.note_ids, score.notes, strict=True)
    }
    assert told == {"n0": (1.0, 76), "n1": (0.0, 72), "n2": (0.0, 48)}  # in the order in which they end


def test_bars_and_tempi_follow_the_meta_events(load_midi):
    meta = [
        (0, mido.MetaMessage("time_signature", numerator=3, denominator=4)),
        (0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90))),
        (1440, mido.MetaMessage("time_signature", numerator=2, denominator=4)),
        (1440, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(60))),
        (2400, mido.MetaMessage("marker", text="Trio")),
    ]
    score = load_midi(meta, played(0, 480, 60) + played(2400, 3360, 62))
    assert score.bars["start_q"].tolist() == [0.0, 3.0, 5.0]
    assert score.bars["upper"].tolist() == [3, 2, 2]
    assert [round(float(bpm)) for bpm in score.tempi["quarter_bpm"]] == [90, 60]
    assert score.marks[0].label == "Trio"


def test_chords_of_a_played_file_meet(load_midi):
    notes = [event for k in range(20) for event in played(480 * k + 7 * (k % 5), 480 * k + 300, 60 + k % 12)]
    notes += [event for k in range(20) for event in played(480 * k + 11 + 7 * (k % 5), 480 * k + 300, 80)]
    score = load_midi(notes)
    assert len(set(score.notes["onset_q"].tolist())) == 20
    assert any("moved a hair" in doubt.what for doubt in score.doubts)


def test_a_written_file_is_not_touched(load_midi):
    score = load_midi([event for k in range(32) for event in played(k * 20, k * 20 + 20, 60)])
    assert score.notes["onset_q"].tolist() == [k * 20 / 480 for k in range(32)]
    assert not any("moved" in doubt.what for doubt in score.doubts)


def test_odd_notes(load_midi):
    odd = [
        (0, mido.Message("note_on", note=40, velocity=9)),
        *played(480, 480, 62),
        *played(960, 1440, 38, channel=9),
    ]
    score = load_midi(odd + played(480, 960, 64))
    assert score.notes["pitch"].tolist() == [62, 64]
    assert score.notes["kind"][0] == NoteKind.GRACE
    told = " ".join(doubt.what for doubt in score.doubts)
    assert "drum" in told and "never end" in told


def test_no_notes_and_endless_files(load_midi):
    with pytest.raises(InputError, match="not a single note"):
        load_midi([(0, mido.MetaMessage("text", text="silence"))])
    with pytest.raises(InputError, match="bars"):
        load_midi(played(0, 480 * 100_000, 60))
