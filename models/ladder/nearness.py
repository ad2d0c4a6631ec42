"""How pitch and time apart are told to the attention: shared by training and reading."""

from __future__ import annotations

PAIRS = "heard_heard", "heard_written", "written_heard", "written_written"  # who looks at whom
PITCHES = 2 * 36 + 1  # semitones apart, down and up; what is farther counts as this far
KNOTS_S = (
    -3.0, -1.5, -0.8, -0.4, -0.2, -0.1, -0.06, -0.03, -0.01, 0.01, 0.03, 0.06, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0,
)  # fmt: skip
"""Seconds apart at which a weight is learnt; straight in between."""
