"""The order of playing, from signs alone. Bars of four quarters; bar k starts at 4 (k - 1)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repetiteur.realtime.playorder import play_order
from repetiteur.realtime.score import END, EdgeKind, PlayOrder
from repetiteur.realtime.signs import Jump, JumpKind, RepeatEnd, Signs, Trouble, Until, Volta


def before(bar: int) -> float:
    return 4.0 * (bar - 1)


def after(bar: int) -> float:
    return 4.0 * bar


def volta(first: int, last: int, *numbers: int) -> Volta:
    return Volta(before(first), after(last), numbers)


FIRST, SECOND = volta(4, 4, 1), volta(5, 5, 2)  # the usual endings


def signs(
    bars: int, starts: Sequence[int] = (), ends: Sequence[int] = (), voltas: Sequence[Volta] = (), **more
) -> Signs:
    return Signs(
        after(bars),
        tuple(map(before, starts)),
        tuple(RepeatEnd(after(bar)) for bar in ends),
        tuple(voltas),
        **more,
    )


def bars_of(order: PlayOrder) -> str:
    """The notated order, ``1-4 1-8``; stretches that follow on are joined."""
    runs: list[list[int]] = []
    for index in order.notated:
        segment = order.segments[index]
        first, last = round(segment.start_q / 4) + 1, round(segment.end_q / 4)
        if runs and runs[-1][1] + 1 == first:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    return " ".join(f"{first}-{last}" for first, last in runs)


def plain(order: PlayOrder, troubles: tuple[Trouble, ...]) -> str:
    assert not any(trouble.serious for trouble in troubles), troubles
    return bars_of(order)


CASES = {
    "no signs": (signs(8), "1-8"),
    "one repeat": (signs(8, [1], [4]), "1-4 1-8"),
    "no start sign": (signs(8, [], [4]), "1-4 1-8"),
    "second repeat without a start sign": (signs(8, [], [4, 8]), "1-4 1-8 5-8"),
    "to the very end": (signs(8, [5], [8]), "1-8 5-8"),
    "two endings": (signs(8, [1], [4], [FIRST, SECOND]), "1-4 1-3 5-8"),
    "second ending lasts to the end": (signs(6, [1], [4], [volta(4, 4, 1), volta(5, 6, 2)]), "1-4 1-3 5-6"),
    "three endings": (
        signs(8, [1], [3, 4], [volta(3, 3, 1), volta(4, 4, 2), volta(5, 5, 3)]),
        "1-3 1-2 4-4 1-2 5-8",
    ),
    "first ending for two passes": (
        signs(6, [1], [4], [volta(4, 4, 1, 2), volta(5, 5, 3)]),
        "1-4 1-4 1-3 5-6",
    ),
    "nested": (signs(8, [1, 3], [4, 6]), "1-4 3-6 1-4 3-8"),
    "repeat sign on the last ending too": (signs(6, [1], [4, 5], [FIRST, SECOND]), "1-4 1-3 5-6"),
    "repeat after endings without a start sign": (
        signs(9, [1], [4, 8], [FIRST, SECOND]),
        "1-4 1-3 5-8 6-9",
    ),
    "two pairs of endings": (
        signs(8, [1, 5], [3, 7], [volta(3, 3, 1), volta(4, 4, 2), volta(7, 7, 1), volta(8, 8, 2)]),
        "1-3 1-2 4-7 5-6 8-8",
    ),
    "D.C. al Fine": (
        signs(8, fines=(after(4),), jumps=(Jump(JumpKind.DA_CAPO, after(8), Until.FINE),)),
        "1-8 1-4",
    ),
    "D.C. plays repeats once": (
        signs(8, [1, 5], [4, 8], fines=(after(4),), jumps=(Jump(JumpKind.DA_CAPO, after(8)),)),
        "1-4 1-8 5-8 1-4",
    ),
    "D.C. takes last endings": (
        signs(9, [1], [4], [FIRST, SECOND], fines=(after(5),), jumps=(Jump(JumpKind.DA_CAPO, after(9)),)),
        "1-4 1-3 5-9 1-3 5-5",
    ),
    "D.S. al Coda": (
        signs(
            12,
            segnos=(before(3),),
            to_codas=(after(6),),
            codas=(before(10),),
            jumps=(Jump(JumpKind.DAL_SEGNO, after(9), Until.CODA),),
        ),
        "1-9 3-6 10-12",
    ),
    "repeats in the coda are taken": (
        signs(
            12,
            [11],
            [12],
            to_codas=(after(4),),
            codas=(before(9),),
            jumps=(Jump(JumpKind.DA_CAPO, after(8), Until.CODA),),
        ),
        "1-8 1-4 9-12 11-12",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_notated_order(name):
    given_signs, expected = CASES[name]
    assert plain(*play_order(given_signs)) == expected


def ways(order: PlayOrder) -> set[tuple[int, int, EdgeKind, tuple[int, ...]]]:
    return {(edge.source, edge.target, edge.kind, edge.when) for edge in order.edges}


def test_edges_of_a_repeat():
    order, _ = play_order(signs(8, [1], [4]))
    assert ways(order) == {
        (0, 0, EdgeKind.REPEAT, (1,)),
        (0, 1, EdgeKind.ON, (2,)),
        (1, END, EdgeKind.ON, (1,)),
    }


def test_edges_of_endings_have_the_liberties_players_take():
    order, _ = play_order(signs(8, [1], [4], [FIRST, SECOND]))
    assert ways(order) == {
        (0, 1, EdgeKind.VOLTA, (1,)),
        (0, 2, EdgeKind.VOLTA, (2,)),  # at once: the repeat left out
        (1, 0, EdgeKind.REPEAT, (1,)),
        (2, 0, EdgeKind.REPEAT, ()),  # once more
        (2, 3, EdgeKind.ON, (1,)),
        (3, END, EdgeKind.ON, (1,)),
    }


def test_a_da_capo_can_be_skipped_and_fine_is_passed_the_first_time():
    order, _ = play_order(CASES["D.C. al Fine"][0])
    assert ways(order) == {
        (0, 1, EdgeKind.ON, (1,)),
        (0, END, EdgeKind.FINE, (2,)),
        (1, 0, EdgeKind.DA_CAPO, (1,)),
        (1, END, EdgeKind.ON, ()),
    }


def test_more_than_twice():
    order, troubles = play_order(Signs(16.0, (0.0,), (RepeatEnd(8.0, 4),)))
    assert plain(order, troubles) == "1-2 1-2 1-2 1-4"
    assert (0, 0, EdgeKind.REPEAT, (1, 2, 3)) in ways(order)


MALFORMED = {
    "start without end": (signs(8, [5]), "1-8 5-8"),
    "start without end before another": (signs(8, [1, 5], [8]), "1-4 1-8 5-8"),
    "first ending alone": (signs(8, [1], [4], [volta(4, 4, 1)]), "1-4 1-3 5-8"),
    "endings without repeat sign": (signs(8, [1], [], [FIRST, SECOND]), "1-4 1-3 5-8"),
    "D.S. without segno": (signs(8, jumps=(Jump(JumpKind.DAL_SEGNO, after(8)),)), "1-8"),
    "To Coda without coda": (
        signs(8, to_codas=(after(4),), jumps=(Jump(JumpKind.DA_CAPO, after(8)),)),
        "1-8 1-8",
    ),
    "a thousand times": (Signs(32.0, (0.0,), (RepeatEnd(16.0, 1000),)), "1-4 1-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_signs_become_serious_troubles(name):
    given_signs, expected = MALFORMED[name]
    order, troubles = play_order(given_signs)
    assert any(trouble.serious for trouble in troubles)
    assert bars_of(order) == expected


def test_fine_without_a_jump_is_a_small_trouble():
    order, troubles = play_order(signs(8, fines=(after(4),)))
    assert len(order.segments) == 1
    assert [trouble.serious for trouble in troubles] == [False]


BARS = st.integers(1, 12)
NUMBERS = st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True).map(
    lambda found: tuple(sorted(found))
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(BARS, max_size=5),
    st.lists(st.tuples(BARS, st.integers(-1, 20)), max_size=5),
    st.lists(st.tuples(BARS, st.integers(0, 2), NUMBERS), max_size=4),
    st.lists(st.tuples(BARS, st.sampled_from(JumpKind), st.sampled_from(Until)), max_size=3),
    st.lists(BARS, max_size=2),
    st.lists(BARS, max_size=2),
    st.lists(BARS, max_size=2),
    st.lists(BARS, max_size=2),
)
def test_whatever_the_signs_the_order_is_sound(starts, ends, voltas, jumps, segnos, to_codas, codas, fines):
    order, _ = play_order(
        Signs(
            48.0,
            tuple(map(before, starts)),
            tuple(RepeatEnd(after(bar), times) for bar, times in ends),
            tuple(volta(bar, min(bar + more, 12), *numbers) for bar, more, numbers in voltas),
            tuple(Jump(kind, after(bar), until) for bar, kind, until in jumps),
            tuple(map(before, segnos)),
            tuple(map(after, to_codas)),
            tuple(map(before, codas)),
            tuple(map(after, fines)),
        )
    )
    segments = order.segments
    assert segments[0].start_q == 0.0 and segments[-1].end_q == 48.0
    assert all(a.end_q == b.start_q for a, b in pairwise(segments))
    assert len({(edge.source, edge.target) for edge in order.edges}) == len(order.edges)
    assert len(order.edges) <= 4 * len(segments)
    known = {(edge.source, edge.target): edge for edge in order.edges}
    visits = dict.fromkeys(range(len(segments)), 0)
    for source, target in zip(order.notated, (*order.notated[1:], END), strict=True):
        visits[source] += 1
        asking = [edge for edge in order.ways_from(source) if visits[source] in edge.when]
        assert asking == [known[(source, target)]]
