"""From repeat signs, endings and jumps to the graph a player moves through.

The signs are played once the way the notation asks, as a musician would: every repeat,
then the jumps, and after a jump each repeat already played only once, with its last
ending. What that walk does becomes the edges and their ``when``; ways nobody asked for
but players take (leaving a repeat out, once more, past a D.C.) are edges without ``when``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from repetiteur.realtime.score import END, Edge, EdgeKind, PlayOrder, Segment
from repetiteur.realtime.signs import Jump, JumpKind, Repeat, Signs, Trouble, Until, Volta, key, pair

MOST_STEPS = 20_000


def play_order(signs: Signs) -> tuple[PlayOrder, tuple[Trouble, ...]]:
    """The play order, and everything about the signs that had to be mended."""
    repeats, troubles = pair(signs)
    board = _Board(signs, repeats)
    walk = _Walk(board)
    if not walk.play():
        lost = Trouble(0.0, "the repeats and jumps go round in circles; all of them are ignored", True)
        return _straight(board.segments), (*troubles, lost)
    edges = _with_liberties(board, walk)
    order = PlayOrder(board.segments, edges, tuple(walk.path))
    return order, (*troubles, *board.troubles, *_left_over(board, walk))


def _straight(segments: tuple[Segment, ...]) -> PlayOrder:
    last = len(segments) - 1
    edges = tuple(Edge(k, k + 1 if k < last else END, EdgeKind.ON, (1,)) for k in range(len(segments)))
    return PlayOrder(segments, edges, tuple(range(len(segments))))


class _Board:
    """The segments, and what stands at each of their ends."""

    def __init__(self, signs: Signs, repeats: tuple[Repeat, ...]) -> None:
        self.signs = signs
        self.repeats = repeats
        self.troubles: list[Trouble] = []
        cuts: dict[int, float] = {}
        for q in (0.0, signs.end_q, *_boundaries(signs, repeats)):
            if 0.0 <= q <= signs.end_q:
                cuts.setdefault(key(q), q)
        ordered = [cuts[place] for place in sorted(cuts)]
        if len(ordered) == 1:
            ordered.append(ordered[0])
        self.segments = tuple(Segment(a, b) for a, b in pairwise(ordered))
        self.starting = {key(segment.start_q): k for k, segment in enumerate(self.segments)}
        self.fines = {key(q) for q in signs.fines}
        self.jumps = self._landings()
        self.codas = self._coda_landings() if self.jumps else {}

    def at(self, q: float) -> int:
        """The segment that starts at ``q``, or END."""
        return self.starting.get(key(q), END)

    def volta_ending(self, place: int) -> tuple[int, Volta] | None:
        for number, repeat in enumerate(self.repeats):
            for volta in repeat.voltas:
                if key(volta.end_q) == place:
                    return number, volta
        return None

    def _landings(self) -> dict[int, tuple[Jump, int]]:
        """Where each D.C. and D.S. leads; those that lead nowhere are left out."""
        landings: dict[int, tuple[Jump, int]] = {}
        for jump in self.signs.jumps:
            if jump.kind is JumpKind.DA_CAPO:
                landings[key(jump.q)] = (jump, 0)
                continue
            earlier = [q for q in self.signs.segnos if q < jump.q - 1e-4]
            if earlier:
                landings[key(jump.q)] = (jump, self.at(max(earlier)))
            else:
                self.troubles.append(Trouble(jump.q, "D.S. without a segno before it is ignored", True))
        return landings

    def _coda_landings(self) -> dict[int, int]:
        landings: dict[int, int] = {}
        for q in self.signs.to_codas:
            later = [coda for coda in self.signs.codas if coda > q + 1e-4]
            if later:
                landings[key(q)] = self.at(min(later))
            else:
                self.troubles.append(Trouble(q, "To Coda without a coda after it is ignored", True))
        return landings


def _boundaries(signs: Signs, repeats: tuple[Repeat, ...]) -> list[float]:
    found: list[float] = []
    if signs.jumps:  # without one the landings mean nothing
        found += [
            *signs.segnos,
            *signs.to_codas,
            *signs.codas,
            *signs.fines,
            *(jump.q for jump in signs.jumps),
        ]
    for repeat in repeats:
        found += [repeat.start_q, repeat.end_q]
        for volta in repeat.voltas:
            found += [volta.start_q, volta.end_q]
    return found


@dataclass(slots=True)
class _Walk:
    """One playing of the piece, all repeats taken."""

    board: _Board
    path: list[int] = field(default_factory=list)
    taken: dict[tuple[int, int], tuple[EdgeKind, list[int]]] = field(default_factory=dict)
    jump: Jump | None = None  # the latest one taken
    used: set[int] = field(default_factory=set)  # places of jumps taken
    coda_taken: bool = False
    which_pass: dict[int, int] = field(default_factory=dict)  # of each repeat
    played: set[int] = field(default_factory=set)  # repeats that are through

    def play(self) -> bool:
        """False if there is no end to it."""
        visits: dict[int, int] = {}
        at, _ = self._arrive(0, EdgeKind.ON)
        while at != END:
            if len(self.path) >= MOST_STEPS:
                return False
            self.path.append(at)
            visits[at] = visits.get(at, 0) + 1
            target, kind = self._onwards(at)
            passes = self.taken.setdefault((at, target), (kind, []))[1]
            passes.append(visits[at])
            at = target
        return True

    def _arrive(self, segment: int, kind: EdgeKind) -> tuple[int, EdgeKind]:
        """At a segment, but not by its repeat sign: repeats that start there begin anew."""
        for number, repeat in enumerate(self.board.repeats):
            if self.board.at(repeat.start_q) == segment:
                self.which_pass[number] = 1
        return segment, kind

    def _onwards(self, segment: int) -> tuple[int, EdgeKind]:
        board = self.board
        place = key(board.segments[segment].end_q)
        leap = self._after_jump(place)
        if leap is not None:
            return leap
        ending = board.volta_ending(place)
        if ending is not None:
            number, _ = ending
            repeat = board.repeats[number]
            if self._again(number):
                return self._back(number)
            self.played.add(number)
            if key(repeat.end_q) != place:
                return self._to(repeat.end_q, EdgeKind.VOLTA)
        for number in self._repeats_ending(place):
            if self._again(number):
                return self._back(number)
            self.played.add(number)
        if place in board.jumps and place not in self.used:
            return self._leap(place)
        return self._to(board.segments[segment].end_q, EdgeKind.ON)

    def _after_jump(self, place: int) -> tuple[int, EdgeKind] | None:
        if self.jump is None:
            return None
        if place in self.board.fines and self.jump.until is not Until.CODA:
            return END, EdgeKind.FINE
        if place in self.board.codas and self.jump.until is not Until.FINE and not self.coda_taken:
            self.coda_taken = True
            return self._arrive(self.board.codas[place], EdgeKind.CODA)
        return None

    def _repeats_ending(self, place: int) -> list[int]:
        """Without voltas, the innermost first."""
        ending = [
            number
            for number, repeat in enumerate(self.board.repeats)
            if not repeat.voltas and key(repeat.end_q) == place
        ]
        return sorted(ending, key=lambda number: -self.board.repeats[number].start_q)

    def _again(self, number: int) -> bool:
        return not self._settled(number) and self.which_pass.get(number, 1) < self.board.repeats[number].times

    def _settled(self, number: int) -> bool:
        """After a jump, what has been repeated already is played once more only."""
        return self.jump is not None and number in self.played

    def _back(self, number: int) -> tuple[int, EdgeKind]:
        repeat = self.board.repeats[number]
        self.which_pass[number] = self.which_pass.get(number, 1) + 1
        for inner, other in enumerate(self.board.repeats):
            if key(other.start_q) == key(repeat.start_q) and other.end_q < repeat.end_q:
                self.which_pass[inner] = 1
        return self.board.at(repeat.start_q), EdgeKind.REPEAT

    def _leap(self, place: int) -> tuple[int, EdgeKind]:
        jump, target = self.board.jumps[place]
        self.used.add(place)
        self.jump = jump
        return self._arrive(target, EdgeKind.DA_CAPO if jump.kind is JumpKind.DA_CAPO else EdgeKind.DAL_SEGNO)

    def _to(self, q: float, kind: EdgeKind) -> tuple[int, EdgeKind]:
        """On to ``q``, or to the ending whose turn it is where endings begin there."""
        for number, repeat in enumerate(self.board.repeats):
            if repeat.voltas and key(repeat.voltas[0].start_q) == key(q):
                return self._to_volta(number)
        return self._arrive(self.board.at(q), kind)

    def _to_volta(self, number: int) -> tuple[int, EdgeKind]:
        repeat = self.board.repeats[number]
        which_pass = repeat.times if self._settled(number) else self.which_pass.get(number, 1)
        for volta in repeat.voltas:
            if which_pass in volta.numbers:
                return self._arrive(self.board.at(volta.start_q), EdgeKind.VOLTA)
        if which_pass > max(max(volta.numbers) for volta in repeat.voltas):
            self.played.add(number)
            return self._to(repeat.end_q, EdgeKind.VOLTA)
        return self._arrive(self.board.at(repeat.voltas[-1].start_q), EdgeKind.VOLTA)


def _with_liberties(board: _Board, walk: _Walk) -> tuple[Edge, ...]:
    edges = {
        (source, target): Edge(source, target, kind, tuple(sorted(passes)))
        for (source, target), (kind, passes) in walk.taken.items()
    }
    segments = board.segments
    inner_voltas = {
        key(volta.end_q) for repeat in board.repeats for volta in repeat.voltas if volta.end_q < repeat.end_q
    }
    ending = {key(segment.end_q): k for k, segment in enumerate(segments)}
    for k, segment in enumerate(segments):
        if key(segment.end_q) not in inner_voltas:  # nobody plays two endings in a row
            onward = k + 1 if k + 1 < len(segments) else END
            edges.setdefault((k, onward), Edge(k, onward, EdgeKind.ON))
    for repeat in board.repeats:
        start = board.at(repeat.start_q)
        last_ends = [volta.end_q for volta in repeat.voltas] or [repeat.end_q]
        for end_q in last_ends:
            source = ending[key(end_q)]
            edges.setdefault((source, start), Edge(source, start, EdgeKind.REPEAT))
    return tuple(sorted(edges.values(), key=lambda edge: (edge.source, edge.target)))


def _left_over(board: _Board, walk: _Walk) -> list[Trouble]:
    """Signs that never mattered, and music that is never reached."""
    troubles = []
    if board.signs.fines and not board.jumps:
        troubles.append(Trouble(board.signs.fines[0], "Fine without a D.C. or D.S. is ignored"))
    if board.signs.to_codas and not board.jumps:
        troubles.append(Trouble(board.signs.to_codas[0], "To Coda without a D.C. or D.S. is ignored", True))
    unreached = sorted(set(range(len(board.segments))) - set(walk.path))
    for k in unreached:
        troubles.append(Trouble(board.segments[k].start_q, "never reached in the notated order", True))
    return troubles
