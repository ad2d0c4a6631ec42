"""The one exception users see: something they gave us cannot be used."""

from __future__ import annotations


class InputError(Exception):
    """Bad input, told in one line: where it is, what is wrong, what to do about it.

    Raised at the edges only (loading, opening, parsing); inside a running session
    the same three parts travel as a ``fault`` event instead.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where = _one_line(where)
        self.problem = _one_line(problem)
        self.remedy = _one_line(remedy)
        super().__init__(self.where, self.problem, self.remedy)  # all three, to cross processes

    def __str__(self) -> str:
        return f"{self.where}: {self.problem} ({self.remedy})"


def _one_line(text: str) -> str:
    return " ".join(str(text).split())
