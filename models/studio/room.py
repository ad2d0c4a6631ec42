"""What lies between a piano and the samples: room, microphone, noise, level, clipping, a codec.

Drawn at random on the CPU as plain numbers (``draw_room``), done to a whole batch at once where the batch is
(``through_rooms``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ

NYQUIST_HZ = SAMPLE_RATE_HZ / 2
CURVE_HZ = np.concatenate([[0.0], np.geomspace(20.0, NYQUIST_HZ, 120)])  # where a microphone's gain is given
LONGEST_ECHO_S = 1.2
IMPULSE_SAMPLES = int(LONGEST_ECHO_S * SAMPLE_RATE_HZ)
SILENT_DB = -140.0
HUM_PARTIALS = 1, 2, 3, 5
CODEC_WINDOW, CODEC_HOP = 1024, 512
CODEC_BANDS = 24
FFT_STEP = 4096


@dataclass(frozen=True, slots=True)
class Room:
    """One way from the strings to the samples. Levels are dB of full scale."""

    impulse: np.ndarray  # float32, the direct sound first; no delay added
    microphone: np.ndarray  # gain at CURVE_HZ
    level_db: float  # of the loudest sample
    noise: np.ndarray  # gain of white noise at CURVE_HZ, RMS of the whole as wanted
    hum_db: float
    hum_hz: float
    clipped_db: float  # by how much the loudest sample is too loud
    codec_db: float  # how far under each band a codec's noise lies; 0: no codec


def draw_room(random: np.random.Generator) -> Room:
    return Room(
        impulse=_impulse(random) if random.random() < 0.7 else np.ones(1, np.float32),
        microphone=_microphone(random),
        level_db=random.uniform(-32, -1),
        noise=_noise(random) if random.random() < 0.6 else np.zeros(len(CURVE_HZ)),
        hum_db=random.uniform(-75, -45) if random.random() < 0.1 else SILENT_DB,
        hum_hz=random.choice([50.0, 60.0]) * random.uniform(0.999, 1.001),
        clipped_db=random.uniform(3, 9) if random.random() < 0.05 else 0.0,
        codec_db=random.uniform(9, 24) if random.random() < 0.1 else 0.0,
    )


def through_rooms(dry: Tensor, rooms: Sequence[Room], noise: torch.Generator) -> Tensor:
    """(batch, samples) to the same, each through its own room; ``noise`` lives where ``dry`` does."""
    device, samples = dry.device, dry.shape[1]
    length = _fft_length(samples + max(len(room.impulse) for room in rooms))
    impulses = np.zeros((len(rooms), IMPULSE_SAMPLES), np.float32)
    for row, room in zip(impulses, rooms, strict=True):
        row[: len(room.impulse)] = room.impulse
    spectrum = torch.fft.rfft(dry, length)
    spectrum *= torch.fft.rfft(torch.from_numpy(impulses).to(device), length)
    spectrum *= _curves([room.microphone for room in rooms], length, device)
    wet = torch.fft.irfft(spectrum, length)[:, :samples]
    wet = wet * (_numbers([10 ** (room.level_db / 20) for room in rooms], device) / _loudest(wet))
    white = torch.randn(len(rooms), _fft_length(samples), generator=noise, device=device)
    coloured = torch.fft.rfft(white) * _curves([room.noise for room in rooms], white.shape[1], device)
    wet = wet + torch.fft.irfft(coloured, white.shape[1])[:, :samples] + _hum(rooms, samples, device)
    ceiling = _loudest(wet)
    louder = wet * _numbers([10 ** (room.clipped_db / 20) for room in rooms], device)
    wet = torch.minimum(torch.maximum(louder, -ceiling), ceiling)
    return _through_codecs(wet, rooms, noise)


def _impulse(random: np.random.Generator) -> np.ndarray:
    """The direct sound, a few early echoes and a tail that loses its treble first."""
    reverberation_s = np.exp(random.uniform(np.log(0.15), np.log(1.8)))
    tail_level_db = random.uniform(-24, -6) + 3 * np.log2(reverberation_s)
    length = int(min(reverberation_s, LONGEST_ECHO_S) * SAMPLE_RATE_HZ)
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    bright = random.standard_normal(length) * 10 ** (-3 * time_s / (reverberation_s * random.uniform(0.3, 0.8)))
    dark = _low_passed(random.standard_normal(length), random.uniform(800, 2500)) * 10 ** (-3 * time_s / reverberation_s)
    tail = dark + 0.5 * bright
    tail[: int(random.uniform(0.002, 0.02) * SAMPLE_RATE_HZ)] = 0
    tail *= 4 * 10 ** (tail_level_db / 20) / (np.sqrt(np.sum(tail**2)) + 1e-9)
    tail[0] = 1.0
    for _ in range(random.integers(0, 7)):
        tail[random.integers(8, int(0.04 * SAMPLE_RATE_HZ))] += random.uniform(-0.4, 0.4)
    return tail.astype(np.float32)


def _low_passed(white: np.ndarray, cut_hz: float) -> np.ndarray:
    spectrum = np.fft.rfft(white)
    return np.fft.irfft(spectrum / (1 + (np.linspace(0, NYQUIST_HZ, len(spectrum)) / cut_hz) ** 2), len(white))


def _microphone(random: np.random.Generator) -> np.ndarray:
    """A smooth random curve, and sometimes no bass or no treble."""
    frequency_hz = np.maximum(CURVE_HZ, 1.0)
    octave = np.log2(np.maximum(frequency_hz, 20.0) / 20.0)
    decibel = np.zeros(len(frequency_hz))
    for waves in range(1, 7):
        phase = random.uniform(0, 2 * np.pi)
        decibel += random.normal(0, 4.0 / waves**0.7) * np.cos(2 * np.pi * octave * waves / 9 + phase)
    gain = 10 ** (np.clip(decibel, -18, 14) / 20)
    if random.random() < 0.35:
        gain /= np.sqrt(1 + (_between(random, 30, 180) / frequency_hz) ** 4)
    if random.random() < 0.3:
        gain /= np.sqrt(1 + (frequency_hz / _between(random, 2000, 7000)) ** 6)
    return gain


def _noise(random: np.random.Generator) -> np.ndarray:
    """White to brown."""
    curve = np.maximum(CURVE_HZ, 20.0) ** -random.uniform(0, 1.2)
    power = np.trapezoid(curve**2, CURVE_HZ) / NYQUIST_HZ
    return curve / np.sqrt(power) * 10 ** (random.uniform(-75, -38) / 20)


def _between(random: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _curves(gains: Sequence[np.ndarray], length: int, device: torch.device) -> Tensor:
    """Gains at CURVE_HZ to gains at the bins of an FFT, straight between."""
    bins_hz = torch.linspace(0, NYQUIST_HZ, length // 2 + 1, device=device)
    knots_hz = torch.tensor(CURVE_HZ, dtype=torch.float32, device=device)
    above = torch.searchsorted(knots_hz, bins_hz, right=True).clamp(1, len(CURVE_HZ) - 1)
    share = (bins_hz - knots_hz[above - 1]) / (knots_hz[above] - knots_hz[above - 1])
    at = torch.tensor(np.stack(gains), dtype=torch.float32, device=device)
    return at[:, above - 1] * (1 - share) + at[:, above] * share


def _hum(rooms: Sequence[Room], samples: int, device: torch.device) -> Tensor:
    hum = torch.zeros(len(rooms), samples, device=device)
    time_s = torch.arange(samples, device=device) / SAMPLE_RATE_HZ
    for row, room in zip(hum, rooms, strict=True):
        if room.hum_db > SILENT_DB:
            for number in HUM_PARTIALS:
                row += torch.sin(2 * torch.pi * room.hum_hz * number * time_s) * (10 ** (room.hum_db / 20) / number)
    return hum


def _through_codecs(sound: Tensor, rooms: Sequence[Room], noise: torch.Generator) -> Tensor:
    """As a lossy codec would: in every band the faintest bins go, and noise comes."""
    lossy = [number for number, room in enumerate(rooms) if room.codec_db]
    if not lossy:
        return sound
    window = torch.hann_window(CODEC_WINDOW, device=sound.device).sqrt()
    some = sound[lossy]
    spectrum = torch.stft(some, CODEC_WINDOW, CODEC_HOP, window=window, return_complex=True)
    bins = spectrum.shape[1]
    band = torch.log1p(torch.arange(bins, device=sound.device) / 8) / np.log1p(bins / 8) * CODEC_BANDS
    member = torch.nn.functional.one_hot(band.long().clamp_max(CODEC_BANDS - 1), CODEC_BANDS).float()
    power = torch.einsum("nft,fb->nbt", spectrum.abs().square(), member) / member.sum(0).clamp_min(1)[None, :, None]
    allowed = torch.einsum("nbt,fb->nft", power, member).sqrt()
    allowed = allowed * _numbers([10 ** (-rooms[number].codec_db / 20) for number in lossy], sound.device)[:, :, None]
    grain = torch.randn(spectrum.shape, generator=noise, device=sound.device)
    kept = torch.where(spectrum.abs() > allowed, spectrum + 0.5 * allowed * grain, 0)
    changed = sound.clone()
    changed[lossy] = torch.istft(kept, CODEC_WINDOW, CODEC_HOP, window=window, length=sound.shape[1])
    return changed


def _loudest(sound: Tensor) -> Tensor:
    return sound.abs().amax(1, keepdim=True).clamp_min(1e-9)


def _numbers(each: Sequence[float], device: torch.device) -> Tensor:
    return torch.tensor(each, dtype=torch.float32, device=device)[:, None]


def _fft_length(samples: int) -> int:
    """Somewhat longer, and quick to transform."""
    return -(-samples // FFT_STEP) * FFT_STEP
