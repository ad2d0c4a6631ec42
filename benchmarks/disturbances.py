"""Takes followed by ear in bad company: an echoing room, noise, hum, applause, talk, another tuning."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from repetiteur.benchmarks.by_ear import (
    CHUNKS_PER_S,
    WHOLE,
    Listening,
    read_chunks,
    sound_of,
    truth_within,
)
from repetiteur.benchmarks.drive import Drive, drive_by_ear
from repetiteur.benchmarks.heard import left_standing, reports
from repetiteur.benchmarks.position_metrics import PositionErrors, errors, summarise
from repetiteur.benchmarks.takes import Take
from repetiteur.benchmarks.workers import load_once
from repetiteur.bridges.hearing import AUTO, make_ears
from repetiteur.realtime.events import Match, Mistake, Note
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import Chunk

BEFORE_S = 0.5
AROUND_S = 10.0  # of applause or talk
SHARP = 2.0 ** (30 / 1200)
NOISE_DB, HUM_DB, APPLAUSE_DB, TALK_DB = -40.0, -40.0, -20.0, -30.0  # of full scale, effective
ECHO_S, ECHO_DB = 2.0, -6.0  # until 60 dB are gone; against the direct sound
VOICES, CLAPPERS = 3, 40
FORMANTS_HZ = ((700, 1200, 2500), (300, 2200, 2900), (450, 900, 2400), (350, 700, 2300))


class Disturbance(StrEnum):
    NONE = "as it is"
    ROOM = "a church: 2 s of echo"
    NOISE = "noise, -40 dBFS"
    HUM = "hum of 50 Hz, -40 dBFS"
    APPLAUSE = "applause before and after, -20 dBFS"
    TALK = "talk before, three voices, -30 dBFS"
    SHARP = "tuned 30 cents sharp, heard as 440"
    FOUND_OUT = "tuned 30 cents sharp, found out"


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A take's sound as it is heard now. What was at t is at ``before_s + t / quicker``."""

    samples: np.ndarray
    before_s: float = 0.0
    quicker: float = 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """One take with one disturbance."""

    disturbance: Disturbance
    errors: PositionErrors
    notes: int  # that were played
    mistakes: int  # told while it was played, and not taken back
    outside: int  # matches and mistakes told of what was before or after it
    moves: int  # positions told before it began, but for the first


@dataclass(frozen=True, slots=True)
class Row:
    """All takes with one disturbance."""

    disturbance: Disturbance
    onsets: int
    within_100: float
    median_ms: float
    lost_share: float
    mistakes_in_100: float
    outside: int
    moves: int


def measure_disturbed(take: Take, soundfont: Path, how: Listening = WHOLE) -> tuple[Result, ...]:
    """Every disturbance of one take made to sound."""
    score, _ = load_once(take.score)
    truth = truth_within(how, take, score)
    chunks = read_chunks(sound_of(how, replace(take, soundfont=soundfont)), how.seconds)
    rate_hz, samples = chunks[0].rate_hz, np.concatenate([chunk.samples for chunk in chunks])
    found = []
    for disturbance in Disturbance:
        chance = np.random.default_rng([zlib.crc32(take.id.encode()), *map(ord, disturbance.name)])
        heard = disturbed(disturbance, samples, rate_hz, chance)
        found_out = disturbance is Disturbance.FOUND_OUT
        ears = make_ears(how.lookahead_s, FOLLOWING, AUTO) if found_out else how.ears
        run = drive_by_ear(score, in_chunks(heard.samples, rate_hz), ears)
        said = reports(run.events, run.ready_s)
        onsets = truth.onsets.copy()
        onsets[:, 1] = heard.before_s + onsets[:, 1] / heard.quicker
        begin_s = onsets[0, 1] - BEFORE_S
        begun = said.ready_s >= begin_s
        away = errors(np.column_stack([said.ready_s[begun], said.travel_q[begun]]), onsets)
        inside, outside = _told(run, begin_s, heard.before_s + how.end_s / heard.quicker)
        moves = max(0, int(np.count_nonzero(~begun)) - 1)
        found.append(Result(disturbance, away, len(truth.played), inside, outside, moves))
    return tuple(found)


def pooled(results: Sequence[Result]) -> list[Row]:
    rows = []
    for disturbance in Disturbance:
        those = [result for result in results if result.disturbance is disturbance]
        if those:
            at = summarise([result.errors for result in those])
            mistakes = 100 * sum(each.mistakes for each in those) / sum(each.notes for each in those)
            outside, moves = sum(each.outside for each in those), sum(each.moves for each in those)
            where = at.onsets, at.near_within_100, at.near_median_ms, at.lost_share
            rows.append(Row(disturbance, *where, mistakes, outside, moves))
    return rows


def disturbed(
    disturbance: Disturbance, samples: np.ndarray, rate_hz: float, chance: np.random.Generator
) -> Disturbed:
    around = round(AROUND_S * rate_hz)
    match disturbance:
        case Disturbance.NONE:
            return Disturbed(samples)
        case Disturbance.ROOM:
            return Disturbed(_echoing(samples, rate_hz, chance))
        case Disturbance.NOISE:
            return Disturbed(samples + at_level(chance.standard_normal(len(samples)), NOISE_DB))
        case Disturbance.HUM:
            return Disturbed(samples + at_level(_hum(len(samples), rate_hz), HUM_DB))
        case Disturbance.APPLAUSE:
            before, after = (at_level(applause(around, rate_hz, chance), APPLAUSE_DB) for _ in range(2))
            return Disturbed(np.concatenate([before, samples, after]), AROUND_S)
        case Disturbance.TALK:
            before = at_level(talk(around, rate_hz, chance), TALK_DB)
            return Disturbed(np.concatenate([before, samples]), AROUND_S)
        case Disturbance.SHARP | Disturbance.FOUND_OUT:
            at = np.arange(0, len(samples) - 1, SHARP)
            higher = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
            return Disturbed(higher, quicker=SHARP)


def at_level(sound: np.ndarray, level_db: float) -> np.ndarray:
    """So loud, dB of full scale."""
    return (sound * 10 ** (level_db / 20) / np.sqrt(np.mean(sound**2))).astype(np.float32)


def applause(length: int, rate_hz: float, chance: np.random.Generator) -> np.ndarray:
    """Many people who clap some four times a second, each at his own pace."""
    sound = np.zeros(length)
    clap = np.exp(-np.arange(round(0.03 * rate_hz)) / (0.004 * rate_hz))
    for _ in range(CLAPPERS):
        at_s, pace_s, loud = chance.uniform(0, 0.3), chance.uniform(0.2, 0.33), chance.uniform(0.3, 1.0)
        while (first := round(at_s * rate_hz)) < length - len(clap):
            sound[first : first + len(clap)] += loud * clap * chance.standard_normal(len(clap))
            at_s += pace_s * chance.uniform(0.9, 1.1)
    return sound


def talk(length: int, rate_hz: float, chance: np.random.Generator) -> np.ndarray:
    """Several voices that glide from vowel to vowel, with gaps between words."""
    return sum((_voice(length, rate_hz, chance) for _ in range(VOICES)), np.zeros(length))


def _voice(length: int, rate_hz: float, chance: np.random.Generator) -> np.ndarray:
    syllables = int(length / rate_hz / 0.2) + 2
    knots = np.arange(syllables) * 0.2 * rate_hz
    at = np.arange(length)
    middle_hz = chance.uniform(95, 220)
    pitch_hz = np.interp(at, knots, middle_hz * 2 ** chance.normal(0, 0.2, syllables))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    vowels = chance.integers(len(FORMANTS_HZ), size=syllables)
    peaks = [np.interp(at, knots, [FORMANTS_HZ[vowel][k] for vowel in vowels]) for k in range(3)]
    loud = np.interp(at, knots, chance.uniform(0.3, 1.0, syllables) * (chance.random(syllables) < 0.8))
    sound = np.zeros(length)
    for partial in range(1, 26):
        hz = partial * pitch_hz
        gain = sum(1 / (1 + ((hz - peak) / 90) ** 2) for peak in peaks)
        sound += np.where(hz < rate_hz / 2, gain / partial**0.5, 0.0) * np.sin(partial * phase)
    return sound * loud


def _hum(length: int, rate_hz: float) -> np.ndarray:
    phase = 2 * np.pi * 50.0 * np.arange(length) / rate_hz
    return sum((np.sin(partial * phase) / partial for partial in (1, 2, 3, 5)), np.zeros(length))


def _echoing(samples: np.ndarray, rate_hz: float, chance: np.random.Generator) -> np.ndarray:
    """The direct sound and a tail that fades evenly."""
    tail = chance.standard_normal(round(ECHO_S * rate_hz))
    tail *= 10 ** (-3 * np.arange(len(tail)) / len(tail))
    tail *= 10 ** (ECHO_DB / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = 1 << (len(samples) + len(tail)).bit_length()
    both = np.fft.rfft(samples, size) * np.fft.rfft(tail, size)
    return np.fft.irfft(both, size)[: len(samples)].astype(np.float32)


def in_chunks(samples: np.ndarray, rate_hz: float) -> list[Chunk]:
    size = round(rate_hz / CHUNKS_PER_S)
    return [Chunk(first / rate_hz, samples[first : first + size], rate_hz)
            for first in range(0, len(samples), size)]  # fmt: skip


def _told(run: Drive, begin_s: float, end_s: float) -> tuple[int, int]:
    """Mistakes told of what was in between; matches and mistakes told of what was not."""
    onset_s = {event.id: event.onset for event in run.events if isinstance(event, Note)}
    inside = outside = 0
    for event in left_standing(run.events):
        if not isinstance(event, Match | Mistake):
            continue
        at_s = event.onset if isinstance(event, Mistake) else onset_s[event.note]
        if begin_s <= at_s <= end_s:
            inside += isinstance(event, Mistake)
        else:
            outside += 1
    return inside, outside
