"""What the marks mean, with the marks themselves."""

from __future__ import annotations

from repetiteur.bridges.report.take import Kind, Take

_HEAD = '<ellipse class="head" cx="20" cy="20" rx="7" ry="5" transform="rotate(-20 20 20)"/>'
_PICTURES = {
    "missed": (
        f'<g class="mark missed"><g class="is-missed">{_HEAD}</g>'
        '<circle class="ring" cx="20" cy="20" r="13"/></g>'
    ),
    "wrong": (
        f'<g class="mark wrong"><g class="is-wrong">{_HEAD}</g>'
        '<path class="cross" d="M11 11L29 29M11 29L29 11"/>'
        '<ellipse class="ghost" cx="40" cy="26" rx="7" ry="5" transform="rotate(-20 40 26)"/></g>'
    ),
    "extra": (
        '<g class="mark extra"><polygon points="20,9 31,20 20,31 9,20"/>'
        '<path class="plus" d="M14 20h12M20 14v12"/></g>'
    ),
    "early": f'{_HEAD}<g class="mark early"><polygon points="2,20 10,15 10,25"/></g>',
    "late": f'{_HEAD}<g class="mark late"><polygon points="38,20 30,15 30,25"/></g>',
    "unplayed": f'<g class="unplayed">{_HEAD}</g>',
}


def legend(take: Take, late_ms: float) -> str:
    """Only what occurs."""
    kinds = {verdict.kind for verdict in take.verdicts}
    right = take.of(Kind.RIGHT)
    entries = [
        ("missed", "missed", Kind.MISSED in kinds),
        ("wrong", "another note played (the hollow one)", Kind.WRONG in kinds),
        ("extra", "added, not in the score", Kind.EXTRA in kinds),
        ("early", f"right, {late_ms:.0f} ms or more early", any(v.deviation_ms <= -late_ms for v in right)),
        ("late", f"right, {late_ms:.0f} ms or more late", any(v.deviation_ms >= late_ms for v in right)),
        ("unplayed", "not played in this take", bool(take.unplayed())),
    ]
    return "".join(
        f'<li><svg viewBox="0 0 50 40" aria-hidden="true">{_PICTURES[kind]}</svg>{text}</li>'
        for kind, text, occurs in entries
        if occurs
    )
