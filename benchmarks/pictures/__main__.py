"""Draws them anew: ``python -m repetiteur.benchmarks.pictures docs/pictures``."""

from __future__ import annotations

import sys
from pathlib import Path

from repetiteur.benchmarks.pictures.followed import followed
from repetiteur.benchmarks.pictures.milliseconds import milliseconds
from repetiteur.benchmarks.pictures.state_space import state_space
from repetiteur.benchmarks.pictures.ways_through import ways_through
from repetiteur.benchmarks.records import write_whole

PICTURES = {
    "state_space.svg": state_space, "followed.svg": followed, "ways_through.svg": ways_through,
    "milliseconds.svg": milliseconds,
}  # fmt: skip


def main(folder: str) -> None:
    for name, draw in PICTURES.items():
        write_whole(Path(folder) / name, draw())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
