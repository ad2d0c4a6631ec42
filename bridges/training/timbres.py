"""Which sampled pianos there are to train with, and which are kept for measuring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repetiteur.bridges.training.sample_banks import (
    OTHER_LAYERS,
    PARTS,
    Preset,
    make_from_recordings,
    make_from_soundfont,
    recorded_layers,
)
from repetiteur.models.encoder.heads import KEYS
from repetiteur.models.studio.pianos import Piano, every_key, levelled
from repetiteur.realtime.errors import InputError

_SOUNDFONTS = Path("/usr/share/sounds")
_TIMGM = _SOUNDFONTS / "sf2/TimGM6mb.sf2"
_CSOUND = _SOUNDFONTS / "sf2/sf_GMbank.sf2"
_MUSESCORE = _SOUNDFONTS / "sf3/MuseScore_General_Full.sf3"
_FLUID = _SOUNDFONTS / "sf2/FluidR3_GM.sf2"


@dataclass(frozen=True, slots=True)
class Timbre:
    preset: Preset
    weight: int  # how often it is taken in training; 0: kept for measuring


TIMBRES = (
    Timbre(Preset("mscore_grand", _MUSESCORE, 0), 2),
    Timbre(Preset("mscore_bright", _MUSESCORE, 1), 1),
    Timbre(Preset("mscore_mellow", _MUSESCORE, 0, bank=8), 1),
    Timbre(Preset("timgm_1", _TIMGM, 0), 2),
    Timbre(Preset("timgm_2", _TIMGM, 1), 1),
    Timbre(Preset("timgm_3", _TIMGM, 2), 1),
    Timbre(Preset("csound_1", _CSOUND, 0), 2),
    Timbre(Preset("csound_2", _CSOUND, 1), 1),
    Timbre(Preset("fluidr3", _FLUID, 0), 0),
)
OTHERS = (
    ("harpsichord", 6), ("vibraphone", 11), ("organ", 19), ("guitar", 24), ("violin", 40), ("cello", 42),
    ("strings", 48), ("choir", 52), ("trumpet", 56), ("horn", 60), ("saxophone", 65), ("oboe", 68),
    ("bassoon", 70), ("clarinet", 71), ("flute", 73),
)  # fmt: skip
"""General MIDI sounds and their programs, so that the net also hears what is not a piano."""
RECORDED, RECORDED_WEIGHT = "salamander", 3
PIANOS_TO_OTHERS = 6  # how much oftener a piano of weight 1 is taken than another instrument
RECORDED_LAYERS = range(2, 17, 2)  # of its sixteen


def make_banks(folder: Path, recordings: Path | None) -> list[str]:
    """A bank for every soundfont that is installed, and for the recorded notes if given.

    Returns the names of what is new.
    """
    others = [Preset(name, _TIMGM, program, layers=OTHER_LAYERS) for name, program in OTHERS]
    made = []
    for preset in [timbre.preset for timbre in TIMBRES] + others:
        if preset.soundfont.is_file() and not (folder / preset.name).exists():
            make_from_soundfont(preset, folder)
            made.append(preset.name)
    if recordings is not None and not (folder / RECORDED).exists():
        make_from_recordings(RECORDED, _layers(recordings), folder)
        made.append(RECORDED)
    return made


def _layers(recordings: Path) -> dict[int, dict[int, Path]]:
    layers: dict[int, dict[int, Path]] = {}
    for layer, pitch, path in recorded_layers(recordings):
        if layer in RECORDED_LAYERS:
            layers.setdefault(min(127, layer * 8 - 1), {})[pitch] = path
    if not layers:
        raise InputError(
            str(recordings), "no notes named like C4v8.ogg in it", "give the folder of the recordings"
        )
    return layers


def training_instruments(folder: Path) -> list[Piano]:
    """Those to train with, each as often as its weight says."""
    weights = {timbre.preset.name: timbre.weight * PIANOS_TO_OTHERS for timbre in TIMBRES}
    weights[RECORDED] = RECORDED_WEIGHT * PIANOS_TO_OTHERS
    weights |= {name: 1 for name, _ in OTHERS}
    found = []
    for name, weight in weights.items():
        if weight and (folder / name).is_dir():
            found += [read_piano(folder / name)] * weight
    if not found:
        raise InputError(str(folder), "no sampled instrument in it", "run: repetiteur train sounds")
    return found


def held_out_piano(folder: Path) -> Piano:
    """The first of those kept for measuring."""
    for timbre in TIMBRES:
        if not timbre.weight and (folder / timbre.preset.name).is_dir():
            return read_piano(folder / timbre.preset.name)
    raise InputError(str(folder), "no held-out piano in it", "run: repetiteur train sounds")


def read_piano(folder: Path) -> Piano:
    """One instrument, from its folder."""
    remedy = "delete it, then make it again: repetiteur train sounds"
    try:
        samples, scales, layers = (np.load(folder / part) for part in PARTS)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(str(folder), f"not a sampled piano ({error})", remedy) from error
    sizes = KEYS, len(layers)
    if samples.shape[:2] != sizes or scales.shape != sizes or samples.dtype != np.int16:
        raise InputError(str(folder), "not a sampled piano (its parts do not fit together)", remedy)
    return Piano(folder.name, samples, levelled(scales, layers), every_key(layers))
