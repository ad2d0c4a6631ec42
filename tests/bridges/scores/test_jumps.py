"""Repeats, endings and jumps as MusicXML writes them, and how the order is told."""

from __future__ import annotations

import pytest

from repetiteur.bridges.scores.jump_words import jump_in, until_in, volta_numbers
from repetiteur.bridges.scores.telling import order_in_bars
from repetiteur.realtime.signs import JumpKind, Until

FORWARD = '<barline location="left"><repeat direction="forward"/></barline>'
BACKWARD = '<barline location="right"><repeat direction="backward"/></barline>'


def ending(kind: str, number: str, repeat: str = "") -> str:
    side = "left" if kind == "start" else "right"
    return f'<barline location="{side}"><ending number="{number}" type="{kind}"/>{repeat}</barline>'


def words(text: str, sound: str = "") -> str:
    return f"<direction><direction-type><words>{text}</words></direction-type>{sound}</direction>"


BACK = '<repeat direction="backward"/>'
CASES = {
    "repeat": ({2: (FORWARD, ""), 4: ("", BACKWARD)}, "1-4 :| 2-6"),
    "times": ({1: ("", ""), 2: ("", BACKWARD.replace("/>", ' times="3"/>', 1))}, "1-2 :| 1-2 :| 1-6"),
    "endings": (
        {
            3: (ending("start", "1"), ending("stop", "1", BACK)),
            4: (ending("start", "2"), ending("discontinue", "2")),
        },
        "1-3 :| 1-2, 4-6",
    ),
    "ending for several": (
        {
            3: (ending("start", "1.-2."), ending("stop", "1.-2.", BACK)),
            4: (ending("start", "3."), ending("stop", "3.")),
        },
        "1-3 :| 1-3 :| 1-2, 4-6",
    ),
    "D.C. in sound": (
        {
            2: ("", words("Fine", '<sound fine="yes"/>')),
            6: ("", words("D.C. al Fine", '<sound dacapo="yes"/>')),
        },
        "1-6 :| 1-2",
    ),
    "D.C. in words only": ({2: ("", words("Fine")), 6: ("", words("Da Capo al Fine"))}, "1-6 :| 1-2"),
    "D.S. al Coda": (
        {
            2: ("<direction><direction-type><segno/></direction-type></direction>", ""),
            3: ("", words("To Coda")),
            4: ("", words("D.S. al Coda")),
            5: (words("Coda"), ""),
        },
        "1-4 :| 2-3, 5-6",
    ),
    "two coda glyphs": (
        {
            2: ("", "<direction><direction-type><coda/></direction-type></direction>"),
            4: ("", words("D.C. al Coda")),
            5: ("<direction><direction-type><coda/></direction-type></direction>", ""),
        },
        "1-4 :| 1-2, 5-6",
    ),
    "a heading that says Coda": ({5: (words("Coda"), "")}, "1-6"),
    "an ending that never stops": (
        {3: (ending("start", "1"), ""), 4: ("", BACKWARD)},
        "1-4 :| 1-6",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_order(name, load, bars):
    dressed, expected = CASES[name]
    assert order_in_bars(load(bars(6, dressed))) == expected


def test_signs_in_every_part_count_once(load, bars):
    dressed = {1: (FORWARD, ""), 3: ("", BACKWARD)}
    score = load(("One", bars(4, dressed)), ("Two", bars(4, dressed)))
    assert order_in_bars(score) == "1-3 :| 1-4"
    assert not any(doubt.serious for doubt in score.doubts)


def test_troubles_name_the_bar(load, bars):
    score = load(bars(6, {3: (FORWARD, "")}))
    serious = [doubt for doubt in score.doubts if doubt.serious]
    assert [doubt.where for doubt in serious] == ["bar 3"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1", (1,)), ("1, 2", (1, 2)), ("1.-3.", (1, 2, 3)), ("2.", (2,)), ("", ()), ("fine", ()), ("3-1", ())],
)
def test_volta_numbers(text, numbers):
    assert volta_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "kind", "until"),
    [
        ("D.C. al Fine", JumpKind.DA_CAPO, Until.FINE),
        ("D. S. al Coda", JumpKind.DAL_SEGNO, Until.CODA),
        ("Da capo", JumpKind.DA_CAPO, Until.UNSAID),
        ("dal segno al fine", JumpKind.DAL_SEGNO, Until.FINE),
        ("Schubert D. 664", None, Until.UNSAID),
        ("dolce", None, Until.UNSAID),
    ],
)
def test_jump_words(text, kind, until):
    assert (jump_in(text), until_in(text)) == (kind, until)
