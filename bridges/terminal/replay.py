"""``repetiteur replay``: follow a recorded performance, or play a journal again."""

from __future__ import annotations

import argparse
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal import showing
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.bridges.terminal.tally import Tally
    from repetiteur.realtime.score import Score

ABOUT = "follow a recorded performance, or play a journal again"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=Path, metavar="SCORE", help="a score, or a journal alone")
    parser.add_argument("performance", type=Path, nargs="?", metavar="PERFORMANCE", help="a MIDI file")
    parser.add_argument("--parts", metavar="NAME,NAME", help="follow only these parts of the score")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="keep a journal of it in this new file")
    showing.arguments(parser, osc=None)


def run(args: argparse.Namespace) -> int:
    from repetiteur.bridges.terminal.outcome import outcome

    tally, score = _replay_journal(args) if args.performance is None else _replay_performance(args)
    if not args.json:
        print(score.title or score.id)
        for line in outcome(tally, score):
            print(line)
    return 1 if tally.faults else 0


def _replay_performance(args: argparse.Namespace) -> tuple[Tally, Score]:
    from repetiteur.bridges.performances import read_performance
    from repetiteur.bridges.scores import load_score
    from repetiteur.bridges.terminal.playing import followed, tell_progress
    from repetiteur.realtime.engine import Engine

    performed = read_performance(args.performance)
    tell_progress(f"reading {args.score.name}")
    parts = None if args.parts is None else [name.strip() for name in args.parts.split(",")]
    score = load_score(args.score, parts)
    tell_progress("")
    with ExitStack() as cleanup:
        journal = None
        if args.journal is not None:
            from repetiteur.bridges.journal import JournalWriter

            journal = cleanup.enter_context(closing(JournalWriter(args.journal, args.score, parts)))
        timed = followed(Engine(score), performed, journal)
        return showing.show(timed, score, showing.manner(args), performed[-1].t_s), score


def _replay_journal(args: argparse.Namespace) -> tuple[Tally, Score]:
    from repetiteur.bridges.journal import is_journal
    from repetiteur.bridges.terminal.playing import journalled

    where = str(args.score)
    if args.score.is_file() and not is_journal(args.score):
        raise InputError(where, "not a journal, and no performance was given", "give SCORE and PERFORMANCE")
    for name in ("parts", "journal"):
        if getattr(args, name) is not None:
            raise InputError(f"--{name}", "cannot be used with a journal", "leave it out: the journal has it")
    score = _recorded_score(args.score)
    return showing.show(journalled(args.score), score, showing.manner(args), end_s=None), score


def _recorded_score(path: Path) -> Score:
    """The score a journal begins with."""
    from tempfile import TemporaryDirectory

    from repetiteur.bridges.journal import ScoreFile, read_journal
    from repetiteur.bridges.scores import load_score

    for entry in read_journal(path):
        if isinstance(entry, ScoreFile):
            with TemporaryDirectory() as folder:
                file = Path(folder, Path(entry.name).name)
                file.write_bytes(entry.content)
                return load_score(file, entry.parts)
    raise InputError(str(path), "no score in this journal", "use an undamaged copy")
