"""How long loading a long score takes: a made-up MusicXML piano score of 20,000 notes.

    python -m repetiteur.benchmarks.score_loading [--notes 20000] [--profile]

The first load in a process also pays for imports; the others are the warm ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

_STEPS = (("C", 0), ("C", 1), ("D", 0), ("E", -1), ("E", 0), ("F", 0), ("F", 1), ("G", 0), ("A", -1),
          ("A", 0), ("B", -1), ("B", 0))  # fmt: skip
NOTES_IN_BAR = 16 + 12  # sixteenths above, three-note chords on each beat below


def write_score(path: Path, notes: int, seed: int = 1) -> int:
    """A piano score of about that many notes, with repeats, slurs and marks; returns the exact number."""
    die = np.random.default_rng(seed)
    bars = max(round(notes / NOTES_IN_BAR), 1)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<score-partwise version="4.0"><work><work-title>Long study</work-title></work><part-list>',
        '<score-part id="P1"><part-name>Piano</part-name></score-part></part-list><part id="P1">',
    ]
    for bar in range(bars):
        lines.append(f'<measure number="{bar + 1}">')
        if bar == 0:
            lines.append(
                "<attributes><divisions>4</divisions><time><beats>4</beats><beat-type>4</beat-type></time>"
            )
            lines.append("<staves>2</staves></attributes>")
        if bar % 32 == 0:
            lines.append('<barline location="left"><repeat direction="forward"/></barline>')
            lines.append(
                f"<direction><direction-type><rehearsal>{bar // 32 + 1}</rehearsal></direction-type>"
            )
            lines.append('<sound tempo="96"/></direction>')
        for sixteenth in range(16):
            lines.append(
                _note(f"u{bar}-{sixteenth}", int(60 + die.integers(0, 24)), 1, 1, "16th", sixteenth == 0)
            )
        lines.append("<backup><duration>16</duration></backup>")
        for beat in range(4):
            root = int(36 + die.integers(0, 12))
            for place, pitch in enumerate((root, root + 7, root + 12)):
                lines.append(_note(f"d{bar}-{beat}-{place}", pitch, 4, 2, "quarter", False, chord=place > 0))
        if bar % 32 == 31:
            lines.append('<barline location="right"><repeat direction="backward"/></barline>')
        lines.append("</measure>")
    lines.append("</part></score-partwise>")
    path.write_text("\n".join(lines), encoding="utf-8")
    return bars * NOTES_IN_BAR


def _note(
    name: str, pitch: int, duration: int, staff: int, kind: str, slurred: bool, chord: bool = False
) -> str:
    step, alter = _STEPS[pitch % 12]
    notations = '<notations><slur type="start" number="1"/></notations>' if slurred else ""
    return (
        f'<note id="{name}" default-x="80.72" default-y="-15.00">{"<chord/>" if chord else ""}<pitch>'
        f"<step>{step}</step><alter>{alter}</alter><octave>{pitch // 12 - 1}</octave></pitch>"
        f"<duration>{duration}</duration><voice>{staff}</voice><type>{kind}</type><stem>up</stem>"
        f"<staff>{staff}</staff>{notations}</note>"
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How long loading a long score takes.")
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--profile", action="store_true", help="where the time of one warm load goes")
    args = parser.parse_args(argv)
    with TemporaryDirectory() as folder:
        path = Path(folder, "long.musicxml")
        notes = write_score(path, args.notes)
        print(f"{notes} notes, {path.stat().st_size / 1e6:.1f} MB")
        for turn in range(args.times):
            began = perf_counter()
            _load(path)
            print(f"{'cold' if turn == 0 else 'warm'}  {perf_counter() - began:.2f} s")
        if args.profile:
            _profile(path)
    return 0


def _load(path: Path) -> None:
    from repetiteur.bridges.scores import load_score

    load_score(path)


def _profile(path: Path) -> None:
    from cProfile import Profile
    from pstats import Stats

    with Profile() as profile:
        _load(path)
    Stats(profile).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    raise SystemExit(main())
