"""What the words over the staff say about the order of playing."""

from __future__ import annotations

import re

from repetiteur.realtime.signs import JumpKind, Until

_DA_CAPO = re.compile(r"\bd\.\s*c\b|\bda\s+capo\b|\bdacapo\b", re.IGNORECASE)
_DAL_SEGNO = re.compile(r"\bd\.\s*s\b|\bdal\s+segno\b|\bdal\s+𝄋", re.IGNORECASE)
_TO_CODA = re.compile(r"^\s*(to|alla|al)\s+(the\s+)?(coda|𝄌)\W*$", re.IGNORECASE)
_CODA = re.compile(r"^\s*(coda|𝄌)\W*$", re.IGNORECASE)
_FINE = re.compile(r"^\s*fine\W*$", re.IGNORECASE)
_AL_FINE = re.compile(r"\bal\s+fine\b", re.IGNORECASE)
_AL_CODA = re.compile(r"\b(al|e\s+poi\s+la|to)\s+coda\b", re.IGNORECASE)


def jump_in(words: str) -> JumpKind | None:
    if _DAL_SEGNO.search(words):
        return JumpKind.DAL_SEGNO
    return JumpKind.DA_CAPO if _DA_CAPO.search(words) else None


def until_in(words: str) -> Until:
    if _AL_FINE.search(words):
        return Until.FINE
    return Until.CODA if _AL_CODA.search(words) else Until.UNSAID


def is_fine(words: str) -> bool:
    return bool(_FINE.match(words))


def is_to_coda(words: str) -> bool:
    return bool(_TO_CODA.match(words))


def is_coda(words: str) -> bool:
    return bool(_CODA.match(words))


def volta_numbers(text: str | None) -> tuple[int, ...]:
    """``1``, ``1, 2``, ``1.-3.``: the passes an ending is for; none if it does not say."""
    numbers: set[int] = set()
    for first, last in re.findall(r"(\d+)\s*\.?\s*(?:[-\u2013]\s*(\d+))?", text or ""):
        low, high = int(first), int(last or first)
        if 1 <= low <= high <= 99:
            numbers.update(range(low, high + 1))
    return tuple(sorted(numbers))
