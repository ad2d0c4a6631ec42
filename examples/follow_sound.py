"""Follow an array of samples in a program of your own: no devices, no threads, no clock.

    python follow_sound.py score.musicxml take.wav

A device would give the same chunks one after the other; the shipped encoder hears the piano in them.
"""

from __future__ import annotations

import sys

import soundfile

from repetiteur.bridges.hearing import make_ears
from repetiteur.bridges.scores import load_score
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.events import Beat, Mistake
from repetiteur.realtime.hearing.as_inputs import inputs_of_sound
from repetiteur.realtime.hearing.thresholds import FOLLOWING
from repetiteur.realtime.inputs import Chunk
from repetiteur.realtime.timeline import with_ticks

samples, rate_hz = soundfile.read(sys.argv[2], dtype="float32", always_2d=True)
mono, length = samples.mean(axis=1), rate_hz // 100
chunks = (Chunk(at / rate_hz, mono[at : at + length], rate_hz) for at in range(0, len(mono), length))

engine = Engine(load_score(sys.argv[1]))
engine.open()
for item in with_ticks(inputs_of_sound(make_ears(thresholds=FOLLOWING), chunks)):
    for event in engine.push(item):
        if isinstance(event, Beat):
            print(f"{event.at:7.2f} s   bar {event.bar} beat {event.beat}")
        elif isinstance(event, Mistake):
            print(f"{event.at:7.2f} s   {event.kind}: expected {event.expected}, played {event.played}")
