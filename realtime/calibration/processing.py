"""Does somebody change the sound before it gets here? Told from the sound itself.

Operating systems and conference drivers "improve" microphones for talk: they turn quiet sound up and
loud sound down, take for noise what lasts, cut what a loudspeaker plays, and pass on a telephone's
band. All of that takes music to pieces. Each leaves its own mark:

* sound that is cut off, with exact zeros after it: a gate;
* noise that fades away while nobody does anything: noise suppression that has learnt it;
* noise that comes up again after playing, or is another than before: automatic gain;
* steady noise from a loudspeaker that does not stay steady: automatic gain where it changes some
  decibels, suppression or echo cancelling where it goes away;
* a spectrum that ends at once, far below what the device could: a telephone's band.

Nothing of this is proof: a fan may stop, a door may open. So every suspicion says how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from repetiteur.realtime.calibration.frames import levels_dbfs, rms_dbfs

SURE, LIKELY = 0.9, 0.6  # from here on it is called so
PIECE_S = 0.1
ZEROS_S = 0.02  # of exact zeros in one stretch: converters make single ones
CUT_S, CUT_DBFS = 0.05, -80.0  # before them it sounded
EDGE_S = 0.3  # at either end of a recording of noise: its level there
BAND_FROM_HZ, BAND_TO_HZ = 3000.0, 12_500.0  # where a telephone's band ends: 3.4, 7 or 12 kHz
BAND_POINTS = 1024
SHARP = 1.06  # a cliff falls within a semitone down and one up


class Processing(StrEnum):
    GATE = "gate"
    SUPPRESSION = "noise suppression"
    GAIN = "automatic gain"
    ECHO = "noise suppression or echo cancelling"
    BAND = "telephone band"


@dataclass(frozen=True, slots=True)
class Suspicion:
    kind: Processing
    sure: float  # 0 to 1
    because: str  # what was heard


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Recordings at one rate. Empty where there was none."""

    rate_hz: float
    before: np.ndarray  # nobody plays
    music: np.ndarray
    after: np.ndarray  # nobody plays any more; what rang has died away
    steady: np.ndarray  # noise from a loudspeaker, all the time at one level


def suspicions(heard: Evidence) -> tuple[Suspicion, ...]:
    """Those worth telling, the surest first."""
    found = (
        _gated(heard), _fading(heard), _other_after_playing(heard), _unsteady(heard), _band(heard),
    )  # fmt: skip
    return tuple(sorted((each for each in found if each is not None), key=lambda each: -each.sure))


def _gated(heard: Evidence) -> Suspicion | None:
    """Stretches of exact zeros that begin in the middle of sound. What dies away into zeros is an
    instrument without noise, and zeros alone are an input that is off."""
    sound = np.concatenate([heard.before, heard.music, heard.after])
    edges = np.flatnonzero(np.diff(np.concatenate([[1], (sound != 0).astype(np.int8), [1]])))
    least, look = round(ZEROS_S * heard.rate_hz), round(CUT_S * heard.rate_hz)
    cuts = [
        (end - first) / heard.rate_hz
        for first, end in zip(edges[::2], edges[1::2], strict=True)
        if end - first >= least and first > look and rms_dbfs(sound[first - look : first]) > CUT_DBFS
    ]
    if not cuts:
        return None
    because = f"sound was cut off {len(cuts)} times, with {sum(cuts):.1f} s of exact zeros after it"
    return Suspicion(Processing.GATE, _between(len(cuts), 0.0, 4.0), because)


def _fading(heard: Evidence) -> Suspicion | None:
    levels = _noise_levels(heard.before, heard.rate_hz)
    if len(levels) < 10:
        return None
    begun, ended = _ends(levels)
    if begun - ended < 6.0 or not _goes_on(-levels):
        return None
    because = f"the noise of silence faded by {begun - ended:.0f} dB"
    return Suspicion(Processing.SUPPRESSION, _between(begun - ended, 4.0, 14.0), because)


def _other_after_playing(heard: Evidence) -> Suspicion | None:
    """Gain that was turned down by loud notes comes up again, in seconds."""
    before, after = (_noise_levels(each, heard.rate_hz) for each in (heard.before, heard.after))
    if len(before) < 10 or len(after) < 10:
        return None
    begun, ended = _ends(after)
    rise = ended - begun
    if rise > 4.0 and _goes_on(after):
        because = f"after playing the noise came up by {rise:.0f} dB in {len(after) * PIECE_S:.0f} s"
        return Suspicion(Processing.GAIN, _between(rise, 2.0, 10.0), because)
    # Ringing strings die away; noise that is lower than before cannot be they.
    lower = float(np.median(before)) - float(np.median(after))
    if lower > 6.0:
        because = f"after playing the noise was {lower:.0f} dB lower than before"
        return Suspicion(Processing.GAIN, _between(lower, 4.0, 16.0), because)
    return None


def _unsteady(heard: Evidence) -> Suspicion | None:
    levels = _noise_levels(heard.steady, heard.rate_hz)
    if len(levels) < 10:
        return None
    begun, ended = _ends(levels)
    if begun - ended > 10.0:
        because = f"steady noise from the loudspeaker faded by {begun - ended:.0f} dB"
        return Suspicion(Processing.ECHO, _between(begun - ended, 6.0, 16.0), because)
    if abs(begun - ended) > 2.0 and _goes_on(levels if ended > begun else -levels):
        how = "rose" if ended > begun else "fell"
        because = f"steady noise from the loudspeaker {how} by {abs(begun - ended):.0f} dB"
        return Suspicion(Processing.GAIN, _between(abs(begun - ended), 1.0, 6.0), because)
    pumps = float(np.std(np.diff(levels)))
    if pumps > 1.0:
        because = f"steady noise from the loudspeaker pumped, by {pumps:.1f} dB every {PIECE_S * 1000:.0f} ms"
        return Suspicion(Processing.SUPPRESSION, _between(pumps, 0.5, 3.0), because)
    return None


def _band(heard: Evidence) -> Suspicion | None:
    """A cliff in the mean spectrum, with nothing behind it. What falls off slowly is a microphone."""
    sound = np.concatenate([heard.before, heard.music, heard.after]).astype(np.float64)
    frames = len(sound) // BAND_POINTS
    if frames < 20 or not np.any(sound):
        return None
    pieces = sound[: frames * BAND_POINTS].reshape(frames, BAND_POINTS)
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * np.blackman(BAND_POINTS)
    power = np.median(np.abs(np.fft.rfft(pieces)) ** 2, axis=0)  # loud moments leak over every edge
    level = 10 * np.log10(power + power.max() * 1e-15 + 1e-30)
    hz = np.fft.rfftfreq(BAND_POINTS, 1 / heard.rate_hz)
    best_db, cut_hz = 0.0, 0.0
    for middle_hz in np.arange(BAND_FROM_HZ, min(BAND_TO_HZ, 0.42 * heard.rate_hz), 50.0):
        below = level[(hz > 0.9 * middle_hz / SHARP) & (hz < middle_hz / SHARP)]
        above = level[hz > SHARP * middle_hz]
        beyond = above[: max(1, len(above) * 9 // 10)]  # converters have a cliff of their own at the end
        fall = float(below.min() - beyond.max()) if len(below) else 0.0
        if fall > best_db:
            best_db, cut_hz = fall, float(middle_hz)
    if best_db < 15.0:
        return None
    because = f"nothing above {cut_hz / 1000:.1f} kHz, {best_db:.0f} dB less at once"
    return Suspicion(Processing.BAND, _between(best_db, 10.0, 35.0), because)


def _noise_levels(sound: np.ndarray, rate_hz: float) -> np.ndarray:
    """Of each piece, without the offset; digital silence is none of it."""
    levels = levels_dbfs(sound, rate_hz, PIECE_S)
    return levels[levels > -115.0]


def _ends(levels: np.ndarray) -> tuple[float, float]:
    """The level at the beginning and at the end."""
    pieces = max(1, round(EDGE_S / PIECE_S))
    return float(np.median(levels[:pieces])), float(np.median(levels[-pieces:]))


def _goes_on(levels: np.ndarray) -> bool:
    """Rising all the way, not at one knock."""
    quarters = [float(np.median(part)) for part in np.array_split(levels, 4)]
    return all(later > earlier - 0.5 for earlier, later in pairwise(quarters))


def _between(value: float, low: float, high: float) -> float:
    """0.3 at ``low``, 0.95 at ``high`` and beyond."""
    return round(0.3 + 0.65 * min(max((value - low) / (high - low), 0.0), 1.0), 2)
