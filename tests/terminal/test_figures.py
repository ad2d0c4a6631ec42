from __future__ import annotations

from repetiteur.bridges.terminal.figures import LINES, large


def test_figures_stand_side_by_side() -> None:
    assert large("10") == ("▄█  █▀█ ", " █  █ █ ", "▀▀▀ ▀▀▀ ")


def test_what_is_no_figure_stands_small() -> None:
    top, middle, bottom = large("2a")
    assert (top[-2], middle[-2], bottom[-2]) == (" ", "a", " ")


def test_lines_are_equally_long() -> None:
    for text in ("", "7", "128", "12b", "X", "-"):
        lines = large(text)
        assert len(lines) == LINES
        assert len(set(map(len, lines))) == 1


def test_all_ten_differ() -> None:
    assert len({large(figure) for figure in "0123456789"}) == 10
