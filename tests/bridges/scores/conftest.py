"""Little scores, written out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from repetiteur.bridges.scores import load_score
from repetiteur.realtime.score import Score

_ALTERS = {"#": 1, "b": -1}
METRE_4_4 = (
    "<attributes><divisions>2</divisions><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
)


def _note(
    pitch: str | None = "C4",
    duration: float = 2,
    inside: str = "",
    notations: str = "",
    name: str = "",
    voice: str = "1",
) -> str:
    """``pitch`` like ``F#4``, or None for a rest; two divisions make a quarter."""
    attribute = f' id="{name}"' if name else ""
    if pitch is None:
        head = "<rest/>"
    else:
        alter = _ALTERS.get(pitch[1], 0)
        head = f"<pitch><step>{pitch[0]}</step><alter>{alter}</alter><octave>{pitch[-1]}</octave></pitch>"
    before, after = ("", inside) if inside.startswith("<tie") else (inside, "")
    last = "" if "<grace" in inside else f"<duration>{duration:g}</duration>"
    marks = f"<notations>{notations}</notations>" if notations else ""
    return f"<note{attribute}>{before}{head}{last}{after}<voice>{voice}</voice>{marks}</note>"


def _measure(content: str, number: str = "1", metre: bool = False, **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<measure number="{number}"{more}>{METRE_4_4 if metre else ""}{content}</measure>'


def _document(parts: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<score-part id="P{k}"><part-name>{name}</part-name></score-part>'
        for k, (name, _) in enumerate(parts)
    )
    music = "".join(f'<part id="P{k}">{measures}</part>' for k, (_, measures) in enumerate(parts))
    return f'<score-partwise version="4.0"><part-list>{listed}</part-list>{music}</score-partwise>'


@pytest.fixture
def note() -> Callable[..., str]:
    return _note


@pytest.fixture
def measure() -> Callable[..., str]:
    return _measure


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Score]:
    """``load(measures)`` for one part, or ``load(("Flute", measures), ("Piano", measures))``."""

    def loaded(*parts: str | tuple[str, str], choose: Sequence[str] | None = None) -> Score:
        named = [part if isinstance(part, tuple) else ("Piano", part) for part in parts]
        path = tmp_path / "score.musicxml"
        path.write_text(_document(named), encoding="utf-8")
        return load_score(path, choose)

    return loaded


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str, str], Score]:
    """A whole file by its name and text."""

    def loaded(name: str, text: str) -> Score:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return load_score(path)

    return loaded


@pytest.fixture
def bars(note: Callable[..., str], measure: Callable[..., str]) -> Callable[..., str]:
    """So many bars of one whole note each; ``dressed[3]`` is put into bar 3 (front, back)."""

    def made(count: int, dressed: dict[int, tuple[str, str]] | None = None) -> str:
        made_bars = []
        for number in range(1, count + 1):
            front, back = (dressed or {}).get(number, ("", ""))
            content = front + note("C4", 8, name=f"b{number}") + back
            made_bars.append(measure(content, str(number), metre=number == 1))
        return "".join(made_bars)

    return made
