"""What the encoder tells, every hop and for each of the 88 keys: one table for training, engines and ears.

Hop ``t`` has heard the sound up to ``(t + 1) * HOP_S``. A head with delay ``d`` speaks, at hop ``t``, about
the moment ``(t + 1 - d) * HOP_S``: all heads run on one causal trunk, so a note is told early and unsurely by
a head with a short delay and again, better, by one with a longer delay.
"""

from __future__ import annotations

SAMPLE_RATE_HZ = 16_000
HOP_SAMPLES = 160
HOP_S = HOP_SAMPLES / SAMPLE_RATE_HZ
LOWEST_KEY = 21  # MIDI pitch of the first of the 88 keys
KEYS = 88

ONSET_DELAYS = (0, 1, 3, 7, 15)  # hops; one more hop is needed to see that a peak was one
ONSETS = slice(0, 5)  # triangles round each onset, one head per delay
EARLY, SURE = 2, 4  # of ONSET_DELAYS: what a provisional note comes from, and a confirmed one
EARLY_DELAY, SURE_DELAY = ONSET_DELAYS[EARLY], ONSET_DELAYS[SURE]

FRAME_EARLY = 5  # does the key sound: EARLY_DELAY hops ago
FRAME = 6  # ... SURE_DELAY hops ago
OFFSET = 7  # a triangle round the end of its sound (key up, or pedal up), SURE_DELAY hops ago
VELOCITY_EARLY = 8  # velocity / 128 of a note that begins EARLY_DELAY hops ago; means nothing elsewhere
VELOCITY = 9  # ... SURE_DELAY hops ago
HEADS = 10

TRIANGLE_HOPS = 3.0  # half width of the triangles: 1 at the moment itself, 0 from 30 ms away
