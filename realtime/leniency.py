"""What is no mistake though it is not as written: chords begun again, graces held on, free shakes."""

from __future__ import annotations

from repetiteur.kernels.beam import UNMATCHED
from repetiteur.realtime.layout import Layout
from repetiteur.realtime.recent_notes import Place, Played, RecentNotes

AGAIN_S = 0.5  # a key struck again within this time was no new try
CHORD_S = 0.1  # keys this close are one chord
GRACE_S = 0.5  # a grace note this long before the same key may be all there is of it
SHAKE_Q = 1.0  # notes this close are of one shake


def struck_again(notes: RecentNotes, played: Played) -> Place | None:
    """The key of a chord begun again after a stop: more than one of its keys, and all were right."""
    known = {first.pitch: first for first in notes.keys_of(played.chord, played.which_pass)}
    together = {
        other.pitch
        for other in notes
        if abs(other.onset_s - played.onset_s) <= CHORD_S and other.meaning == UNMATCHED
    }
    first = known.get(played.pitch)
    if first is None or played.onset_s - first.onset_s <= AGAIN_S or len(together & known.keys()) < 2:
        return None
    return first.meaning, played.which_pass


def graces_held_on(notes: RecentNotes, layout: Layout, place: Place, due_s: float) -> list[Played]:
    """Grace notes of the same key just before: held on, they are the note itself."""
    pitch, q, chord = _pitch(layout, place), layout.chord_q, layout.key_chord
    return [
        played
        for played in notes
        if played.pitch == pitch
        and abs(played.onset_s - due_s) <= GRACE_S
        and played.meaning >= 0
        and played.which_pass == place[1]
        and layout.chord_grace[chord[played.meaning]]
        and abs(q[chord[played.meaning]] - q[chord[place[0]]]) < 1e-3
    ]


def is_the_same_shake(layout: Layout, before: Place, now: Place) -> bool:
    """Whether both are the same key of a shake written out: which it was is not worth a retraction."""
    if min(before[0], now[0]) < 0 or before[1] != now[1] or _pitch(layout, before) != _pitch(layout, now):
        return False
    q, chord = layout.chord_q, layout.key_chord
    near = abs(q[chord[before[0]]] - q[chord[now[0]]]) < SHAKE_Q
    return bool(near and not _is_needed(layout, before) and not _is_needed(layout, now))


def _is_needed(layout: Layout, place: Place) -> bool:
    chord = layout.key_chord[place[0]]
    return bool(int(layout.arrays.chords["needed"][chord]) >> (place[0] - layout.chord_first[chord]) & 1)


def _pitch(layout: Layout, place: Place) -> int:
    return layout.key_pitch[place[0]]
