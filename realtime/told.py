"""What has been told of the notes, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from repetiteur.realtime.events import Emit, Match, Mistake, MistakeKind, Note, NoteEnd, NoteStatus, Retract
from repetiteur.realtime.inputs import HeardTrace
from repetiteur.realtime.layout import Layout
from repetiteur.realtime.recent_notes import Place, Played
from repetiteur.realtime.score import Score

TEMPO_RUNS_S = 1.0  # what is further off says nothing about timing: the player had stopped, or leapt
REMEMBERED, REMEMBERED_S = 256, 60.0  # more than so many verdicts are not kept for longer


@dataclass(frozen=True, slots=True)
class Standing:
    """What was told of a score note the follower did not hear."""

    seq: int
    due_s: float
    played: Played | None  # that stands for it: a wrong note, or the right one early or late


class Told:
    """Tells verdicts, remembers which stand. Same thread as the judge."""

    def __init__(self, score: Score, layout: Layout, emit: Emit, faint_ids: Iterator[int]) -> None:
        self._score = score
        self._layout = layout
        self._pitch, self._onset_q = score.notes["pitch"], score.notes["onset_q"]
        self._emit = emit
        self._faint_ids = faint_ids
        self.standing: dict[Place, Standing] = {}

    def match(self, played: Played, place: Place, t_s: float) -> None:
        """Heard, and found in the score; of voices in unison every note is told."""
        late_s = played.onset_s - played.due_s
        if not abs(late_s) <= TEMPO_RUNS_S:  # nor for NaN
            late_s = 0.0
        key, which_pass = place
        q = self._layout.chord_q[self._layout.key_chord[key]]
        deviations = float(late_s) * 1000.0, played.velocity - played.loudness
        told = [
            self._emit(Match, t_s, (played.note, self._score.note_ids[note], q, which_pass, *deviations))
            for note in (self._layout.key_note[key], *self._layout.twins.get(key, ()))
        ]
        played.told, played.told_too = told[0], tuple(told[1:])

    def extra(self, played: Played, confidence: float, t_s: float) -> None:
        """Heard, and not in the score."""
        q = self._layout.chord_q[played.chord]
        fields = (MistakeKind.EXTRA, None, None, played.note, played.pitch, q, played.which_pass,
                  played.onset_s, confidence)  # fmt: skip
        played.told = self._emit(Mistake, t_s, fields)

    def wrong(self, played: Played, place: Place, confidence: float, t_s: float) -> None:
        """Heard instead of another key."""
        score_note, expected, q = self._written(place)
        fields = (MistakeKind.WRONG, score_note, expected, played.note, played.pitch, q, place[1],
                  played.onset_s, confidence)  # fmt: skip
        played.told = self._emit(Mistake, t_s, fields)
        self._stands_for(played, place, played.onset_s)

    def right_all_the_same(self, played: Played, place: Place, due_s: float, t_s: float) -> None:
        """The very key that was missed, but early or late."""
        played.due_s = due_s
        self.match(played, place, t_s)
        self._stands_for(played, place, due_s)

    def missed(self, place: Place, due_s: float, confidence: float, t_s: float) -> None:
        """Passed by without being heard."""
        score_note, expected, q = self._written(place)
        fields = (MistakeKind.MISSED, score_note, expected, None, None, q, place[1], due_s, confidence)
        if len(self.standing) > REMEMBERED:
            since_s = due_s - REMEMBERED_S
            self.standing = {name: known for name, known in self.standing.items() if known.due_s > since_s}
        self.standing[place] = Standing(self._emit(Mistake, t_s, fields), due_s, None)

    def heard_faintly(self, place: Place, heard: HeardTrace, due_s: float, t_s: float) -> None:
        """Struck after all, though not clearly enough to be a note by itself. It becomes one now."""
        note = next(self._faint_ids)
        velocity = min(max(round(heard.velocity * 128), 1), 127)
        told = note, NoteStatus.CONFIRMED, heard.pitch, heard.onset_s, velocity, heard.sure, None, None
        self._emit(Note, t_s, told)
        self._emit(NoteEnd, t_s, (note, t_s))
        score_note, _, q = self._written(place)
        late_ms = 1000.0 * (heard.onset_s - due_s)
        seq = self._emit(Match, t_s, (note, score_note, q, place[1], late_ms, 0.0))
        self.standing[place] = Standing(seq, due_s, None)

    def take_back(self, played: Played, t_s: float) -> None:
        """Whatever was told of this note no longer holds."""
        if played.told is None:
            return
        for seq in (played.told, *played.told_too):
            self._emit(Retract, t_s, (seq,))
        played.told, played.told_too = None, ()
        if played.stands_for is not None:
            self.standing.pop(played.stands_for, None)
            played.stands_for = None

    def free(self, place: Place, t_s: float) -> Played | None:
        """Whatever stands for this score note no longer does; returns the played note that did."""
        standing = self.standing.get(place)
        if standing is None:
            return None
        if standing.played is not None:
            self.take_back(standing.played, t_s)
        else:
            self._emit(Retract, t_s, (standing.seq,))
            del self.standing[place]
        return standing.played

    def _written(self, place: Place) -> tuple[str, int, float]:
        note = self._layout.key_note[place[0]]
        return self._score.note_ids[note], int(self._pitch[note]), float(self._onset_q[note])

    def _stands_for(self, played: Played, place: Place, due_s: float) -> None:
        played.stands_for = place
        if played.told is not None:
            self.standing[place] = Standing(played.told, due_s, played)
