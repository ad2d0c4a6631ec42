"""How hard the keys were struck, told from how loud they are in this room.

What the network says of a note's velocity it has from the second or two around it: it cannot know how loud
this piano is here, or which keys the microphone favours. But that stays the same while somebody plays. So of
every note it is measured how loud it is just after its onset, and found out, note by note, which velocity the
network mostly gives to a key of such a pitch that is so loud, after such notes: a line in loudness and in the
velocity of the last few notes, a parabola in pitch. The mean of both is told, some way further from the usual
one, because whoever is not sure says something usual. What is long ago fades, because somebody may have moved
the microphone.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.least_squares import learn, new_belief
from repetiteur.kernels.loudness import PIECE, loudness_db, window
from repetiteur.kernels.rings import SampleRing
from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ

REMEMBERED_S = 1.0  # of sound: more than a note is told late, and than sound is taken in at once
AFTER = 160  # samples from the onset to the piece that is measured: the hammer's noise is over
FADES = 0.998  # a note that is 350 notes ago counts half
OCTAVE, MIDDLE_PITCH, A4_PITCH = 12.0, 60, 69
MIDDLE_VELOCITY = 64.0
TEN_DB = TEN_STEPS = 10.0  # units of loudness and of velocity in which the facts are about 1
BELIEVED = 0.0, 8.0, 0.0, 0.0, 0.0  # before the first note: 8 of velocity for 10 dB, whatever else
FIRMLY = 0.05, 0.2, 5.0, 5.0, 5.0  # counted in notes
RECENT_NOTES, USUAL_NOTES = 8, 350  # over so many it is averaged what was said, and what was found
WIDER = 1.4  # by how much what is told is further away from the usual velocity than what was found


class Dynamics:
    """One stream of sound at 16 kHz. Thread: whoever pushes sound into the ears."""

    def __init__(self) -> None:
        self._window = window()
        self._piece = np.zeros(PIECE, np.float32)
        self._sound = SampleRing(int(REMEMBERED_S * SAMPLE_RATE_HZ))
        self.reset()

    def reset(self) -> None:
        """Another room, or another player."""
        self._sound.reset()
        self._belief = new_belief(BELIEVED, FIRMLY)
        self._recent = MIDDLE_VELOCITY
        self._usual, self._notes = 0.0, 0

    def take_in(self, sound: np.ndarray) -> None:
        """The sound so far, as the encoder gets it."""
        self._sound.write(sound)

    def velocity(self, pitch: int, onset: float, said: float, a4_hz: float) -> float:
        """0 to 128. ``onset``: samples since the beginning; ``said``: by the network, 0 to 128."""
        if not self._sound.window(round(onset) + AFTER + PIECE, self._piece):
            return said
        pitch_hz = a4_hz * 2.0 ** ((pitch - A4_PITCH) / OCTAVE)
        loud = loudness_db(self._piece, self._window, pitch_hz) / TEN_DB
        height = (pitch - MIDDLE_PITCH) / OCTAVE
        facts = np.array([1.0, loud, height, height * height, self._recent / TEN_STEPS])
        found = (said + learn(self._belief, facts, float(said), FADES)) / 2.0
        self._recent += (said - self._recent) / RECENT_NOTES
        self._notes = min(self._notes + 1, USUAL_NOTES)
        self._usual += (found - self._usual) / self._notes
        return self._usual + WIDER * (found - self._usual)
