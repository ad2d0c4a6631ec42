"""``repetiteur check``: what was understood of a score, and every doubt about it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from repetiteur.bridges.scores import load_score
from repetiteur.bridges.scores.telling import Facts, facts_of, order_in_bars
from repetiteur.bridges.terminal.options import parts_argument
from repetiteur.bridges.terminal.words import counted
from repetiteur.realtime.score import END, Score

ABOUT = "tell what was understood of a score, and every doubt about it"
FINE, DOUBTFUL = 0, 1
SHOWN_CHANGES = 8  # of tempi, metres, marks


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("score", metavar="SCORE", help="MusicXML, MIDI, MEI or Humdrum kern")
    parts_argument(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def run(args: argparse.Namespace) -> int:
    score = load_score(args.score, args.parts)
    facts = facts_of(score)
    if args.json:
        print(json.dumps(_object(score, facts), ensure_ascii=False))
    else:
        for line in _lines(score, facts):
            print(line)
    return DOUBTFUL if any(doubt.serious for doubt in score.doubts) else FINE


def _lines(score: Score, facts: Facts) -> list[str]:
    first, last = score.bar_labels[0], score.bar_labels[-1]
    optional = f", {facts.optional} of them optional" if facts.optional else ""
    lines = [
        score.title,
        "",
        f"Parts       {', '.join(score.parts)}",
        f"Bars        {len(score.bars)}, printed {first} to {last}",
        f"Notes       {len(score.notes)}{optional}, from {facts.lowest} to {facts.highest}",
        f"Metre       {_changes([f'{metre} at bar {bar}' for bar, metre in facts.metres])}",
        f"Tempo       {_changes([f'{bpm:g} quarters a minute at bar {bar}' for bar, bpm in facts.tempi])}",
    ]
    if facts.pickup_q:
        lines.append(f"Pickup      {facts.pickup_q:g} quarters")
    if facts.kinds:
        small = [counted(count, f"{name} note") for name, count in facts.kinds]
        lines.append(f"Small       {', '.join(small)}")
    if facts.ornaments:
        lines.append(f"Ornaments   {', '.join(f'{name} {count}' for name, count in facts.ornaments)}")
    if len(score.fermatas):
        lines.append(f"Fermatas    {len(score.fermatas)}")
    if score.marks:
        lines.append(f"Marks       {_changes([f'{m.label} at bar {facts.bar(m.q)}' for m in score.marks])}")
    if score.turns:
        pages = sum(turn.what == "page" for turn in score.turns)
        lines.append(f"Breaks      {counted(pages, 'page')}, {counted(len(score.turns) - pages, 'system')}")
    lines.append(f"Play order  {order_in_bars(score)}")
    lines.append("")
    if not score.doubts:
        lines.append("No doubts.")
    for doubt in score.doubts:
        lines.append(f"{'!' if doubt.serious else '-'} {doubt.where}: {doubt.what}")
    return lines


def _changes(told: list[str]) -> str:
    if len(told) == 1:
        return told[0].replace(" at bar ", ", from bar ", 1) if "quarters" in told[0] else told[0]
    more = f" and {len(told) - SHOWN_CHANGES} more" if len(told) > SHOWN_CHANGES else ""
    return ", ".join(told[:SHOWN_CHANGES]) + more


def _object(score: Score, facts: Facts) -> dict[str, Any]:
    return {
        "score": score.id,
        "title": score.title,
        "parts": list(score.parts),
        "bars": len(score.bars),
        "bar_labels": list(score.bar_labels),
        "notes": len(score.notes),
        "optional_notes": facts.optional,
        "keys": facts.keys,
        "lowest": facts.lowest,
        "highest": facts.highest,
        "metres": [{"bar": bar, "metre": metre} for bar, metre in facts.metres],
        "tempi": [{"bar": bar, "quarter_bpm": bpm} for bar, bpm in facts.tempi],
        "pickup_q": facts.pickup_q,
        "small": dict(facts.kinds),
        "ornaments": dict(facts.ornaments),
        "fermatas": [float(q) for q in score.fermatas],
        "marks": [{"label": mark.label, "q": mark.q} for mark in score.marks],
        "turns": [{"what": turn.what, "q": turn.q} for turn in score.turns],
        "play_order": {
            "text": order_in_bars(score),
            "segments": [
                {"start_q": segment.start_q, "end_q": segment.end_q} for segment in score.play_order.segments
            ],
            "notated": list(score.play_order.notated),
            "edges": [
                {
                    "source": edge.source,
                    "target": None if edge.target == END else edge.target,
                    "kind": edge.kind.value,
                    "when": list(edge.when),
                }
                for edge in score.play_order.edges
            ],
        },
        "doubts": [
            {"where": doubt.where, "what": doubt.what, "serious": doubt.serious} for doubt in score.doubts
        ],
    }
