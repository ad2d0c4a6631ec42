"""Damaged files are refused or mended, never a crash."""

from __future__ import annotations

import random
import re

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.scores.telling import facts_of, order_in_bars
from repetiteur.realtime.errors import InputError

NONSENSE = (b"0", b"-1", b"999999999", b"1e400", b"nan", b"", b"x", b"3.7")
KERN = b"""**kern\t**kern
*M3/4\t*M3/4
=1\t=1
4c\t8cc
.\t8dd
*^\t*
4d\t4e\t4gg
=2\t=2\t=2
*v\t*v\t*
2.c\t2.cc
*-\t*-
"""
SHORTENED = assets.SCORE.read_bytes()[:40_000].rpartition(b"</measure>")[0]


def damaged(content: bytes, die: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(die.randint(1, 4)):
        words = list(re.finditer(rb"(?<=[>\"])\w+(?=[<\"])|(?<![\w.])\d+", bytes(spoiled)))
        if words and die.random() < 0.8:
            word = die.choice(words)
            spoiled[word.start() : word.end()] = die.choice(NONSENSE)
        else:
            spoiled[die.randrange(len(spoiled))] = die.randrange(256)
    if die.random() < 0.1:
        del spoiled[die.randrange(len(spoiled)) :]
    return bytes(spoiled)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("score.musicxml", SHORTENED + b"</measure></part></score-partwise>"),
        ("score.mid", assets.PERFORMANCE.read_bytes()),
        ("score.krn", KERN),
    ],
    ids=["musicxml", "midi", "kern"],
)  # fmt: skip
def test_damage(name, content, tmp_path):
    die = random.Random(4)
    path = tmp_path / name
    path.write_bytes(content)
    load_score(path)
    for _ in range(60):
        path.write_bytes(damaged(content, die))
        try:
            score = load_score(path)
        except InputError:
            continue
        facts_of(score)
        order_in_bars(score)
