"""What the ears tell, as inputs of an engine: a session from sound is played again from these alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from repetiteur.realtime.events import Event, Note, NoteEnd
from repetiteur.realtime.hearing.ears import Ears
from repetiteur.realtime.hearing.sound_troubles import SoundTroubles
from repetiteur.realtime.inputs import Chunk, FaultSeen, Heard, HeardEnd, HeardNote, HeardTrace, Tick


def inputs_of_sound(ears: Ears, chunks: Iterable[Chunk]) -> Iterator[Heard | FaultSeen | Tick]:
    """All the ears make of this sound, in time order. A tick at the end of each chunk lets time
    go on where nothing is heard. Lazy: no chunk is taken before it is asked for."""
    troubles = SoundTroubles()
    end_s = 0.0
    for chunk in chunks:
        yield from as_inputs(ears.push(chunk))
        end_s = chunk.t_s + len(chunk.samples) / chunk.rate_hz
        yield from troubles.of(chunk, end_s)
        yield Tick(round(end_s, 9))  # the grid of ticks is not to be missed by a rounding error
    yield from as_inputs(ears.finish())
    yield from troubles.rest(end_s)


def as_inputs(told: Iterable[Event | HeardTrace]) -> Iterator[Heard]:
    for event in told:
        if isinstance(event, HeardTrace):
            yield event
        elif isinstance(event, Note):
            sure = event.confidence if event.confidence is not None else 1.0
            fields = (event.id, event.status, event.pitch, event.onset, event.velocity, sure)
            yield HeardNote(event.at, *fields)
        elif isinstance(event, NoteEnd):
            yield HeardEnd(event.at, event.id, event.offset)
