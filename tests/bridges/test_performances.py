from __future__ import annotations

from pathlib import Path

import mido
import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.performances import LARGEST_BYTES, read_performance
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Controller, NoteOff, NoteOn

Message, Meta = mido.Message, mido.MetaMessage


def saved(path: Path, *tracks: list, kind: int = 1, ticks_per_beat: int = 480) -> Path:
    file = mido.MidiFile(type=kind, ticks_per_beat=ticks_per_beat)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    file.save(path)
    return path


@pytest.fixture
def changing(tmp_path: Path) -> Path:
    """Tempo changes in one track, two hands on two channels in two others."""
    return saved(
        tmp_path / "changing.mid",
        [Meta("set_tempo", tempo=600_000), Meta("set_tempo", tempo=300_000, time=960),
         Meta("set_tempo", tempo=431_007, time=333)],
        [Message("note_on", note=60, velocity=70), Message("note_on", note=60, velocity=0, time=480),
         Message("control_change", control=64, value=127, time=7),
         Message("note_on", note=61, velocity=71, time=1001), Message("note_off", note=61, time=100)],
        [Message("note_on", channel=1, note=40, velocity=30, time=961),
         Message("note_off", channel=1, note=40, time=961)],
    )  # fmt: skip


def test_all_tracks_in_time_order_with_channels(changing: Path) -> None:
    performed = read_performance(changing)
    assert [type(item) for item in performed] == [
        NoteOn,
        NoteOff,
        Controller,
        NoteOn,
        NoteOn,
        NoteOff,
        NoteOff,
    ]
    assert [item.t_s for item in performed] == sorted(item.t_s for item in performed)
    assert performed[0] == NoteOn(0.0, 60, 70, 0)
    assert performed[2].channel == 0
    assert performed[3].channel == 1


def test_the_tempo_map_is_followed(changing: Path) -> None:
    performed = read_performance(changing)
    assert performed[1] == NoteOff(0.6, 60, 0)  # one quarter at 600 ms
    assert performed[3].t_s == pytest.approx(1.2 + 0.3 / 480)  # two at 600 ms, one tick at 300 ms
    assert performed[4].t_s == pytest.approx(1.2 + 0.3 * 333 / 480 + 0.431007 * (1488 - 1293) / 480)


def test_times_are_those_of_partitura(changing: Path) -> None:
    import partitura

    for path in (changing, assets.PERFORMANCE):
        theirs = [
            (note["note_on"], note["midi_pitch"], note["velocity"])
            for part in partitura.load_performance_midi(str(path)).performedparts
            for note in part.notes
        ]
        ours = [
            (item.t_s, item.pitch, item.velocity)
            for item in read_performance(path)
            if isinstance(item, NoteOn)
        ]
        assert sorted(ours) == sorted(theirs)


def test_without_a_tempo_it_is_120(tmp_path: Path) -> None:
    path = saved(tmp_path / "plain.mid", [Message("note_on", note=60, velocity=64, time=960)])
    assert read_performance(path) == (NoteOn(1.0, 60, 64, 0),)


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_performance(path)
    assert caught.value.where == str(path)
    assert caught.value.remedy
    return caught.value


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mid").problem == "no such file"
    assert "folder" in refusal(tmp_path).problem


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.mid"
    path.touch()
    assert "empty" in refusal(path).problem


def test_not_midi(tmp_path: Path) -> None:
    path = tmp_path / "text.mid"
    path.write_bytes(b"this is no music")
    assert refusal(path).problem == "not a MIDI file"
    path.write_bytes(b"RIFF\0\0\0\0RMID")
    assert "RIFF" in refusal(path).problem


def test_cut_short_anywhere_is_refused_or_read(tmp_path: Path) -> None:
    whole = assets.PERFORMANCE.read_bytes()
    path = tmp_path / "cut.mid"
    for length in (4, 10, 13, 14, 17, 22, 23, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert refusal(path).problem


def test_damaged_bytes_never_escape_as_another_error(tmp_path: Path) -> None:
    from random import Random

    die = Random(3)
    whole = assets.PERFORMANCE.read_bytes()[:600]
    path = tmp_path / "damaged.mid"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(8):
            data[die.randrange(4, len(data))] = die.randrange(256)
        path.write_bytes(data)
        try:
            read_performance(path)
        except InputError as error:
            assert error.problem


def test_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.mid"
    with path.open("wb") as file:
        file.write(b"MThd")
        file.truncate(LARGEST_BYTES + 1)
    assert "too large" in refusal(path).problem
    with path.open("r+b") as file:
        file.write(b"abcd")
        file.truncate(100_000_000)
    assert refusal(path).problem == "not a MIDI file"


def test_no_notes(tmp_path: Path) -> None:
    path = saved(tmp_path / "silent.mid", [Meta("set_tempo", tempo=500_000)])
    assert "no notes" in refusal(path).problem


def test_independent_sequences(tmp_path: Path) -> None:
    path = saved(tmp_path / "two.mid", [Message("note_on", note=60)], [Message("note_on", note=61)], kind=2)
    assert "type 2" in refusal(path).problem
