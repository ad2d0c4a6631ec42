"""Strokes to sound: note by note with Numba, or a batch at once with torch. Both give the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.studio.pianos import Piano
from repetiteur.models.studio.stretches import Part

INAUDIBLE = 1e-4  # a damped note is over when this little of it is left
AT_ONCE = 1 << 26  # samples of notes, with torch: some 5 GB while they are added


class Mixer(Protocol):
    def mix(self, parts: Sequence[Part], samples: int) -> Tensor:
        """(parts, samples) float32, each part by itself, where the sound is wanted."""
        ...


class NumbaMixer:
    """The quick one on a CPU."""

    def __init__(self, instruments: Sequence[Piano]) -> None:
        self._instruments = instruments

    def mix(self, parts: Sequence[Part], samples: int) -> Tensor:
        from repetiteur.kernels.note_mixing import mix

        out = np.zeros((len(parts), samples), np.float32)
        for row, part in zip(out, parts, strict=True):
            piano = self._instruments[part.instrument]
            mix(part.strokes, piano.samples, piano.scales, INAUDIBLE, row)
        return torch.from_numpy(out)


class TorchMixer:
    """The one for a GPU, where it keeps every instrument; needs no Numba."""

    def __init__(self, instruments: Sequence[Piano], device: torch.device) -> None:
        different = list({id(piano): piano for piano in instruments}.values())
        places = {id(piano): place for place, piano in enumerate(different)}
        self._device = device
        self._place = np.array([places[id(piano)] for piano in instruments])
        self._samples = torch.cat([torch.from_numpy(piano.samples.reshape(-1)) for piano in different]).to(
            device
        )
        self._scales = np.concatenate([piano.scales.reshape(-1) for piano in different])
        shapes = np.array([piano.samples.shape for piano in different])
        notes = shapes[:, 0] * shapes[:, 1]
        self._layers, self._lengths = shapes[:, 1], shapes[:, 2]
        self._first_note = np.cumsum(notes) - notes
        self._first_sample = np.cumsum(notes * self._lengths) - notes * self._lengths

    def mix(self, parts: Sequence[Part], samples: int) -> Tensor:
        out = torch.zeros(len(parts) * samples, device=self._device)
        many = [len(part.strokes) for part in parts]
        struck = np.concatenate([part.strokes for part in parts])
        row = np.repeat(np.arange(len(parts)), many)
        place = np.repeat(self._place[[part.instrument for part in parts]], many)
        within = struck["recording"] * self._layers[place] + struck["layer"]
        length = self._lengths[place]
        first = np.maximum(np.ceil(struck["start"]), 0)
        recorded_end = np.ceil(struck["start"] + (length - 1) / struck["speed"])
        damped_end = np.ceil(struck["start"] + struck["held"] - np.log(INAUDIBLE) * struck["release"])
        last = np.minimum(np.minimum(recorded_end, damped_end), samples)
        counts = np.maximum(last - first, 0).astype(np.int64)
        table = np.stack(
            [
                first + row * samples,
                first - struck["start"],
                self._first_sample[place] + within * length,
                struck["speed"],
                struck["held"],
                struck["release"],
                struck["gain"] * self._scales[self._first_note[place] + within],
            ]
        )
        ends = np.cumsum(counts)
        begin = 0
        while begin < len(struck):
            done = ends[begin - 1] if begin else 0
            end = max(begin + 1, int(np.searchsorted(ends, done + AT_ONCE)))
            self._add(table[:, begin:end], counts[begin:end], out)
            begin = end
        return out.view(len(parts), samples)

    def _add(self, table: np.ndarray, counts: np.ndarray, out: Tensor) -> None:
        """Some notes, given by the numbers that ``mix`` lists, each ``counts`` samples long."""
        many = torch.from_numpy(counts).to(self._device)
        total = int(counts.sum())
        number = torch.arange(len(counts), device=self._device)
        note = torch.repeat_interleave(number, many, output_size=total)
        within = torch.arange(total, device=self._device) - (many.cumsum(0) - many)[note]
        target, since_start, recording, speed, held, release, gain = torch.from_numpy(table).to(self._device)
        since = since_start[note] + within
        read = since * speed[note]
        whole = read.long()
        part = (read - whole).float()
        at = recording[note].long() + whole
        here, there = self._samples[at].float(), self._samples[at + 1].float()
        damped = torch.exp(-((since - held[note]).clamp_min(0) / release[note]).float())
        sound = (here + part * (there - here)) * damped * gain[note].float()
        out.index_add_(0, target[note].long() + within, sound)
