"""How likely one played note is: in time, as an extra, and what leaving keys out costs.

All values are natural logarithms. A note that is expected has a *density* in time
(per second), so that a note in its place beats a stray one by about seven nats, and a
long hesitation costs about as much as one stray note.
"""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.jit import allocating, inline

EXTRA_RARE = -6.2  # the first stray note: about one in fifty, and one pitch among ten at any time
EXTRA_RUN = -4.5  # further stray notes in a row: strays come in bursts
EXTRA_NEAR = 1.0  # a slip lands beside an expected key, or a hand in another octave
EXTRA_SHAKE = 1.2  # and a run of them there is an ornament nobody wrote down
ORNAMENT = -1.2
ORNAMENT_RUN = 0.3  # right after another one: shakes are quick and of two notes
TOUCH = 0.0006  # s^2, scatter of an onset about the pulse
LOCAL = 0.0144  # variance of the logarithm of single waits
FLAT = -1.5  # density of "any time in the next seconds"
DENSEST = 2.8  # no density of the below is greater, for any note in a beam or a run


@inline
def onset_density(error_s, wait_s, sigma_s):
    """Log density of arriving ``error_s`` after the expected time, having waited ``wait_s``.

    Student's t (3 degrees) for tempo and touch, an exponential tail for hesitations, and
    a thin uniform floor for coming early.
    """
    z = error_s / sigma_s
    body = 0.94 * 0.3676 / sigma_s / (1.0 + z * z / 3.0) ** 2
    late, early = 0.05 * math.exp(-error_s / 2.5) / 2.5 + 1e-5, 0.01 / (wait_s + 0.1)
    tail = late if error_s > 0.0 else early
    return math.log(body + tail)


@inline
def chord_density(offset_s, spread_s):
    """Log density of a further key sounding ``offset_s`` after its chord's first one."""
    z = offset_s / spread_s
    body = 0.85 * 0.3989 / spread_s * math.exp(-0.5 * z * z)
    wide = 0.12 * 0.5 / (4.0 * spread_s) * math.exp(-abs(offset_s) / (4.0 * spread_s))
    late = 0.03 * math.exp(-offset_s) if offset_s > 0.0 else 0.0
    return math.log(body + wide + late + 1e-5)


@inline
def overtaken_density(offset_s, spread_s):
    """Log density of a key sounding ``offset_s`` after its chord when a later chord has begun."""
    z = offset_s / spread_s
    body = 0.9 * 0.3989 / spread_s * math.exp(-0.5 * z * z)
    wide = 0.1 * 0.5 / (2.0 * spread_s) * math.exp(-abs(offset_s) / (2.0 * spread_s))
    return math.log(body + wide + 1e-5)


@inline
def leaving_cost(needed, played):
    """Log probability of leaving a chord when ``played`` of its ``needed`` keys were heard."""
    if needed == 0:
        return 0.0
    missing = needed - played
    if missing <= 0:
        return 0.0
    if played == 0:
        return -(3.1 + 0.8 * min(missing, 6))
    return -min(2.4 * missing, 8.0)


@inline
def popcount(bits):
    """Set bits of a 64-bit word."""
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@inline
def has_pitch(words, pitch):
    """Whether a set of pitches (i8[2]) holds this one."""
    return (words[pitch >> 6] >> (pitch & 63)) & 1


@allocating
def passing_costs(needed):
    """Log probability of passing each chord over altogether, from the sets of its needed keys."""
    costs = np.zeros(len(needed))
    for c in range(len(needed)):
        costs[c] = leaving_cost(popcount(needed[c]), 0)
    return costs
