"""Which parts of a score to follow."""

from __future__ import annotations

from collections.abc import Sequence

from repetiteur.bridges.scores.doubts import FILE, Doubts
from repetiteur.bridges.scores.written import Written
from repetiteur.realtime.errors import InputError


def choose_parts(written: Written, wanted: Sequence[str] | None, where: str, doubts: Doubts) -> None:
    """Keep the wanted parts only. Wanted by number from 1, or by a piece of the name."""
    _tell_apart(written)
    sounding = {note.part for note in written.notes}
    if wanted:
        kept = sorted({part for name in wanted for part in _find(written.parts, name, where)})
        silent = [written.parts[part] for part in kept if part not in sounding]
        if silent:
            choices = _listed([written.parts[part] for part in sorted(sounding)])
            raise InputError(where, f"part '{silent[0]}' has no notes", f"choose from {choices}")
    else:
        kept = sorted(sounding)
        for part, name in enumerate(written.parts):
            if part not in sounding:
                doubts.add(FILE, f"part '{name}' has no notes and is left out")
    if not kept:
        raise InputError(where, "there is not a single note in it", "use a score with notes")
    new_index = {part: index for index, part in enumerate(kept)}
    written.notes = [note for note in written.notes if note.part in new_index]
    for note in written.notes:
        note.part = new_index[note.part]
    written.parts = [written.parts[part] for part in kept]


def _find(names: list[str], wanted: str, where: str) -> list[int]:
    exact = [k for k, name in enumerate(names) if name.casefold() == wanted.casefold()]
    if exact:
        return exact
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return [int(wanted) - 1]
    found = [k for k, name in enumerate(names) if wanted.strip() and wanted.casefold() in name.casefold()]
    if not found:
        raise InputError(where, f"no part '{wanted}'", f"choose from {_listed(names)}")
    return found


def _tell_apart(written: Written) -> None:
    """Two parts of one name get numbers."""
    seen: dict[str, int] = {}
    for k, name in enumerate(written.parts):
        name = name or f"Part {k + 1}"
        seen[name] = seen.get(name, 0) + 1
        written.parts[k] = name if seen[name] == 1 else f"{name} ({seen[name]})"


def _listed(names: list[str]) -> str:
    return ", ".join(f"{k} {name}" for k, name in enumerate(names, 1))
