"""Sampled pianos from soundfonts and from recorded notes, with a synthesiser made up for the purpose."""

from __future__ import annotations

import mido
import numpy as np
import pytest

from repetiteur.bridges.training import sample_banks
from repetiteur.bridges.training.timbres import read_piano
from repetiteur.realtime.errors import InputError

soundfile = pytest.importorskip("soundfile")

RATE_HZ = 44_100
NOTE_S = 0.5
ONSET = int(sample_banks.HEAD_S * 16_000)


def a_note(pitch: int, velocity: int, rate_hz: int = RATE_HZ) -> np.ndarray:
    time_s = np.arange(int(NOTE_S * rate_hz)) / rate_hz
    hz = 440 * 2 ** ((pitch - 69) / 12)
    return velocity / 127 * np.cos(2 * np.pi * hz * time_s) * np.exp(-4 * time_s)


@pytest.fixture
def synthesiser(monkeypatch):
    """Plays a note wherever the MIDI file has one, 30 ms late; keeps the controllers it got."""
    controllers: list[tuple[int, int]] = []

    def play(score, sound, soundfont, rate_hz):
        out, now = np.zeros(40 * RATE_HZ), 0.0
        for message in mido.MidiFile(score):
            now += message.time
            if message.type == "control_change":
                controllers.append((message.control, message.value))
            if message.type == "note_on":
                begin, note = round((now + 0.03) * RATE_HZ), a_note(message.note, message.velocity)
                out[begin : begin + len(note)] += 0.2 * note
        soundfile.write(sound, out, RATE_HZ, format="WAV", subtype="FLOAT")

    monkeypatch.setattr(sample_banks, "play", play)
    monkeypatch.setattr(sample_banks, "NOTE_S", NOTE_S)
    monkeypatch.setattr(sample_banks, "GAP_S", 0.1)
    monkeypatch.setattr(sample_banks, "KEYS", 30)
    monkeypatch.setattr("repetiteur.bridges.training.timbres.KEYS", 30)
    return controllers


def hz_of(note: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(note * np.hanning(len(note)), 1 << 16))
    return float(np.argmax(spectrum)) * 16_000 / (1 << 16)


def test_a_bank_has_every_key_in_every_layer_from_its_onset(synthesiser, tmp_path):
    preset = sample_banks.Preset("made_up", tmp_path / "some.sf2", 3, bank=8, layers=(40, 120))
    sample_banks.make_from_soundfont(preset, tmp_path / "banks")
    piano = read_piano(tmp_path / "banks" / "made_up")
    assert piano.samples.shape == (30, 2, int(NOTE_S * 16_000))
    assert synthesiser == [(0, 0), (32, 8)] * 2  # a bank's number is 128 times the one plus the other
    for key in (10, 29):
        sound = piano.samples[key, 1] * piano.scales[key, 1]
        assert hz_of(sound) == pytest.approx(27.5 * 2 ** (key / 12), rel=0.01)
        assert not np.abs(sound[: ONSET - 16]).max() > 0.02 and np.abs(sound[: ONSET + 16]).max() > 0.1
    assert piano.scales[10, 1] / piano.scales[10, 0] == pytest.approx(3, rel=0.02)


def test_keys_that_were_not_recorded_are_their_neighbours(synthesiser, tmp_path):
    paths = {}
    for pitch in (30, 33):
        paths[pitch] = tmp_path / f"{pitch}.wav"
        quiet = np.zeros(4000)
        soundfile.write(paths[pitch], np.concatenate([quiet, 0.3 * a_note(pitch, 100, 48_000)]), 48_000)
    sample_banks.make_from_recordings("recorded", {64: paths}, tmp_path)
    piano = read_piano(tmp_path / "recorded")
    for pitch in (30, 31, 32, 33):
        assert hz_of(piano.samples[pitch - 21, 0]) == pytest.approx(440 * 2 ** ((pitch - 69) / 12), rel=0.01)


def test_recordings_are_known_by_their_names(tmp_path):
    for name in ("C4v8.ogg", "F#3v12.ogg", "A0v1.ogg", "readme.txt"):
        (tmp_path / name).touch()
    found = {(layer, pitch) for layer, pitch, _ in sample_banks.recorded_layers(tmp_path)}
    assert found == {(8, 60), (12, 54), (1, 21)}


def test_a_soundfont_or_synthesiser_that_is_not_there_is_told(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no such soundfont"):
        sample_banks.play(tmp_path / "s.mid", tmp_path / "s.wav", tmp_path / "no.sf2", RATE_HZ)
    (tmp_path / "some.sf2").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="install the package fluidsynth"):
        sample_banks.play(tmp_path / "s.mid", tmp_path / "s.wav", tmp_path / "some.sf2", RATE_HZ)
