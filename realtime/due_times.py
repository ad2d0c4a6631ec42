"""When a note that nobody played was due: where the player's own hands would have put it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from repetiteur.realtime.layout import Layout
from repetiteur.realtime.recent_notes import Place, RecentNotes
from repetiteur.realtime.score import Score

LEAD_SHARE = 0.7  # of what one hand leads the other by that is believed to go on


class DueTimes:
    """Reads the recent notes; keeps nothing. Same thread as the judge."""

    def __init__(self, score: Score, layout: Layout, notes: RecentNotes) -> None:
        self._layout = layout
        self._notes = notes
        self._staff = score.notes["staff"][np.asarray(layout.key_note)]

    def within_chord_s(self, place: Place, began_s: float) -> float:
        """Of a key of a chord that sounded: chords are rolled, so between its neighbours in pitch.

        Those of its own hand where there are any; the hands of a pianist are seldom together,
        so else as far from the other hand as it was lately.
        """
        heard = self._notes.keys_of(self._layout.key_chord[place[0]], place[1])
        if not heard:
            return began_s
        same = [played for played in heard if self._staff[played.meaning] == self._staff[place[0]]]
        around = sorted((played.pitch, played.onset_s) for played in same or heard)
        pitch = self._layout.key_pitch[place[0]]
        due_s = float(np.interp(pitch, [key for key, _ in around], [onset_s for _, onset_s in around]))
        return due_s if same else due_s + LEAD_SHARE * self._lead_s(int(self._staff[place[0]]))

    def between_chords_s(self, place: Place, due_s: float) -> float:
        """Of a chord passed over: between those around it by all of their keys, as written.

        ``due_s`` is the same by their first keys.
        """
        chord, chord_s = self._layout.key_chord[place[0]], self._layout.chord_s
        before = self._nearest(chord, place[1], due_s, -1)
        after = self._nearest(chord, place[1], due_s, 1)
        if before < 0 or after < 0:
            return due_s
        share = float((chord_s[chord] - chord_s[before]) / (chord_s[after] - chord_s[before]))
        before_s, after_s = self._spread_s(before, place[1]), self._spread_s(after, place[1])
        return due_s + (1.0 - share) * before_s + share * after_s

    def _nearest(self, chord: int, which_pass: int, due_s: float, way: int) -> int:
        """The chord heard next to this one on either side; -1 for none."""
        key_chord = self._layout.key_chord
        found = [
            key_chord[played.meaning]
            for played in self._notes
            if played.meaning >= 0
            and played.which_pass == which_pass
            and (key_chord[played.meaning] - chord) * way > 0
            and (played.onset_s - due_s) * way > 0
        ]
        return min(found, key=lambda other: abs(other - chord), default=-1)

    def _spread_s(self, chord: int, which_pass: int) -> float:
        """How long after its first key a chord sounded, by the mean of its keys."""
        onsets = [played.onset_s for played in self._notes.keys_of(chord, which_pass)]
        return float(np.mean(onsets)) - min(onsets) if onsets else 0.0

    def _lead_s(self, staff: int) -> float:
        """How much later than the other this hand was in the recent chords of both."""
        own: dict[tuple[int, int], list[float]] = defaultdict(list)
        other: dict[tuple[int, int], list[float]] = defaultdict(list)
        for played in self._notes:
            if played.meaning >= 0 and played.told is not None:
                name = self._layout.key_chord[played.meaning], played.which_pass
                (own if self._staff[played.meaning] == staff else other)[name].append(played.onset_s)
        leads = [np.mean(own[name]) - np.mean(other[name]) for name in own.keys() & other.keys()]
        return float(np.median(leads)) if leads else 0.0

