"""One story, and the ways it can go on with the next note."""

from __future__ import annotations

from repetiteur.benchmarks.pictures.sheet import Point, Sheet

LEVELS = {"elsewhere": 70.0, "16": 150.0, "15": 205.0, "14": 260.0, "13": 340.0, "12": 395.0}
NOW, NEXT, SAID = 270.0, 430.0, 478.0  # x
KEY = 9.0  # px, a key of a chord


def state_space() -> str:
    sheet = Sheet(760, 450, "A story in the plane of time and score, and the four ways it can go on")
    for chord, y in LEVELS.items():
        sheet.line([(78, y), (NEXT + 24, y)], "hair")
        sheet.text(70, y + 4, f"chord {chord}" if chord.isdigit() else chord, "soft", "end")
    for y in (100, 108, 116):
        sheet.dot((260, y), 1.2)
    sheet.arrow([(78, 425), (NEXT + 24, 425)], "axis")
    sheet.text(78, 442, "time", "soft")
    sheet.text(70, 30, "place in the score", "soft")
    sheet.line([(NEXT, 40), (NEXT, 425)], "axis dashed")
    sheet.text(NEXT, 442, "the next note", "soft", "middle")

    past = [(110.0, LEVELS["12"]), (180.0, LEVELS["13"]), (NOW, LEVELS["14"])]
    sheet.line(past, "shown")
    _chord(sheet, past[0], (True, True))
    _chord(sheet, past[1], (True,))
    here = past[2]
    beside = {"stray": LEVELS["14"] + 22, "further": LEVELS["14"] - 14}
    _way(sheet, here, (NEXT, beside["stray"]), "line")
    _way(sheet, here, (NEXT, beside["further"]), "line")
    _way(sheet, here, (NEXT, LEVELS["15"]), "line")
    _way(sheet, here, (NEXT, LEVELS["16"]), "line dashed")
    _way(sheet, (340.0, 112.0), (NEXT, LEVELS["elsewhere"]), "fresh dashed")
    _chord(sheet, here, (True, False, False))
    sheet.text(here[0] - 10, here[1] + 44, "one of its three keys heard", "soft")

    _chord(sheet, (NEXT, beside["stray"]), (True, False, False))
    _chord(sheet, (NEXT, beside["further"]), (True, True, False))
    _chord(sheet, (NEXT, LEVELS["15"]), (True, False))
    _chord(sheet, (NEXT, LEVELS["16"]), (True, False))
    _chord(sheet, (NEXT, LEVELS["elsewhere"]), (False, True, True))
    _say(sheet, LEVELS["elsewhere"], "a fresh start", "where the last few notes fit as well")
    _say(sheet, LEVELS["16"], "onward, a chord passed over", "its keys count as left out")
    _say(sheet, LEVELS["15"], "onward, to the next chord", "likeliest when the pulse asks for it")
    _say(sheet, beside["further"] - 4, "a further key", "likeliest just after the last one")
    _say(sheet, beside["stray"] + 12, "a stray", "a slip, or of an ornament: the state stays")
    return sheet.markup()


def _chord(sheet: Sheet, at: Point, heard: tuple[bool, ...]) -> None:
    """Its keys, those heard inked."""
    left = at[0] - KEY * len(heard) / 2
    for number, known in enumerate(heard):
        sheet.box(left + number * KEY, at[1] - KEY / 2, KEY, KEY, "inked" if known else "box")


def _way(sheet: Sheet, begin: Point, end: Point, kind: str) -> None:
    sheet.arrow([begin, (end[0] - 18, end[1])], kind)


def _say(sheet: Sheet, y: float, what: str, when: str) -> None:
    sheet.text(SAID, y - 1, what)
    sheet.text(SAID, y + 14, when, "soft")
