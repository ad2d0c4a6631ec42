"""From what the follower makes of the notes to verdicts: matches and mistakes, told and taken back.

Delays, in seconds of stream time: a match is told with its note; an extra (or wrong)
note ``EXTRA_DELAY_S`` after its onset, or ``DOUBT_DELAY_S`` when its key is still open; a
missed note once the player has gone on and ``MISSED_DELAY_S`` have passed since it was due,
or ``LINGER_S`` into a chord that is still held. Until a note leaves the follower's memory a
better reading may overturn its verdict: the old one is retracted first, by its ``seq``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from repetiteur.kernels.beam import MEMORY, OCTAVE_OFF, UNMATCHED
from repetiteur.kernels.judging import (
    AWAY,
    BESIDE_S,
    SAME_KEY_S,
    SLIP_S,
    adorns,
    changed_notes,
    may_belong,
    nearest_chord_s,
    overdue_keys,
    own_key,
    slip_distance,
    slip_partner,
)
from repetiteur.realtime.due_times import DueTimes
from repetiteur.realtime.events import Emit
from repetiteur.realtime.follower import Follower
from repetiteur.realtime.leniency import AGAIN_S, CHORD_S, graces_held_on, is_the_same_shake, struck_again
from repetiteur.realtime.recent_notes import RecentNotes
from repetiteur.realtime.score import Score
from repetiteur.realtime.second_hearing import SecondHearing
from repetiteur.realtime.told import Place, Played, Told

EXTRA_DELAY_S = 0.1
DOUBT_DELAY_S = 0.27
MISSED_DELAY_S = 0.4
LINGER_S = 0.55
SAME_TIME_THROUGH_S = 1.5  # a note due this close to a told one is the same passage, not a new try
NOT_JUDGED = -3  # of a note just heard; apart from every meaning of the kernels


class Judge:
    """A stage from the follower's readings to verdicts. Same thread as the follower."""

    delay = LINGER_S

    def __init__(
        self, score: Score, follower: Follower, second: SecondHearing, ids: Iterator[int], emit: Emit
    ) -> None:
        """``second``: asked before anything is called a mistake. ``ids``: of the notes it finds."""
        self._second = second
        self._ids = ids
        self._score = score
        self._follower = follower
        self._emit = emit
        self._overdue = np.zeros((64, 3), np.int64)
        self._overdue_s = np.zeros(64)
        self._changed = np.zeros(MEMORY, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget everything told; nothing told before can be retracted any more."""
        self._told = Told(self._score, self._follower.layout, self._emit, self._ids)
        self._notes = RecentNotes(self._follower.layout)
        self._due = DueTimes(self._score, self._follower.layout, self._notes)
        self._seen = np.full(MEMORY, UNMATCHED, np.int32)
        self._seen_pass = np.zeros(MEMORY, np.int32)
        self._pending: list[Played] = []
        self._extra_due_s = math.inf  # when the first of these is to be told
        self._missed_due_s = math.inf  # when the next chord may have to be called missed
        self._judged_since_s = -math.inf
        self._root = self._follower.root
        self._chord = -1
        self._expected_s = math.nan  # when the tempo asked for it

    def note(self, note: int, pitch: int, velocity: int, onset_s: float, t_s: float) -> None:
        """The follower has just been told of this note: judge it, and revise its predecessors."""
        follower = self._follower
        self._second.note(note)
        self._second.tick(t_s)
        leapt = follower.root != self._root
        if leapt or follower.chord != self._chord:
            self._chord = follower.chord
            self._expected_s = math.nan if leapt else follower.expected_s
        played = self._notes.add(follower.notes, note, pitch, velocity, onset_s)
        played.chord, played.which_pass = self._chord, follower.which_pass
        played.judged = follower.certain
        played.tell_at_s = onset_s + EXTRA_DELAY_S
        self._seen[follower.notes % MEMORY] = NOT_JUDGED
        if not follower.certain:
            self._pending.clear()
            self._judged_since_s = math.inf
            return
        if self._judged_since_s == math.inf:
            self._judged_since_s = onset_s
        began_s = self._began_s() if leapt else -math.inf
        meaning, passes = follower.meanings
        count = changed_notes(meaning, passes, self._seen, self._seen_pass, follower.notes, self._changed)
        changed = self._changed[:count].tolist()
        kept = self._still_right(changed, began_s) if count > 1 else ()
        for place in changed:
            played = self._notes.at(place)
            if played is not None and place not in kept:
                self._revise(played, int(meaning[place]), int(passes[place]), t_s)
        if leapt:
            self._root = follower.root
            self._forgive(began_s, t_s)
        self._missed_due_s = -math.inf

    def tick(self, known_s: float, t_s: float) -> None:
        """It is ``t_s``, and what was played up to ``known_s`` is known: tell extras and misses due."""
        self._second.tick(t_s)
        if known_s >= self._extra_due_s and self._follower.certain:
            self._tell_extras(known_s, t_s)
        if known_s >= self._missed_due_s and self._follower.certain:
            self._tell_missed(known_s, t_s)

    def finish(self, t_s: float) -> None:
        """No more notes will come: everything still open is due."""
        if not self._follower.certain:
            return
        self._second.tick(t_s)
        self._tell_extras(math.inf, t_s)
        self._tell_missed(t_s + LINGER_S, t_s)

    def _revise(self, played: Played, meaning: int, which_pass: int, t_s: float) -> None:
        """The follower now reads this note otherwise than was told."""
        place = meaning, which_pass
        agreed = meaning >= 0 and played.stands_for == place and played.pitch == self._pitch(place)
        before = played.meaning, played.which_pass
        played.meaning = meaning
        if agreed:
            self._told.standing.pop(place)
            played.stands_for = None
            played.which_pass = which_pass
            return
        standing = meaning >= 0 and played.told is not None and self._pitch(place) == played.pitch
        if standing and is_the_same_shake(self._follower.layout, before, place):
            return
        self._told.take_back(played, t_s)
        if meaning >= 0:
            played.which_pass = which_pass
            self._match(played, place, t_s)
        elif meaning == UNMATCHED and played.judged:
            self._wait(played)
        elif meaning <= OCTAVE_OFF and played.judged:
            self._out_of_octave(played, (OCTAVE_OFF - meaning, which_pass), t_s)
        # Else it is part of an ornament: nothing to tell.

    def _out_of_octave(self, played: Played, place: Place, t_s: float) -> None:
        """The right key in a wrong octave."""
        if self._is_free(place):
            self._told.free(place, t_s)
            self._told.wrong(played, place, self._follower.confidence, t_s)
        else:
            played.meaning = UNMATCHED
            self._wait(played)

    def _match(self, played: Played, place: Place, t_s: float) -> None:
        standing = self._told.standing.get(place)
        if standing is not None and abs(standing.due_s - played.onset_s) < 4.0:
            freed = self._told.free(place, t_s)
            if freed is not None:
                self._wait(freed)
        chord = self._follower.layout.key_chord[place[0]]
        if chord == self._chord:
            played.due_s = self._expected_s
        else:
            others = (other.due_s for other in self._notes.keys_of(chord, place[1]) if other is not played)
            played.due_s = next(others, math.nan)
        self._told.match(played, place, t_s)

    def _wait(self, played: Played) -> None:
        self._pending.append(played)
        self._extra_due_s = min(self._extra_due_s, played.tell_at_s)

    def _began_s(self) -> float:
        """When the oldest chord that the follower remembers began."""
        chords, _, times, _ = (column.tolist() for column in self._follower.recent)
        began_s = [time_s for chord, time_s in zip(chords, times, strict=True) if chord >= 0]
        return began_s[-1] if began_s and not math.isnan(began_s[-1]) else math.inf

    def _still_right(self, changed: list[int], began_s: float) -> Sequence[int]:
        """Notes that were right when they were played, though the follower no longer counts them.

        The player broke off and played more than one of these keys again, or began elsewhere.
        """
        meaning, passes = (column.tolist() for column in self._follower.meanings)
        before, again = [], []
        for place in changed:
            played = self._notes.at(place)
            if played is None or played.meaning < 0 or meaning[place] != UNMATCHED:
                continue
            if played.onset_s < began_s:
                before.append(place)
                continue
            key = played.meaning, played.which_pass
            same = (at for at, now in enumerate(zip(meaning, passes, strict=True)) if now == key)
            others = (self._notes.at(at) for at in same)
            if any(other is not None and other.onset_s - played.onset_s > AGAIN_S for other in others):
                again.append(place)
        return before + again if len(again) > 1 else before

    def _forgive(self, began_s: float, t_s: float) -> None:
        """The player has started afresh: what he had not yet passed when he broke off was not missed."""
        chords, heard, _, passes = (column.tolist() for column in self._follower.recent)
        key_chord, first = self._follower.layout.key_chord, self._follower.layout.chord_first
        known = {(c, p): h for c, p, h in zip(chords, passes, heard, strict=True) if c >= 0}
        fitting = (played.onset_s for played in self._notes if played.meaning >= 0)
        broke_off_s = max((onset_s for onset_s in fitting if onset_s < began_s), default=began_s)
        for place, standing in list(self._told.standing.items()):
            chord = key_chord[place[0]]
            still = known.get((chord, place[1]))
            if standing.due_s < broke_off_s - CHORD_S:
                if still is None:
                    del self._told.standing[place]  # it stands for good, whatever the new try brings
            elif standing.played is None and (still is None or still >> (place[0] - first[chord]) & 1):
                self._told.free(place, t_s)

    def _tell_extras(self, until_s: float, t_s: float) -> None:
        waiting = self._pending
        self._pending = []
        self._extra_due_s = math.inf
        for played in waiting:
            if played.told is not None or played.meaning != UNMATCHED:
                continue
            if played.tell_at_s > until_s:
                self._wait(played)
            else:
                self._tell_extra(played, until_s, t_s)

    def _tell_extra(self, played: Played, until_s: float, t_s: float) -> None:
        """Extra; or right but early or late; or wrong when a key nearby in time and pitch is unheard."""
        follower = self._follower
        arrays = follower.layout.arrays
        chords, heard, times, passes = follower.recent
        doubt_until_s = played.onset_s + DOUBT_DELAY_S
        if until_s < doubt_until_s and may_belong(arrays, chords, heard, follower.chord, played.pitch):
            played.tell_at_s = doubt_until_s
            self._wait(played)
            return
        recent = arrays, chords, heard, times, passes, played.pitch, played.onset_s
        key, which_pass, due_s = own_key(*recent)
        if self._is_free((key, which_pass)):
            self._told.free((key, which_pass), t_s)
            self._told.right_all_the_same(played, (key, which_pass), due_s, t_s)
            return
        if adorns(*recent, follower.pace):
            return
        again = struck_again(self._notes, played)
        if again is not None:
            played.due_s = math.nan  # he had stopped
            self._told.match(played, again, t_s)
            return
        if not self._second.is_real(played.note) or self._second.elsewhere():
            return
        place = slip_partner(*recent)
        if self._is_free(place):
            self._told.free(place, t_s)
            self._told.wrong(played, place, follower.confidence, t_s)
        else:
            self._told.extra(played, follower.confidence, t_s)

    def _is_free(self, place: Place) -> bool:
        """Whether no played note stands for this key yet; False for no key at all."""
        standing = self._told.standing.get(place)
        return place[0] >= 0 and (standing is None or standing.played is None)

    def _tell_missed(self, until_s: float, t_s: float) -> None:
        follower = self._follower
        self._missed_due_s = math.inf
        if follower.waiting:
            return
        count, self._missed_due_s = overdue_keys(
            follower.layout.arrays, *follower.recent, until_s, self._judged_since_s,
            MISSED_DELAY_S, LINGER_S, self._overdue, self._overdue_s,
        )  # fmt: skip
        for (key, which_pass, begun), due_s in zip(
            self._overdue[:count].tolist(), self._overdue_s[:count].tolist(), strict=True
        ):
            place = key, which_pass
            standing = self._told.standing.get(place)
            if standing is None or abs(standing.due_s - due_s) >= SAME_TIME_THROUGH_S:
                due_s = (self._due.within_chord_s if begun else self._due.between_chords_s)(place, due_s)
                self._tell_one_missed(place, due_s, t_s)

    def _tell_one_missed(self, place: Place, due_s: float, t_s: float) -> None:
        """Missed, unless a stray note was this one after all, or was meant to be."""
        pitch = self._pitch(place)
        strays = [played for played in self._notes.strays() if abs(played.onset_s - due_s) <= SAME_KEY_S]
        same = [played for played in strays if played.pitch == pitch]
        same = same or graces_held_on(self._notes, self._follower.layout, place, due_s)
        slips = [
            (slip_distance(pitch, played.pitch) + AWAY * abs(played.onset_s - due_s), played)
            for played in strays
            if played.told is not None and self._beside(played.onset_s, due_s)
        ]
        far, slip = min(slips, key=lambda pair: pair[0], default=(math.inf, None))
        if same:
            nearest = min(same, key=lambda played: abs(played.onset_s - due_s))
            self._told.take_back(nearest, t_s)
            self._told.right_all_the_same(nearest, place, due_s, t_s)
        elif slip is not None and far < math.inf:
            self._told.take_back(slip, t_s)
            self._told.wrong(slip, place, self._follower.confidence, t_s)
        elif (faint := self._second.struck(pitch, due_s)) is not None:
            self._told.heard_faintly(place, faint, due_s, t_s)
        elif self._second.elsewhere():
            self._judged_since_s = max(self._judged_since_s, due_s)
        else:
            self._told.missed(place, due_s, self._follower.confidence, t_s)

    def _beside(self, onset_s: float, due_s: float) -> bool:
        """Whether a stray note sounded when a missing one was due, nearer than to any other chord."""
        nearest = nearest_chord_s(self._follower.layout.arrays, *self._follower.recent, onset_s)
        return abs(onset_s - due_s) <= min(SLIP_S, nearest + BESIDE_S)

    def _pitch(self, place: Place) -> int:
        return self._follower.layout.key_pitch[place[0]]
