"""How large a Ladder is, and which of its parts it has."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Descriptor(StrEnum):
    """How a descriptor joins its stream."""

    NONE = "none"
    CONCAT = "concat"  # further columns
    REVERSE = "reverse"  # the descriptor asks, the stream answers


class Looking(StrEnum):
    """What the two streams see of each other."""

    BOTH = "both"  # in turns, rung by rung
    ALONE = "alone"  # each its own stream only
    NOTHING = "nothing"  # each token itself only


@dataclass(frozen=True, slots=True)
class Shape:
    width: int = 32
    heads: int = 4
    rungs: int = 2
    hidden: int = 64  # of the small networks after each look
    looking: Looking = Looking.BOTH
    a4: Descriptor = Descriptor.NONE  # in the performance stream
    d4: Descriptor = Descriptor.NONE  # in the score stream

    def as_plain(self) -> dict[str, object]:
        return {
            name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()
        }
