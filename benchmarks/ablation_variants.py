"""What the follower can be made to do without: which constants take which value.

A setting names a constant as the module that *uses* it has it: ``kernels.step.TOUCH`` is the
one in the pulse, ``kernels.branching.TOUCH`` the same number in the density of an onset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

NEVER = -60.0  # log probability of what does not happen


@dataclass(frozen=True, slots=True)
class Variant:
    """The follower with one of its parts put out of action."""

    name: str
    settings: Mapping[str, float]


AS_IT_IS = Variant("as it is", {})

VARIANTS = (
    AS_IT_IS,
    Variant("no pulse: time counts from the last onset", {
        "kernels.step.TOUCH": 1e-12,  # so that the onset heard is all the pulse goes by
        "kernels.step.LEAN": 0.0,
        "kernels.branching.TOUCH": 0.0012,  # a wait between two onsets has the scatter of both
    }),
    Variant("rhythm counts for little", {
        "kernels.branching.LOCAL": 1.0,  # a wait may well be a third or three times what was expected
        "kernels.step.LOCAL": 1.0,
    }),
    Variant("a hand never leaves its octave", {"kernels.branching.OCTAVE_LEFT": NEVER}),
    Variant("all strays alike", {
        "kernels.branching.EXTRA_NEAR": 0.0,
        "kernels.branching.EXTRA_SHAKE": 0.0,
    }),
    Variant("notes of printed ornaments are strays", {
        "kernels.branching.ORNAMENT": -6.2,
        "kernels.branching.ORNAMENT_RUN": -4.5,
    }),
    Variant("a slip never stands for a chord", {"kernels.branching.INSTEAD": NEVER}),
    Variant("at most one chord passed over", {"kernels.branching.REACH": 2}),
    Variant("no fresh starts", {"kernels.relocate.BEHIND": -math.inf}),
    Variant("fresh starts as likely anywhere", {
        "kernels.relocate.NEAR": 0.0,
        "kernels.relocate.FAR": 0.0,
        "kernels.relocate.AWAY": 0.0,
        "kernels.relocate.AHEAD": 0.0,
    }),
    Variant("pauses mean nothing", {"realtime.follower.HESITATION_S": math.inf}),
    Variant("the likeliest story shown at once", {
        "kernels.believing.LEAD_AFTER_PAUSE": 0.0,
        "kernels.believing.LEAD_IN_DOUBT": 0.0,
        "kernels.believing.LEAD_WHEN_SURE": 0.0,
        "kernels.believing.LEAD_OVER_NEWCOMER": 0.0,
        "kernels.believing.PROOF_AFTER_PAUSE": 0,
        "kernels.believing.PROOF_NOTES": 0,
        "kernels.believing.PROOF_SHARE": 0.0,
    }),
    Variant("leaps ahead shown at once", {"kernels.believing.LEAP_LEAD": 0.0}),
    Variant("10 stories instead of 40", {"kernels.beam.WIDTH": 10, "kernels.choosing.WIDTH": 10}),
    Variant("3 stories", {"kernels.beam.WIDTH": 3, "kernels.choosing.WIDTH": 3}),
    Variant("1 story, hence no fresh starts", {"kernels.beam.WIDTH": 1, "kernels.choosing.WIDTH": 1}),
)  # fmt: skip
