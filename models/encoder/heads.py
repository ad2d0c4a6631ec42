"""What the encoder tells, every hop and for each of the 88 keys: one table for training, engines and ears.

Hop ``t`` has heard the sound up to ``(t + 1) * HOP_S``. A head with delay ``d`` speaks, at hop ``t``, about
the moment ``(t + 1 - d) * HOP_S``: all heads run on one causal trunk, so a note is told early and unsurely by
a head with a short delay and again, better, by one with a longer delay.
"""

from __future__ import annotations

from repetiteur.kernels.spectral_grid import HOP_S, HOP_SAMPLES, KEYS, LOWEST_KEY, SAMPLE_RATE_HZ

__all__ = [
    "EARLY", "EARLY_DELAY", "FRAME", "FRAME_EARLY", "HEADS", "HOP_S", "HOP_SAMPLES", "KEYS", "LOWEST_KEY",
    "MIDDLE", "OFFSET", "ONSETS", "ONSET_DELAYS", "QUICK", "SAMPLE_RATE_HZ", "SURE", "SURE_DELAY",
    "TRIANGLE_HOPS", "VELOCITY", "VELOCITY_EARLY",
]  # fmt: skip

ONSET_DELAYS = (0, 1, 3, 4, 7, 15)  # hops
ONSETS = slice(0, 6)  # triangles round each onset, one head per delay
EARLY, SURE = 3, 5  # of ONSET_DELAYS: what a provisional note comes from, and a confirmed one
QUICK, MIDDLE = 2, 4  # one that tells at the same hop what comes after a peak of EARLY; one before SURE
EARLY_DELAY, SURE_DELAY = ONSET_DELAYS[EARLY], ONSET_DELAYS[SURE]

FRAME_EARLY = 6  # does the key sound: EARLY_DELAY hops ago
FRAME = 7  # ... SURE_DELAY hops ago
OFFSET = 8  # a triangle round the end of its sound (key up, or pedal up), SURE_DELAY hops ago
VELOCITY_EARLY = 9  # velocity / 128 of a note that begins EARLY_DELAY hops ago; means nothing elsewhere
VELOCITY = 10  # ... SURE_DELAY hops ago
HEADS = 11

TRIANGLE_HOPS = 3.0  # half width of the triangles: 1 at the moment itself, 0 from 30 ms away
