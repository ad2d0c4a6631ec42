"""How large the encoder is: everything that decides the sizes of its weights. Needs nothing to read."""

from __future__ import annotations

from dataclasses import asdict, dataclass

KERNEL = 3  # hops, along time
REACH = 5  # keys, along pitch
INTERVALS = (12, 1, 7)  # semitones between the taps along pitch, block by block: octaves, neighbours, fifths


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything that decides the sizes of the weights."""

    width: int = 32  # channels per key
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 1, 4)  # hops, one block each
    common_after: tuple[int, ...] = (1, 4)  # blocks after which all keys hear of each other
    common_width: int = 192
    common_dilations: tuple[int, ...] = (1, 4, 16)
    common_in: int = 4  # channels each key tells
    common_out: int = 8  # channels each key is told
    head_width: int = 48

    def as_plain(self) -> dict[str, object]:
        return asdict(self)


def interval(block: int) -> int:
    """Semitones between a block's taps along pitch."""
    return INTERVALS[block % len(INTERVALS)]
