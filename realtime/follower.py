"""From played notes to the place in the score: the beam of the kernels, and what to report of it."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.beam import HYPOTHESIS, Beam, expect_tempo, new_beam, new_candidates, place
from repetiteur.kernels.believing import hear, show
from repetiteur.kernels.relocate import forget, new_relocator
from repetiteur.realtime.layout import Layout
from repetiteur.realtime.shown import Shown

AFTER_PAUSE = 4.0  # nats a pause adds to the chance of a fresh start
WHEN_LOST = 4.0
HESITATION_S, HESITATION_SHARE = 0.3, 1.5  # a pause is longer than this much of the wait for the next onset
OCTAVE_REACH = 3  # chords looked at for the octave that is meant
LOST_BELOW, FOUND_ABOVE = 0.28, 0.5  # of the share of recent notes that fitted
CERTAIN_ABOVE = 0.7  # and for verdicts after having been lost: another piece, too, fits for some notes
BEGUN_NOTES = 8  # in a row fitted so well: then the piece has begun, and what came before was no noise
FIRST_DOUBT = 0.12  # variance of log tempo before anything was heard


class Follower(Shown):
    """A stage from notes to positions. One thread; ``delay`` is zero: a note moves it at once."""

    delay = 0.0

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        segments = len(layout.arrays.segments)
        self._old, self._new = new_beam(segments), new_beam(segments)
        self._out = new_candidates()
        self._runs = new_relocator(layout.chords)
        story = np.zeros(1, HYPOTHESIS)  # the one shown, a copy
        self._story = story.view(np.int64)
        ring = story["ring"][0]
        self.recent = ring["chord"], ring["heard"], ring["time"], ring["which_pass"]
        """Recent chords, newest first: chord (-1 none), keys heard, time, pass. Views of what is shown."""
        self.meanings = story["meaning"][0], story["meaning_pass"][0]
        """Key (or code) and pass of each recent note: note n at n % MEMORY. Views of what is shown."""
        self.reset()

    def reset(self, tempo_factor: float = 1.0) -> None:
        """Before the first note, everything forgotten. ``tempo_factor``: of the printed tempo."""
        self._roots = 0
        self.notes = 0  # heard so far
        self.heard_s = -math.inf  # the latest of them
        self.lost, self.certain, self.strange = False, True, 0.0
        self._fitted, self._begun = 0, False
        self.pause = -10  # number of the last note after a hesitation
        forget(self._runs)
        no_visits = np.zeros(len(self.layout.arrays.segments), np.int32)
        place(self._old, self.layout.arrays, 0, no_visits, 0.0, -math.log(tempo_factor), FIRST_DOUBT, 0)
        self._show(0)
        self.expected_s = math.nan

    def expect_tempo(self, factor: float) -> None:
        """From here on the player is expected at this factor of the printed tempo."""
        expect_tempo(self._old, -math.log(factor), FIRST_DOUBT)
        self._show(self._shown)

    def jump(self, q: float, which_pass: int, travel: float) -> None:
        """The operator says: the next note is the first at or after ``q``.

        ``travel``: quarters travelled minus quarters as written, there.
        """
        arrays = self.layout.arrays
        chord = min(int(np.searchsorted(arrays.chords["q"], q - 1e-6)), self.layout.chords - 1)
        beam, k = self._old, self._shown
        visits = beam.visits[k].copy()
        visits[self.layout.chord_segment[chord]] = which_pass
        self._roots += 1
        forget(self._runs)
        ratio, doubt = float(beam.hypotheses["ratio"][k]), float(beam.hypotheses["doubt"][k]) + 0.02
        place(beam, arrays, chord, visits, travel, ratio, doubt, self._roots)
        self.lost, self.certain, self.strange = False, True, 0.0
        self._begun = True
        self._show(0)
        self.expected_s = math.nan

    def nearest_octave(self, pitch: int) -> int:
        """The same pitch class in the octave that is expected next, for instruments that sound elsewhere."""
        layout = self.layout
        heard = self.recent[1][0]
        for chord in range(self.chord, min(self.chord + OCTAVE_REACH, self.layout.chords)):
            first, last = layout.chord_first[chord], layout.chord_last[chord]
            waiting = [
                layout.key_pitch[key]
                for key in range(first, last)
                if chord != self.chord or not (int(heard) >> (key - first)) & 1
            ]
            same = [other for other in waiting if (other - pitch) % 12 == 0]
            if same:
                return min(same, key=lambda other: abs(other - pitch))
        return pitch

    def note(self, pitch: int, t_s: float) -> None:
        """Hear one note; afterwards the properties tell where the player is."""
        here_s, anchor_s, pace, chord = self._here_s, self.anchor_s, self.pace, self.chord
        number = self.notes + 1
        bonus = WHEN_LOST if self.lost else 0.0
        if self._hesitated(t_s):
            bonus += AFTER_PAUSE
            self.pause = number
        arrays = (self._old, self._new, self.layout.arrays, self._runs, self._out, self._story)
        told = number, pitch, t_s, bonus, chord, self.root, self._roots + 1, self.pause, self._begun
        roots, shown = hear(*arrays, *told)
        self._roots += roots
        self._old, self._new = self._new, self._old
        self._take_up(shown)
        self.notes = number
        self.heard_s = t_s
        fit = self.fit * (1.0 - self.strange)
        self.lost = fit < LOST_BELOW if not self.lost else fit < FOUND_ABOVE
        self.certain = not self.lost and (self.certain or fit > CERTAIN_ABOVE)
        self._fitted = self._fitted + 1 if fit > CERTAIN_ABOVE and not self.lost else 0
        self._begun = self._begun or self._fitted >= BEGUN_NOTES
        if self.chord != chord:
            self._expect(here_s, anchor_s, pace)

    def _hesitated(self, t_s: float) -> bool:
        """Whether the silence before ``t_s`` was longer than the music asks for."""
        if self.waiting:
            return False
        wait_s = (self._following_s - self._here_s) * self.pace
        return t_s - self.heard_s > HESITATION_S + HESITATION_SHARE * max(wait_s, 0.0)

    def _expect(self, before_s: float, anchor_s: float, pace: float) -> None:
        """When the chord now shown was due at the tempo up to the one before it."""
        wait = self._here_s - before_s
        near = 0.0 <= wait < 8.0 and not math.isnan(anchor_s)
        self.expected_s = anchor_s + wait * pace if near else math.nan

    def _show(self, k: int) -> None:
        self._take_up(show(self._old, k, self.layout.arrays, self._story))

    @property
    def believed(self) -> tuple[Beam, int]:
        """All stories, and which of them is shown. To be read before the next note."""
        return self._old, self._shown
