"""``repetiteur report``: a practice report to hand to the player, as one page to open or print."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from repetiteur.bridges.terminal.options import ears_arguments, parts_argument
from repetiteur.realtime.errors import InputError

if TYPE_CHECKING:
    from repetiteur.bridges.report.drawing import Drawing
    from repetiteur.bridges.report.stamped import Stamped
    from repetiteur.bridges.scores.opening import Source
    from repetiteur.realtime.score import Score

ABOUT = "write a practice report: the score with the mistakes marked in it"
FINE, DOUBTFUL = 0, 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", type=Path, metavar="SCORE", help="MusicXML, MIDI, MEI or Humdrum kern")
    parser.add_argument("performance", type=Path, metavar="PERFORMANCE",
                        help="a MIDI file, a recording or a journal")  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, metavar="FILE",
                        help="the report, a page of HTML (default: PERFORMANCE with .html)")  # fmt: skip
    parser.add_argument("--musicxml", type=Path, metavar="FILE",
                        help="the score again as MusicXML, with the mistakes marked")  # fmt: skip
    parts_argument(parser)
    ears_arguments(parser)
    parser.add_argument("--json", action="store_true", help="the summary as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    from repetiteur.bridges.played import open_played
    from repetiteur.bridges.report import words
    from repetiteur.bridges.report.by_bar import bars_played
    from repetiteur.bridges.report.gather import follow, gather
    from repetiteur.bridges.report.musicxml import can_mark, marked, packed
    from repetiteur.bridges.report.page import page
    from repetiteur.bridges.report.stamped import stamp
    from repetiteur.bridges.report.summary import as_json, summarise
    from repetiteur.bridges.scores import score_of
    from repetiteur.bridges.scores.opening import open_score
    from repetiteur.bridges.terminal.options import ears_of
    from repetiteur.bridges.terminal.playing import tell_progress

    output = args.output or args.performance.with_suffix(".html")
    source = open_score(args.score)
    if args.musicxml is not None:
        can_mark(source, args.musicxml)
    _refuse_targets(args, output)
    score = score_of(source, args.parts)
    with open_played(args.performance, ears_of(args)) as played:
        tell_progress("following (takes longer the first time)")
        take = gather(score, follow(score, played.inputs))
    tell_progress("drawing")
    bars = bars_played(take)
    summary = summarise(take, bars)
    stamped = stamp(source, score, args.parts)
    drawing = _drawn(source, score, stamped)
    _write(output, page(take, bars, summary, drawing, args.performance.name).encode())
    if args.musicxml is not None and stamped is not None:
        content = marked(source, stamped, take)
        _write(args.musicxml, packed(content) if args.musicxml.suffix.lower() == ".mxl" else content)
    tell_progress("")
    if args.json:
        print(json.dumps(as_json(summary, take), ensure_ascii=False))
    else:
        for line in (words.headline(summary), *words.in_words(summary, score), drawing.remark, *take.faults):
            if line:
                print(line)
        print(f"written to {output}" + (f" and {args.musicxml}" if args.musicxml else ""))
    if played.trouble():
        print(f"repetiteur: {args.performance}: {played.trouble()}", file=sys.stderr)
    return FINE if summary.fits and not take.faults and not played.trouble() else DOUBTFUL


def _drawn(source: Source, score: Score, stamped: Stamped | None) -> Drawing:
    """Engraved where that is possible, else as a roll that says why."""
    from repetiteur.bridges.report.engrave import CannotEngrave, engrave
    from repetiteur.bridges.report.roll import draw_roll

    try:
        return engrave(source, stamped)
    except CannotEngrave as why:
        return draw_roll(score, str(why))


def _refuse_targets(args: argparse.Namespace, output: Path) -> None:
    """Whatever can be refused is refused before the work begins."""
    given = {path.resolve() for path in (args.score, args.performance)}
    targets = [target for target in (output, args.musicxml) if target is not None]
    if len({target.resolve() for target in targets}) < len(targets):
        raise InputError(str(output), "both files have this name", "give them different names")
    for target in targets:
        if target.resolve() in given:
            raise InputError(str(target), "this would write over what is read", "choose another name")
        if target.is_dir():
            raise InputError(str(target), "this is a folder", "name a file in it")
        if not target.parent.is_dir():
            raise InputError(str(target), "no such folder", "make the folder first")
        if not os.access(target if target.exists() else target.parent, os.W_OK):
            raise InputError(str(target), "cannot be written", "choose a folder you may write to")


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        what = error.strerror or str(error)
        raise InputError(str(path), f"cannot be written ({what})", "choose another place") from None
