"""Follow a list of MIDI notes in a program of your own: no devices, no threads, no clock.

    python follow_midi_notes.py score.musicxml

plays the notes of the score itself to the follower, a little slower than written.
"""

from __future__ import annotations

import sys

from repetiteur.bridges.scores import load_score
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Match, Position
from repetiteur.realtime.inputs import NoteOn
from repetiteur.realtime.timeline import with_ticks

score = load_score(sys.argv[1])
engine = Engine(score)
engine.open()
seconds = score.nominal_seconds(score.notes["onset_q"]) * 1.1 + 1.0
notes = [NoteOn(float(t_s), int(pitch), 64) for t_s, pitch in zip(seconds, score.notes["pitch"], strict=True)]

for item in with_ticks(notes):  # with_ticks lets time pass between them
    for event in engine.push(item):
        if isinstance(event, Position) and event.beat < 1.02:
            print(f"{event.at:7.2f} s   bar {event.bar}   quarter = {event.bpm:.0f}")
        elif isinstance(event, Match) and abs(event.deviation_ms) > 100.0:
            print(f"{event.at:7.2f} s   {event.score_note} was {event.deviation_ms:+.0f} ms off")
