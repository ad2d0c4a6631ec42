"""Sound as a microphone in a room has it: what ``room.py`` drew, done to a whole batch on its device."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ
from repetiteur.models.studio.room import CURVE_HZ, LONGEST_ECHO_S, NYQUIST_HZ, SILENT_DB, Room

IMPULSE_SAMPLES = int(LONGEST_ECHO_S * SAMPLE_RATE_HZ)
HUM_PARTIALS = 1, 2, 3, 5
CODEC_WINDOW, CODEC_HOP = 1024, 512
CODEC_BANDS = 24
FFT_STEP = 4096


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
    wet = wet * _numbers([10 ** (room.level_db / 20) for room in rooms], device)
    wet = wet / _loudest(wet).clamp_min(1.0)  # whoever records turns down what is too loud
    white = torch.randn(len(rooms), _fft_length(samples), generator=noise, device=device)
    coloured = torch.fft.rfft(white) * _curves([room.noise for room in rooms], white.shape[1], device)
    wet = wet + torch.fft.irfft(coloured, white.shape[1])[:, :samples] + _hum(rooms, samples, device)
    ceiling = _loudest(wet)
    louder = wet * _numbers([10 ** (room.clipped_db / 20) for room in rooms], device)
    wet = torch.minimum(torch.maximum(louder, -ceiling), ceiling)
    return _through_codecs(wet, rooms, noise)


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
                row += torch.sin(2 * torch.pi * room.hum_hz * number * time_s) * (
                    10 ** (room.hum_db / 20) / number
                )
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
    power = (
        torch.einsum("nft,fb->nbt", spectrum.abs().square(), member)
        / member.sum(0).clamp_min(1)[None, :, None]
    )
    allowed = torch.einsum("nbt,fb->nft", power, member).sqrt()
    allowed = (
        allowed
        * _numbers([10 ** (-rooms[number].codec_db / 20) for number in lossy], sound.device)[:, :, None]
    )
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
