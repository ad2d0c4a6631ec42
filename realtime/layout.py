"""From the score of musicians to the arrays of the kernels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repetiteur.kernels.score_arrays import ScoreArrays
from repetiteur.realtime.score import END, NoteKind, Ornament, PlayOrder, Score

GRACE_STEP_S = 0.06  # how long before its main note a grace note is expected
CHORD_SPREAD_S = 0.035
ROLL_SPREAD_S = 0.18  # arpeggios
GRACE_SPREAD_S = 0.12
LONG_S = 0.45  # notes this long may be shaken though nobody wrote it
MOST_KEYS = 62  # of one chord: one bit each in a signed word
FRESH_START = -10.0  # log probability, per note, that the player starts afresh somewhere without a pause
AT_BAR, AT_BEAT, ANYWHERE = 0.0, -1.5, -3.0  # log weights of where he then does
SHAKING = Ornament.TRILL | Ornament.MORDENT | Ornament.TURN | Ornament.TREMOLO | Ornament.GLISSANDO


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """``arrays`` for the kernels, and the way back from their keys to the score's notes."""

    arrays: ScoreArrays
    key_note: np.ndarray  # i4[K] index of the score note a key stands for
    key_chord: np.ndarray  # i4[K]
    key_needed: np.ndarray  # bool[K]
    chord_grace: np.ndarray  # bool[N] made of grace notes only

    @property
    def chords(self) -> int:
        return len(self.arrays.chord_s)


@dataclass(slots=True)
class _Chord:
    q: float
    grace: int  # 0 plain, else how many graces before the main note
    notes: list[int]


def lay_out(score: Score) -> Layout:
    """Group notes into chords, keys and segments, and index them by pitch."""
    chords = _chords(score)
    if not chords:
        raise ValueError("a score without notes cannot be followed")
    seconds = _chord_seconds(score, chords)
    key_note: list[int] = []
    key_bits: list[int] = []
    first = [0]
    needed = np.zeros(len(chords), np.int64)
    pitches = np.zeros((len(chords), 2), np.int64)
    ornament = np.zeros((len(chords), 2), np.int64)
    ornament_s = np.zeros(len(chords))
    long = np.zeros((len(chords), 2), np.int64)
    long_s = np.zeros(len(chords))
    spread = np.full(len(chords), CHORD_SPREAD_S)
    notes = score.notes
    ends_s = score.nominal_seconds(notes["onset_q"] + notes["duration_q"])
    for c, chord in enumerate(chords):
        bit = 0
        for i in chord.notes:
            note = notes[i]
            pitch = int(note["pitch"])
            if _has(pitches[c], pitch) or bit >= MOST_KEYS:
                continue
            _set(pitches[c], pitch)
            key_note.append(i)
            key_bits.append(bit)
            if note["kind"] == NoteKind.PLAIN:
                needed[c] |= np.int64(1) << np.int64(bit)
            bit += 1
        for i in chord.notes:
            lasts_s = float(ends_s[i] - seconds[c])
            _ornament(notes[i], lasts_s, ornament[c], ornament_s, spread, c)
            if lasts_s >= LONG_S:
                _allow_around(int(notes[i]["pitch"]), 2, long[c])
                long_s[c] = max(long_s[c], lasts_s)
        if chord.grace:
            spread[c] = GRACE_SPREAD_S
        first.append(len(key_note))
    key_note_array = np.array(key_note, np.int32)
    key_chord = np.repeat(np.arange(len(chords)), np.diff(first)).astype(np.int32)
    key_pitch = notes["pitch"][key_note_array].astype(np.uint8)
    order = np.lexsort((key_chord, key_pitch))
    chord_q = np.array([chord.q for chord in chords])
    segments = _segments(score, score.play_order, chord_q)
    arrays = ScoreArrays(
        chord_s=seconds,
        chord_q=chord_q,
        chord_first=np.array(first, np.int32),
        chord_pitches=pitches,
        chord_needed=needed,
        chord_spread_s=spread,
        chord_ornament=ornament,
        chord_ornament_s=ornament_s,
        chord_long=long,
        chord_long_s=long_s,
        chord_entry=_entries(score, chords),
        chord_segment=segments.chord_segment,
        key_pitch=key_pitch,
        segment_first=segments.first,
        segment_last=segments.last,
        segment_span_s=score.nominal_seconds(segments.span_q),
        segment_span_q=segments.span_q,
        way_first=segments.way_first,
        way_target=segments.way_target,
        way_when=segments.way_when,
        way_gap_s=segments.way_gap_s,
        way_gap_q=segments.way_gap_q,
        tour_segment=segments.tour_segment,
        tour_travel=segments.tour_travel,
        tour_visits=segments.tour_visits,
        posting_first=np.searchsorted(key_pitch[order], np.arange(129)).astype(np.int32),
        posting_chord=key_chord[order],
        posting_bit=np.array(key_bits, np.uint8)[order],
    )
    return Layout(
        arrays,
        key_note_array,
        key_chord,
        notes["kind"][key_note_array] == NoteKind.PLAIN,
        np.array([chord.grace > 0 for chord in chords]),
    )


def reroute(layout: Layout, score: Score, order: PlayOrder) -> Layout:
    """The same notes with another play order."""
    segments = _segments(score, order, layout.arrays.chord_q)
    arrays = layout.arrays._replace(
        chord_segment=segments.chord_segment,
        segment_first=segments.first,
        segment_last=segments.last,
        segment_span_s=score.nominal_seconds(segments.span_q),
        segment_span_q=segments.span_q,
        way_first=segments.way_first,
        way_target=segments.way_target,
        way_when=segments.way_when,
        way_gap_s=segments.way_gap_s,
        way_gap_q=segments.way_gap_q,
        tour_segment=segments.tour_segment,
        tour_travel=segments.tour_travel,
        tour_visits=segments.tour_visits,
    )
    return replace(layout, arrays=arrays)


def _chords(score: Score) -> list[_Chord]:
    """Notes of one instant together; each grace of a run is a chord before its main note."""
    notes = score.notes
    chords: list[_Chord] = []
    at = 0
    while at < len(notes):
        q = float(notes["onset_q"][at])
        group = []
        while at < len(notes) and notes["onset_q"][at] - q < 1e-3:
            group.append(at)
            at += 1
        graces = [i for i in group if notes["kind"][i] == NoteKind.GRACE]
        plain = [i for i in group if notes["kind"][i] != NoteKind.GRACE]
        orders = sorted({int(notes["grace_order"][i]) for i in graces})
        for place, order in enumerate(orders):
            members = [i for i in graces if notes["grace_order"][i] == order]
            chords.append(_Chord(q, len(orders) - place, members))
        if plain:
            chords.append(_Chord(q, 0, plain))
    return chords


def _chord_seconds(score: Score, chords: list[_Chord]) -> np.ndarray:
    """Nominal times; graces share at most half of the gap before their main note."""
    seconds = score.nominal_seconds(np.array([chord.q for chord in chords]))
    previous = -np.inf
    at = 0
    while at < len(chords):
        run = chords[at].grace
        main = float(seconds[at])
        if run:
            step = min(GRACE_STEP_S, (main - previous) / (2 * run)) if run and previous > -np.inf else GRACE_STEP_S
            for k in range(run):
                seconds[at + k] = main - step * (run - k)
            at += run
            continue
        previous = main
        at += 1
    return seconds


def _ornament(note, lasts_s: float, allowed: np.ndarray, life_s: np.ndarray, spread: np.ndarray, c: int) -> None:
    """Pitches an ornament may add around its note, and for how long."""
    sign = Ornament(int(note["ornament"]))
    if sign & Ornament.ARPEGGIO:
        spread[c] = max(spread[c], ROLL_SPREAD_S)
    if not sign & SHAKING:
        return
    life_s[c] = max(life_s[c], lasts_s, 0.1)
    reach = 2 if not sign & Ornament.GLISSANDO else 24
    _allow_around(int(note["pitch"]), reach, allowed)


def _allow_around(pitch: int, reach: int, allowed: np.ndarray) -> None:
    for near in range(max(pitch - reach, 0), min(pitch + reach, 127) + 1):
        _set(allowed, near)


def _entries(score: Score, chords: list[_Chord]) -> np.ndarray:
    """Log probability of a fresh start at each chord: at bars, less often at beats, seldom elsewhere."""
    weight = np.full(len(chords), ANYWHERE)
    for c, chord in enumerate(chords):
        beat = score.beat_at(chord.q)
        if abs(chord.q - score.bars["start_q"][score.bar_at(chord.q)]) < 1e-3:
            weight[c] = AT_BAR
        elif abs(beat - round(beat)) < 1e-3:
            weight[c] = AT_BEAT
    return FRESH_START + weight - np.log(np.sum(np.exp(weight)))


@dataclass(slots=True)
class _Segments:
    chord_segment: np.ndarray
    first: np.ndarray
    last: np.ndarray
    span_q: np.ndarray
    way_first: np.ndarray
    way_target: np.ndarray
    way_when: np.ndarray
    way_gap_s: np.ndarray
    way_gap_q: np.ndarray
    tour_segment: np.ndarray
    tour_travel: np.ndarray
    tour_visits: np.ndarray


def _segments(score: Score, order: PlayOrder, chord_q: np.ndarray) -> _Segments:
    """The play order without its silent segments, whose time becomes part of the ways."""
    starts = np.array([segment.start_q for segment in order.segments])
    owner = np.clip(np.searchsorted(starts, chord_q + 1e-6, side="right") - 1, 0, None)
    sounding = sorted(set(owner.tolist()))
    number = {segment: k for k, segment in enumerate(sounding)}
    chord_segment = np.array([number[int(s)] for s in owner], np.int32)
    span = np.array([(order.segments[s].start_q, order.segments[s].end_q) for s in sounding])
    first = np.searchsorted(chord_segment, np.arange(len(sounding))).astype(np.int32)
    last = np.searchsorted(chord_segment, np.arange(len(sounding)), side="right").astype(np.int32)
    way_first, targets, whens, gaps_s, gaps_q = [0], [], [], [], []
    for segment in sounding:
        for target, when, gap_q, gap_s in _ways(score, order, segment, number):
            targets.append(number[target])
            whens.append(sum(1 << (visit - 1) for visit in when if visit <= 60))
            gaps_q.append(gap_q)
            gaps_s.append(gap_s)
        way_first.append(len(targets))
    return _Segments(
        chord_segment,
        first,
        last,
        span,
        np.array(way_first, np.int32),
        np.array(targets, np.int32),
        np.array(whens, np.int64),
        np.array(gaps_s, float),
        np.array(gaps_q, float),
        *_tour(order, number),
    )


def _tour(order: PlayOrder, sounding: dict[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The notated order through the sounding segments: which, how far travelled, visits so far."""
    visits = np.zeros(len(sounding), np.int32)
    segments, travels, counts = [], [], []
    travelled = order.segments[0].start_q
    for index in order.notated:
        segment = order.segments[index]
        if index in sounding:
            visits[sounding[index]] += 1
            segments.append(sounding[index])
            travels.append(travelled - segment.start_q)
            counts.append(visits.copy())
        travelled += segment.end_q - segment.start_q
    return (
        np.array(segments, np.int32),
        np.array(travels, float),
        np.array(counts, np.int32).reshape(-1, len(sounding)),
    )


def _ways(score: Score, order: PlayOrder, source: int, sounding: dict[int, int]):
    """(target, when, gap_q, gap_s) of each sounding segment reached, through silent ones."""
    found: dict[int, tuple[tuple[int, ...], float, float]] = {}
    waiting = [(edge, edge.when, 0.0, 0.0, frozenset[int]()) for edge in order.ways_from(source)]
    while waiting:
        edge, when, gap_q, gap_s, through = waiting.pop()
        if edge.target == END or edge.target in through:
            continue
        if edge.target in sounding:
            known = found.get(edge.target)
            if known is None or len(when) > len(known[0]):
                found[edge.target] = (when, gap_q, gap_s)
            continue
        silent = order.segments[edge.target]
        span_s = float(np.diff(score.nominal_seconds(np.array([silent.start_q, silent.end_q])))[0])
        for onward in order.ways_from(edge.target):
            waiting.append(
                (onward, when, gap_q + silent.end_q - silent.start_q, gap_s + span_s, through | {edge.target})
            )
    for target, (when, gap_q, gap_s) in sorted(found.items()):
        yield target, when, gap_q, gap_s


def _has(words: np.ndarray, pitch: int) -> bool:
    return bool((int(words[pitch >> 6]) >> (pitch & 63)) & 1)


def _set(words: np.ndarray, pitch: int) -> None:
    words[pitch >> 6] |= np.int64(np.uint64(1 << (pitch & 63)).astype(np.int64))
