"""Strokes to sound: note by note on a CPU, all notes of a batch at once on a GPU. Both give the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from repetiteur.models.studio.pianos import INAUDIBLE, Piano
from repetiteur.models.studio.stretches import Part

AT_ONCE = 1 << 26  # samples of notes, on a GPU


class Mixer(Protocol):
    def mix(self, parts: Sequence[Part], samples: int) -> Tensor:
        """(parts, samples) float32, each part by itself."""
        ...


class CpuMixer:
    def __init__(self, instruments: Sequence[Piano]) -> None:
        self.instruments = instruments

    def mix(self, parts: Sequence[Part], samples: int) -> Tensor:
        from repetiteur.kernels.note_mixing import mix

        out = np.zeros((len(parts), samples), np.float32)
        for row, part in zip(out, parts, strict=True):
            piano = self.instruments[part.instrument]
            mix(part.strokes, piano.samples, piano.scales, row)
        return torch.from_numpy(out)


class GpuMixer:
    """Keeps every instrument on the device. Runs on a CPU too, slowly, which is how it is tested."""

    def __init__(self, instruments: Sequence[Piano], device: torch.device) -> None:
        different = {id(piano): piano for piano in instruments}
        place = {key: number for number, key in enumerate(different)}
        self.device = device
        self.which = np.array([place[id(piano)] for piano in instruments])
        self.samples = [
            torch.from_numpy(piano.samples.reshape(-1)).to(device) for piano in different.values()
        ]
        self.scales = [piano.scales for piano in different.values()]
        self.shapes = [piano.samples.shape for piano in different.values()]

    def mix(self, parts: Sequence[Part], samples: int) -> Tensor:
        out = torch.zeros(len(parts) * samples, device=self.device)
        for number in np.unique(self.which[[part.instrument for part in parts]]):
            chosen = [row for row, part in enumerate(parts) if self.which[part.instrument] == number]
            self._add([parts[row] for row in chosen], np.array(chosen) * samples, samples, int(number), out)
        return out.view(len(parts), samples)

    def _add(self, parts: Sequence[Part], rows: np.ndarray, samples: int, number: int, out: Tensor) -> None:
        """All strokes on one instrument."""
        notes = np.concatenate([part.strokes for part in parts])
        row = np.repeat(rows, [len(part.strokes) for part in parts])
        _, layers, length = self.shapes[number]
        first = np.maximum(np.ceil(notes["start"]), 0).astype(np.int64)
        recorded_end = np.ceil(notes["start"] + (length - 1) / notes["speed"])
        damped_end = notes["start"] + notes["held"] - np.log(INAUDIBLE) * notes["release"]
        last = np.minimum(np.minimum(recorded_end, damped_end), samples).astype(np.int64)
        lengths = np.maximum(last - first, 0)
        gain = notes["gain"] * self.scales[number][notes["key"], notes["layer"]]
        begin = (notes["key"].astype(np.int64) * layers + notes["layer"]) * length
        ends = np.cumsum(lengths)
        start = 0
        while start < len(notes):
            stop = max(start + 1, int(np.searchsorted(ends, (ends[start - 1] if start else 0) + AT_ONCE)))
            some = slice(start, stop)
            self._add_some(
                notes[some],
                first[some],
                lengths[some],
                gain[some],
                begin[some],
                row[some],
                length,
                number,
                out,
            )
            start = stop

    def _add_some(
        self, notes: np.ndarray, first: np.ndarray, lengths: np.ndarray, gain: np.ndarray, begin: np.ndarray,
        row: np.ndarray, length: int, number: int, out: Tensor,
    ) -> None:  # fmt: skip
        def there(values: np.ndarray) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values)).to(self.device)

        counts = there(lengths)
        note = torch.repeat_interleave(torch.arange(len(notes), device=self.device), counts)
        within = torch.arange(len(note), device=self.device) - (counts.cumsum(0) - counts)[note]
        place = there(first)[note] + within
        since = place - there(notes["start"])[note]
        read = since * there(notes["speed"])[note]
        whole = read.long().clamp(0, length - 2)
        part = (read - whole).float()
        at = there(begin)[note] + whole
        samples = self.samples[number]
        sound = samples[at] * (1 - part) + samples[at + 1] * part
        damped = (since - there(notes["held"])[note]).clamp_min(0) / there(notes["release"])[note]
        out.index_add_(
            0, there(row)[note] + place, sound * torch.exp(-damped.float()) * there(gain)[note].float()
        )
