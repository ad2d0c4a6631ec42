"""``repetiteur demo``: a bundled piece, played with planted mistakes, followed as you watch."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal import showing
from repetiteur.bridges.terminal.options import ears_arguments, ears_of
from repetiteur.bridges.wire.endpoint import LOCAL, Endpoint

if TYPE_CHECKING:
    from repetiteur.bridges.terminal.planted import Comparison
    from repetiteur.realtime.score import Score

ABOUT = "play a bundled piece with planted mistakes and follow it live"
OSC = Endpoint(LOCAL, 9000)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", action="store_true", help="follow its sound instead of its MIDI notes")
    ears_arguments(parser)
    showing.arguments(parser, osc=[OSC])


def run(args: argparse.Namespace) -> int:
    from repetiteur.bridges import assets
    from repetiteur.bridges.level import LevelMeter
    from repetiteur.bridges.played import open_played
    from repetiteur.bridges.scores import load_score
    from repetiteur.bridges.terminal.outcome import summary
    from repetiteur.bridges.terminal.planted import Trail, compare, read_planted
    from repetiteur.bridges.terminal.playing import followed
    from repetiteur.bridges.web.performance import ScoreFile
    from repetiteur.realtime.engine import Engine

    words = sys.stderr if args.json else sys.stdout
    score = load_score(assets.SCORE)
    trail = Trail()
    meter = LevelMeter()
    performance = assets.SOUND if args.audio else assets.PERFORMANCE
    with ExitStack() as cleanup:
        played = cleanup.enter_context(open_played(performance, ears_of(args, meter)))
        file = ScoreFile(assets.SCORE, None)
        stage = cleanup.enter_context(showing.stage(args, score, file, meter.dbfs))
        tally = stage.play(followed(Engine(score), played.inputs), played.end_s, [trail])
    comparison = compare(read_planted(assets.PLANTED), tally.mistakes, trail.positions)
    for line in (*summary(tally), "", *_told(comparison, score)):
        print(line, file=words)
    where = ", ".join(map(str, args.osc))
    print(f"\nall of it went to {where} as OSC: /repetiteur/position, /repetiteur/match, ...", file=words)
    return 0 if comparison.complete else 1


def _told(comparison: Comparison, score: Score) -> Iterator[str]:
    """The planted against the found, nothing left out."""
    from repetiteur.bridges.terminal.words import Speller, counted, sentence

    speller = Speller(score)
    found = sum(told is not None for _, told in comparison.found)
    yield f"planted {counted(len(comparison.found), 'mistake')}, found {found}"
    for planted, told in comparison.found:
        if told is None:
            pitch = speller.spell(planted.expected or planted.played or 0, 0.0)
            yield f"  ✗ not found: {planted.kind.value} {pitch} in bar {planted.bar}"
        else:
            yield f"  ✓ {sentence(told, score, speller)}"
    yield f"told of {counted(len(comparison.unplanned), 'mistake')} that nobody planted"
    for mistake in comparison.unplanned:
        yield f"  ✗ {sentence(mistake, score, speller)}"
    yield "no mistakes, only followed"
    for liberty, delay_s in comparison.delays_s:
        if delay_s is None:
            yield f"  ✗ not followed: {liberty.what}"
        else:
            when = "at once" if delay_s < 0.05 else f"after {delay_s:.1f} s"
            yield f"  ✓ {liberty.what}: there {when}"
