"""A second hearing before anything is called a mistake: what the sound says, knowing what was asked.

The ears decide note by note without knowing the score. Whoever knows that a note was due may believe fainter
traces of it; and a note the score does not have must be clearer than others before it is called extra. Over
MIDI there is nothing to hear again: every note is certain.
"""

from __future__ import annotations

from collections import deque

from repetiteur.realtime.follower import Follower
from repetiteur.realtime.inputs import HeardTrace
from repetiteur.realtime.score import Score

REMEMBERED = 256  # traces: some ten seconds
DUE_S = 0.12  # a trace this near to when a note was due may be it
STRUCK = 0.05  # as high as this in the sure head, it is
LASTING = 0.5  # ... or if the key sounds on afterwards, but did not before
REAL = 0.6  # a note the score does not have is at least as sure as this,
SHADOW_S = 0.05  # or as sure as that if it is no harmonic of one that began with it
CLEAR = 0.5
HARMONICS = (12, 19, 24, 28, 31)  # semitones


class SecondHearing:
    """Remembers the traces. Same thread as the judge. Without traces it agrees with whatever it is asked."""

    at_rest = False  # listening, but whoever looks closer is not asked
    strange = 0.0  # how surely what sounds has been nothing of what is written here, of late

    def __init__(self) -> None:
        self._traces: deque[tuple[int | None, int, HeardTrace]] = deque(maxlen=REMEMBERED)

    def follow(self, score: Score, follower: Follower) -> None:
        """From now on this one; nothing of it was heard yet."""
        self._traces.clear()

    def trace(self, trace: HeardTrace, note: int | None, pitch: int) -> None:
        """``note``: which note of the stream it is, if it is one. ``pitch``: as the score would have it."""
        self._traces.append((note, pitch, trace))

    def tick(self, t_s: float) -> None:
        """So late it is."""

    def note(self, note: int) -> None:
        """The follower has just been told of this note of the stream."""

    def struck(self, pitch: int, due_s: float) -> HeardTrace | None:
        """The trace of a note that no one was told of, if it was struck after all."""
        near = [
            trace
            for note, written, trace in self._traces
            if written == pitch and note is None and abs(trace.onset_s - due_s) <= DUE_S
        ]
        best = max(near, key=lambda trace: trace.sure, default=None)
        if best is not None and (best.sure >= STRUCK or best.lasting - best.before >= LASTING):
            return best
        return None

    def is_real(self, note: int) -> bool:
        """Whether a note that nobody asked for was played, and is not just something that sounds along."""
        own = self._trace_of(note)
        if own is None or own.sure >= REAL:
            return True
        shadow = any(
            own.pitch - trace.pitch in HARMONICS and abs(trace.onset_s - own.onset_s) <= SHADOW_S
            for _, _, trace in self._traces
            if trace.sure > own.sure
        )
        return own.sure >= CLEAR and not shadow

    def elsewhere(self) -> bool:
        """Whether what sounds is nothing of what is written here."""
        return False

    def _trace_of(self, note: int) -> HeardTrace | None:
        return next((trace for name, _, trace in reversed(self._traces) if name == note), None)
