"""``repetiteur replay``: follow a recorded performance, or play a journal again."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal import showing
from repetiteur.bridges.terminal.options import ears_arguments, ears_of, parts_argument
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.bridges.terminal.tally import Tally
    from repetiteur.realtime.score import Score

ABOUT = "follow a recorded performance, or play a journal again"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=Path, metavar="SCORE", help="a score, or a journal alone")
    parser.add_argument("performance", type=Path, nargs="?", metavar="PERFORMANCE",
                        help="a MIDI file, a recording or a journal")  # fmt: skip
    parts_argument(parser)
    ears_arguments(parser)
    parser.add_argument("--journal", type=Path, metavar="FILE", help="keep a journal of it in this new file")
    showing.arguments(parser)


def run(args: argparse.Namespace) -> int:
    from repetiteur.bridges.terminal.outcome import outcome

    play = _replay_journal if args.performance is None else _replay_performance
    tally, score, trouble = play(args)
    if not args.json:
        print(score.title or score.id)
        for line in outcome(tally, score):
            print(line)
    if trouble:
        print(f"repetiteur: {args.performance}: {trouble}", file=sys.stderr)
    return 1 if tally.faults or trouble else 0


def _replay_performance(args: argparse.Namespace) -> tuple[Tally, Score, str]:
    from repetiteur.bridges.level import LevelMeter
    from repetiteur.bridges.played import open_played
    from repetiteur.bridges.scores import load_score
    from repetiteur.bridges.terminal.playing import followed, tell_progress
    from repetiteur.bridges.web.performance import ScoreFile
    from repetiteur.realtime.engine import Engine

    meter = LevelMeter()
    with ExitStack() as cleanup:
        tell_progress("getting ready (takes longer the first time)")
        played = cleanup.enter_context(open_played(args.performance, ears_of(args, meter)))
        tell_progress(f"reading {args.score.name}")
        score = load_score(args.score, args.parts)
        tell_progress("")
        file = ScoreFile(args.score, args.parts)
        stage = cleanup.enter_context(showing.stage(args, score, file, meter.dbfs))
        journal = None
        if args.journal is not None:
            from repetiteur.bridges.journal import JournalWriter

            journal = cleanup.enter_context(closing(JournalWriter(args.journal, args.score, args.parts)))
        timed = followed(Engine(score), played.inputs, journal)
        return stage.play(timed, played.end_s), score, played.trouble()


def _replay_journal(args: argparse.Namespace) -> tuple[Tally, Score, str]:
    from repetiteur.bridges.journal import is_journal, opening_score
    from repetiteur.bridges.terminal.playing import journalled

    where = str(args.score)
    if args.score.is_file() and not is_journal(args.score):
        raise InputError(where, "not a journal, and no performance was given", "give SCORE and PERFORMANCE")
    for name in ("parts", "journal"):
        if getattr(args, name) is not None:
            raise InputError(f"--{name}", "cannot be used with a journal", "leave it out: the journal has it")
    score = opening_score(args.score)
    with showing.stage(args, score, file=None) as stage:
        return stage.play(journalled(args.score), end_s=None), score, ""
