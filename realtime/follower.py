"""From played notes to the place in the score: the beam of the kernels, and what to report of it."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.beam import MEMORY, UNMATCHED, new_beam, new_candidates, place
from repetiteur.kernels.relocate import forget, new_relocator
from repetiteur.kernels.step import step
from repetiteur.realtime.layout import Layout

LEAD_AFTER_PAUSE = 4.0
LEAD_IN_DOUBT, LEAD_WHEN_SURE = 9.0, 80.0  # nats by which a fresh start must lead to be believed
LEAD_OVER_NEWCOMER = 5.0  # the same over a story that is itself a fresh start ...
SETTLING_NOTES = 24  # ... and has not lasted this long; twice as long, and it is as good as any
DOUBTFUL_FIT, SURE_FIT = 0.6, 0.8  # while so much of the recent notes fits where the player was
AFTER_PAUSE = 4.0  # nats a pause adds to the chance of a fresh start
WHEN_LOST = 4.0
HESITATION_S, HESITATION_SHARE = 0.3, 1.5  # a pause is longer than this much of the wait for the next onset
PROOF_AFTER_PAUSE = 3
PROOF_NOTES, PROOF_SHARE = 4, 0.7  # what a fresh start must explain, of the notes since it began
OCTAVE_REACH = 3  # chords looked at for the octave that is meant
LOST_BELOW, FOUND_ABOVE = 0.28, 0.5  # of the share of recent notes that fitted
FIRST_DOUBT = 0.12  # variance of log tempo before anything was heard


class Follower:
    """A stage from notes to positions. One thread; ``delay`` is zero: a note moves it at once."""

    delay = 0.0

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        segments = len(layout.arrays.segment_first)
        self._old, self._new = new_beam(segments), new_beam(segments)
        self._out = new_candidates()
        self._runs = new_relocator(layout.chords)
        self.reset()

    def reset(self, tempo_factor: float = 1.0) -> None:
        """Before the first note, everything forgotten. ``tempo_factor``: of the printed tempo."""
        self._roots = 0
        self.notes = 0  # heard so far
        self._last_s = -math.inf
        self.lost = False
        self._pause = -10
        forget(self._runs)
        no_visits = np.zeros(len(self.layout.arrays.segment_first), np.int32)
        place(self._old, self.layout.arrays, 0, no_visits, 0.0, -math.log(tempo_factor), FIRST_DOUBT, 0)
        self._shown = 0
        self.root = 0
        self.expected_s = math.nan

    def expect_tempo(self, factor: float) -> None:
        """From here on the player is expected at this factor of the printed tempo."""
        size = int(self._old.size[0])
        self._old.ratio[:size] = -math.log(factor)
        self._old.doubt[:size] = FIRST_DOUBT

    def jump(self, q: float, which_pass: int, travel: float) -> None:
        """The operator says: the next note is the first at or after ``q``.

        ``travel``: quarters travelled minus quarters as written, there.
        """
        arrays = self.layout.arrays
        chord = min(int(np.searchsorted(arrays.chord_q, q - 1e-6)), self.layout.chords - 1)
        beam, k = self._old, self._shown
        visits = beam.visits[k].copy()
        visits[arrays.chord_segment[chord]] = which_pass
        self._roots += 1
        forget(self._runs)
        ratio, doubt = float(beam.ratio[k]), float(beam.doubt[k]) + 0.02
        place(beam, arrays, chord, visits, travel, ratio, doubt, self._roots)
        self._shown, self.root, self.lost = 0, self._roots, False
        self.expected_s = math.nan

    def nearest_octave(self, pitch: int) -> int:
        """The same pitch class in the octave that is expected next, for instruments that sound elsewhere."""
        arrays = self.layout.arrays
        heard = self._old.ring_heard[self._shown, 0]
        for chord in range(self.chord, min(self.chord + OCTAVE_REACH, self.layout.chords)):
            first, last = int(arrays.chord_first[chord]), int(arrays.chord_first[chord + 1])
            waiting = [
                int(arrays.key_pitch[key])
                for key in range(first, last)
                if chord != self.chord or not (int(heard) >> (key - first)) & 1
            ]
            same = [other for other in waiting if (other - pitch) % 12 == 0]
            if same:
                return min(same, key=lambda other: abs(other - pitch))
        return pitch

    def note(self, pitch: int, t_s: float) -> None:
        """Hear one note; afterwards the properties tell where the player is."""
        here, anchor_s, pace = self.chord, self.anchor_s, self.pace
        bonus = WHEN_LOST if self.lost else 0.0
        if self._hesitated(t_s):
            bonus += AFTER_PAUSE
            self._pause = self.notes + 1
        arrays = (self._old, self._new, self.layout.arrays, self._runs, self._out)
        number = self.notes + 1
        self._roots += step(*arrays, number, pitch, t_s, bonus, here, self.root, self._roots + 1)
        self._old, self._new = self._new, self._old
        self._shown = self._choose(number)
        self.root = int(self._old.root[self._shown])
        self.notes = number
        self._last_s = t_s
        fit = self.fit
        self.lost = fit < LOST_BELOW if not self.lost else fit < FOUND_ABOVE
        self._expect(here, anchor_s, pace)

    def _hesitated(self, t_s: float) -> bool:
        """Whether the silence before ``t_s`` was longer than the music asks for."""
        if self.waiting:
            return False
        arrays = self.layout.arrays
        following = min(self.chord + 1, self.layout.chords - 1)
        wait_s = float(arrays.chord_s[following] - arrays.chord_s[self.chord]) * self.pace
        return t_s - self._last_s > HESITATION_S + HESITATION_SHARE * max(wait_s, 0.0)

    def _choose(self, number: int) -> int:
        """The best hypothesis that came here without a fresh start, unless one leads clearly.

        A player who has jumped stops fitting where he was. One who still fits there but fits
        better elsewhere is more likely in music that repeats itself.
        """
        beam = self._old
        size = int(beam.size[0])
        same = np.flatnonzero(beam.root[:size] == self.root)
        if len(same) == 0:
            return 0
        own = int(same[0])
        share = self._explained(own, int(beam.since[0]), number)
        sure = (share - DOUBTFUL_FIT) / (SURE_FIT - DOUBTFUL_FIT)
        began = int(beam.since[0])
        paused = began - 1 <= self._pause <= began + 1
        in_doubt = LEAD_AFTER_PAUSE if paused else LEAD_IN_DOUBT
        needed = in_doubt + (LEAD_WHEN_SURE - in_doubt) * min(max(sure, 0.0), 1.0)
        settled = (number - int(beam.since[own]) - SETTLING_NOTES) / SETTLING_NOTES
        needed = LEAD_OVER_NEWCOMER + (needed - LEAD_OVER_NEWCOMER) * min(max(settled, 0.0), 1.0)
        leads = beam.logp[0] - beam.logp[own] >= needed
        return 0 if leads and self._proven(0, number, PROOF_AFTER_PAUSE if paused else PROOF_NOTES) else own

    def _proven(self, story: int, number: int, notes: int) -> bool:
        """Whether a story's fresh start explains enough notes, and most of those since, up to ``number``."""
        beam = self._old
        heard = min(number - int(beam.since[story]) + 1, MEMORY)
        slots = np.arange(number - heard + 1, number + 1) % MEMORY
        matched = int(np.count_nonzero(beam.meaning[story, slots] >= 0))
        return matched >= notes and matched >= PROOF_SHARE * heard

    def _explained(self, story: int, since: int, number: int) -> float:
        """Share of the notes ``since`` up to ``number`` that have a place in a story."""
        heard = min(number - since + 1, MEMORY)
        slots = np.arange(number - heard + 1, number + 1) % MEMORY
        return float(np.count_nonzero(self._old.meaning[story, slots] != UNMATCHED)) / heard

    def _expect(self, chord: int, anchor_s: float, pace: float) -> None:
        """When the chord now shown was due at the tempo up to the one before it."""
        if self.chord == chord:
            return
        wait = self.layout.arrays.chord_s[self.chord] - self.layout.arrays.chord_s[chord]
        near = 0.0 <= wait < 8.0 and not math.isnan(anchor_s)
        self.expected_s = anchor_s + wait * pace if near else math.nan

    @property
    def chord(self) -> int:
        """Index of the chord that sounded last (or is waited for, see ``waiting``)."""
        return int(self._old.chord[self._shown])

    @property
    def waiting(self) -> bool:
        """Whether ``chord`` is still to come: at the start, and after a jump by hand."""
        return math.isnan(self._old.anchor[self._shown])

    @property
    def anchor_s(self) -> float:
        """When ``chord`` began."""
        return float(self._old.anchor[self._shown])

    @property
    def pace(self) -> float:
        """The player's seconds per nominal second."""
        return math.exp(self._old.ratio[self._shown])

    @property
    def fit(self) -> float:
        """Share of the recent notes that fitted."""
        return float(self._old.fit[self._shown])

    @property
    def confidence(self) -> float:
        """0 to 1, absolute: chance alone fits about a third of the notes."""
        return min(max((self.fit - 0.3) / 0.6, 0.0), 1.0)

    @property
    def travel(self) -> float:
        """Quarters travelled minus quarters as written."""
        return float(self._old.travel[self._shown])

    @property
    def which_pass(self) -> int:
        return int(self._old.ring_pass[self._shown, 0])

    @property
    def meanings(self) -> tuple[np.ndarray, np.ndarray]:
        """Key (or code) and pass of each recent note: note n at n % MEMORY. Views, not copies."""
        return self._old.meaning[self._shown], self._old.meaning_pass[self._shown]

    @property
    def recent(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Recent chords, newest first: chord (-1 none), keys heard, time, pass. Views."""
        beam, k = self._old, self._shown
        return beam.ring_chord[k], beam.ring_heard[k], beam.ring_time[k], beam.ring_pass[k]


