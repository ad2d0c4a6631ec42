"""Sampled pianos as folders of single notes, made from soundfonts or from recorded notes.

A bank is a folder with ``samples.npy`` (int16; key, layer, sample at 16 kHz), ``scales.npy`` (float32; key,
layer: what 1 of a sample stands for) and ``layers.npy`` (the MIDI velocity of each layer). Every note is held
until it has died away or ``NOTE_S`` are over, and begins to sound ``HEAD_S`` after its start.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.kernels.resample import Resampler
from repetiteur.models.encoder.heads import KEYS, LOWEST_KEY, SAMPLE_RATE_HZ
from repetiteur.realtime.errors import InputError

PARTS = "samples.npy", "scales.npy", "layers.npy"
NOTE_S = 6.0
GAP_S = 1.0  # between two notes of a soundfont's recording, for the release
HEAD_S = 0.004  # from a key's going down to sound: close to what samplers and grand pianos have
PIANO_LAYERS = (16, 32, 48, 64, 80, 96, 112, 127)
OTHER_LAYERS = (40, 80, 120)
SYNTH_RATE_HZ = 44_100
ONSET_SHARE = 0.1  # of the first peak: where a note is taken to begin
FIRST_PEAK_S = 0.05


@dataclass(frozen=True, slots=True)
class Preset:
    """One piano of a soundfont."""

    name: str
    soundfont: Path
    program: int
    bank: int = 0
    layers: tuple[int, ...] = PIANO_LAYERS  # MIDI velocities


def make_from_soundfont(preset: Preset, folder: Path) -> None:
    """Have ``fluidsynth`` play every key in every layer; the bank is ``folder / preset.name``."""
    notes = np.zeros((KEYS, len(preset.layers), int(NOTE_S * SAMPLE_RATE_HZ)), np.float32)
    for layer, velocity in enumerate(preset.layers):
        recording = _play_all_keys(preset, velocity)
        for key in range(KEYS):
            start = round(key * (NOTE_S + GAP_S) * SAMPLE_RATE_HZ)
            end = start + int((NOTE_S + 0.5) * SAMPLE_RATE_HZ)
            notes[key, layer] = _from_its_onset(recording[start:end])
    save(folder / preset.name, notes, np.array(preset.layers))


def make_from_recordings(name: str, layers: dict[int, dict[int, Path]], folder: Path) -> None:
    """``layers[velocity][pitch]`` is a recorded note; keys between two recordings are the nearest one, at
    another speed."""
    velocities = sorted(layers)
    notes = np.zeros((KEYS, len(velocities), int(NOTE_S * SAMPLE_RATE_HZ)), np.float32)
    for layer, velocity in enumerate(velocities):
        recorded = layers[velocity]
        for key in range(KEYS):
            pitch = LOWEST_KEY + key
            nearest = min(recorded, key=lambda other: (abs(other - pitch), other))
            notes[key, layer] = _from_its_onset(_read(recorded[nearest], 2.0 ** ((pitch - nearest) / 12)))
    save(folder / name, notes, np.array(velocities))


def save(folder: Path, notes: np.ndarray, velocities: np.ndarray) -> None:
    """Notes as float32 (key, layer, sample). The bank is there whole or not at all."""
    peaks = np.maximum(np.abs(notes).max(2), 1e-6).astype(np.float32)
    whole = np.round(notes / peaks[:, :, None] * 32767).astype(np.int16)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        unfinished = Path(scratch, folder.name)
        unfinished.mkdir()
        for part, values in zip(PARTS, (whole, peaks / 32767, velocities.astype(np.int32)), strict=True):
            np.save(unfinished / part, values)
        unfinished.rename(folder)


def _play_all_keys(preset: Preset, velocity: int) -> np.ndarray:
    import mido
    import soundfile

    ticks = 1000  # to the second, at 60 quarters per minute
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    track.append(mido.Message("control_change", control=0, value=preset.bank // 128))
    track.append(mido.Message("control_change", control=32, value=preset.bank % 128))
    track.append(mido.Message("program_change", program=preset.program))
    for key in range(KEYS):
        pause = 0 if key == 0 else int(GAP_S * ticks)
        track.append(mido.Message("note_on", note=LOWEST_KEY + key, velocity=velocity, time=pause))
        track.append(mido.Message("note_off", note=LOWEST_KEY + key, time=int(NOTE_S * ticks)))
    with tempfile.TemporaryDirectory() as scratch:
        score, sound = Path(scratch, "notes.mid"), Path(scratch, "notes.wav")
        mido.MidiFile(tracks=[track], ticks_per_beat=ticks).save(score)
        play(score, sound, preset.soundfont, SYNTH_RATE_HZ)
        recording = soundfile.read(sound, dtype="float32", always_2d=True)[0].mean(1)
    return _to_rate(recording, SYNTH_RATE_HZ)


def play(score: Path, sound: Path, soundfont: Path, rate_hz: int) -> None:
    """Have ``fluidsynth`` render a MIDI file, dry."""
    if not soundfont.is_file():
        raise InputError(str(soundfont), "no such soundfont", "install its package, or leave this timbre out")
    options = ["-ni", "-q", "-R", "0", "-C", "0", "-g", "0.5", "-o", "synth.midi-bank-select=mma"]
    to_file = ["-r", str(rate_hz), "-T", "wav", "-O", "float", "-F", str(sound)]
    try:
        subprocess.run(
            ["fluidsynth", *options, *to_file, str(soundfont), str(score)], check=True, capture_output=True
        )
    except FileNotFoundError as error:
        raise InputError("fluidsynth", "the program is missing", "install the package fluidsynth") from error
    except subprocess.CalledProcessError as error:
        raise InputError(
            str(soundfont), f"fluidsynth failed ({error.returncode})", "try another soundfont"
        ) from error


def _read(path: Path, faster: float) -> np.ndarray:
    """A recorded note at 16 kHz, played ``faster`` times as fast."""
    import soundfile

    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    return _to_rate(samples.mean(1)[: int(rate_hz * (NOTE_S + 1) * faster)], rate_hz * faster)


def _to_rate(samples: np.ndarray, rate_hz: float) -> np.ndarray:
    resampler = Resampler(round(rate_hz))
    return np.concatenate([resampler.push(samples).copy(), resampler.flush()])


def _from_its_onset(recording: np.ndarray) -> np.ndarray:
    """The note with its onset ``HEAD_S`` after the beginning, faded out at ``NOTE_S``."""
    loud = np.abs(recording)
    window = int(FIRST_PEAK_S * SAMPLE_RATE_HZ)
    sounding = int(np.argmax(loud > 0.02 * loud.max()))
    first_peak = loud[sounding : sounding + window].max()
    onset = sounding + int(np.argmax(loud[sounding : sounding + window] > ONSET_SHARE * first_peak))
    start = onset - int(HEAD_S * SAMPLE_RATE_HZ)
    length = int(NOTE_S * SAMPLE_RATE_HZ)
    note = np.zeros(length, np.float32)
    taken = recording[max(start, 0) : start + length]
    note[max(-start, 0) : max(-start, 0) + len(taken)] = taken
    fade = int(0.2 * SAMPLE_RATE_HZ)
    note[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return note


def recorded_layers(folder: Path) -> Iterator[tuple[int, int, Path]]:
    """(layer number, pitch, file) of recordings named like ``F#3v12.ogg``."""
    names = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    for path in sorted(folder.glob("*v*.ogg")):
        name, _, layer = path.stem.rpartition("v")
        sharp = 1 if name[1:2] == "#" else 0
        yield int(layer), 12 * (int(name[1 + sharp :]) + 1) + names[name[0]] + sharp, path
