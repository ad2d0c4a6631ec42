"""Draws a score for the page in a process of its own: engraving must cost the follower nothing.

``python -m repetiteur.bridges.web.draw`` takes a pickled ``Wish`` on stdin and gives a pickled ``Sheet``.
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import dataclass

from repetiteur.bridges.apart import answering, done_apart
from repetiteur.bridges.web.performance import ScoreFile
from repetiteur.bridges.web.sheet import Sheet, sheet_of
from repetiteur.realtime.score import Score


@dataclass(frozen=True, slots=True)
class Wish:
    score: Score
    file: ScoreFile | None
    width: int  # tenths of a millimetre


def draw(wish: Wish) -> Sheet:
    """In this process: engraved where that is possible, else as a keyboard roll that says why."""
    from repetiteur.bridges.report.engrave import CannotEngrave, engrave
    from repetiteur.bridges.report.roll import draw_roll
    from repetiteur.bridges.report.stamped import stamp
    from repetiteur.bridges.scores.opening import open_score
    from repetiteur.realtime.errors import InputError

    try:
        if wish.file is None:
            raise CannotEngrave("The file of this score is not known here")
        source = open_score(wish.file.path)
        drawing = engrave(source, stamp(source, wish.score, wish.file.parts), wish.width)
    except (CannotEngrave, InputError) as why:
        reason = str(why) if isinstance(why, CannotEngrave) else f"{why.where}: {why.problem}"
        drawing = draw_roll(wish.score, reason)
    return sheet_of(wish.score, drawing)


def draw_apart(wish: Wish) -> Sheet | None:
    """In a process of its own; None where that fails. Waits; any thread."""
    answer = done_apart(__name__, wish)
    return None if answer is None else pickle.loads(answer)  # our own process wrote it


def main() -> None:
    with answering() as out:
        pickle.dump(draw(pickle.load(sys.stdin.buffer)), out)


if __name__ == "__main__":
    from repetiteur.bridges.web.draw import main as run  # pickles name this module, not __main__

    run()
