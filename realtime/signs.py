"""Repeat signs, endings and jumps as printed, and which of them belong together.

All positions are quarters as written. Nothing here raises: what does not add up is
mended the way a musician would, and told as a ``Trouble``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MOST_TIMES = 16  # a stretch is asked for; more is taken for a slip in the file


class JumpKind(StrEnum):
    DA_CAPO = "D.C."
    DAL_SEGNO = "D.S."


class Until(StrEnum):
    """How far to play after a jump, where the words say so."""

    UNSAID = "unsaid"
    FINE = "al Fine"
    CODA = "al Coda"


@dataclass(frozen=True, slots=True)
class RepeatEnd:
    q: float
    times: int = 2  # the stretch is played altogether


@dataclass(frozen=True, slots=True)
class Volta:
    """One ending bracket and the passes it is for."""

    start_q: float
    end_q: float
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    kind: JumpKind
    q: float
    until: Until = Until.UNSAID


@dataclass(frozen=True, slots=True)
class Signs:
    """Everything printed that changes the order of playing."""

    end_q: float
    repeat_starts: tuple[float, ...] = ()
    repeat_ends: tuple[RepeatEnd, ...] = ()
    voltas: tuple[Volta, ...] = ()
    jumps: tuple[Jump, ...] = ()
    segnos: tuple[float, ...] = ()
    to_codas: tuple[float, ...] = ()
    codas: tuple[float, ...] = ()
    fines: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What did not add up. ``serious``: the order of playing may be another than meant."""

    q: float
    what: str
    serious: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """A stretch played several times; with ``voltas``, ``end_q`` is the end of the last one."""

    start_q: float
    end_q: float
    times: int
    voltas: tuple[Volta, ...] = ()


def key(q: float) -> int:
    """Positions that print at the same place compare equal."""
    return round(q * 1e4)


def pair(signs: Signs) -> tuple[tuple[Repeat, ...], tuple[Trouble, ...]]:
    """The repeats that the signs make up, by start and then longest first."""
    pairing = _Pairing(signs)
    pairing.sweep()
    repeats = sorted(set(pairing.repeats), key=lambda repeat: (repeat.start_q, -repeat.end_q))
    return tuple(repeats), tuple(pairing.troubles)


@dataclass(slots=True)
class _Group:
    """Endings that follow each other without a gap."""

    voltas: list[Volta]
    paired: bool = False

    @property
    def times(self) -> int:
        return max(max(volta.numbers) for volta in self.voltas)


@dataclass(slots=True)
class _Pairing:
    signs: Signs
    repeats: list[Repeat] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    open: list[float] = field(default_factory=list)  # start signs still waiting
    groups: list[_Group] = field(default_factory=list)

    def sweep(self) -> None:
        self._group_voltas()
        ends = {key(end.q): end for end in self.signs.repeat_ends if key(end.q) > 0}
        starts = {key(q): q for q in self.signs.repeat_starts}
        closing = {key(group.voltas[-1].end_q): group for group in self.groups}
        for place in sorted({*ends, *starts, *closing}):
            if place in ends:
                self._end_sign(ends[place])
            if place in closing and not closing[place].paired:
                self._unsigned_group(closing[place])
            if place in starts and starts[place] < self.signs.end_q:
                self.open.append(starts[place])
        self._mend_open_starts()

    def _group_voltas(self) -> None:
        for volta in sorted(self.signs.voltas, key=lambda volta: volta.start_q):
            last = self.groups[-1].voltas[-1] if self.groups else None
            if last and volta.start_q < last.end_q - 1e-4:
                self._trouble(volta.start_q, "two endings overlap; the later one is ignored", serious=True)
            elif last and key(volta.start_q) == key(last.end_q) and 1 not in volta.numbers:
                self.groups[-1].voltas.append(volta)
            else:
                self.groups.append(_Group([volta]))

    def _end_sign(self, end: RepeatEnd) -> None:
        times = end.times
        if not 2 <= times <= MOST_TIMES:
            self._trouble(end.q, f"a repeat asks for {times} times; played twice", serious=True)
            times = 2
        group = self._group_ending_at(end.q)
        if group is None:
            self.repeats.append(Repeat(self._start_for(end.q, end.q), end.q, times))
        elif not group.paired:
            self._pair_group(group)
        elif key(end.q) == key(group.voltas[-1].end_q):
            if self.open:
                self.repeats.append(Repeat(self.open.pop(), end.q, times))
            else:
                self._trouble(end.q, "a repeat sign after the last ending is ignored")

    def _group_ending_at(self, q: float) -> _Group | None:
        for group in self.groups:
            if any(key(volta.end_q) == key(q) for volta in group.voltas):
                return group
        return None

    def _pair_group(self, group: _Group) -> None:
        first, last = group.voltas[0], group.voltas[-1]
        times = group.times
        alone = len(group.voltas) == 1
        if alone and len(first.numbers) == 1:  # what follows is the second ending
            times += 1
            self._trouble(
                first.start_q, "a first ending without a second; skipped the last time", serious=True
            )
        if times > MOST_TIMES:
            self._trouble(first.start_q, f"an ending for time {times}; taken as 2", serious=True)
            times = 2
        start_q = self._start_for(first.end_q, first.start_q)
        group.paired = True
        self.repeats.append(Repeat(start_q, last.end_q, times, tuple(group.voltas)))

    def _unsigned_group(self, group: _Group) -> None:
        """Endings without any repeat sign at their ends."""
        if len(group.voltas) > 1:
            what = "endings without a repeat sign; played as if there were one"
            self._trouble(group.voltas[0].end_q, what, serious=True)
            self._pair_group(group)
        else:
            self._trouble(group.voltas[0].start_q, "an ending that belongs to no repeat is ignored")

    def _start_for(self, q: float, before_q: float) -> float:
        """Where a repeat that ends at ``q`` goes back to."""
        while self.open:
            start_q = self.open.pop()
            if start_q < before_q:
                return start_q
            self._trouble(start_q, "a repeat that starts inside an ending is ignored", serious=True)
        earlier = [repeat.end_q for repeat in self.repeats if repeat.end_q < before_q - 1e-4]
        start_q = max(earlier, default=0.0)
        if start_q > 0:
            self._trouble(q, "the repeat has no start sign; it goes back to the end of the one before")
        return start_q

    def _mend_open_starts(self) -> None:
        for start_q in self.open:
            later = [repeat.start_q for repeat in self.repeats if repeat.start_q > start_q + 1e-4]
            end_q = min([*later, self.signs.end_q])
            where = "the next one starts" if later else "the end"
            self._trouble(start_q, f"the repeat has no end sign; it lasts until {where}", serious=True)
            self.repeats.append(Repeat(start_q, end_q, 2))

    def _trouble(self, q: float, what: str, serious: bool = False) -> None:
        self.troubles.append(Trouble(q, what, serious))
