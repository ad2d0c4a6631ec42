"""Other ways through a score than the printed one: a loop, or no repeats."""

from __future__ import annotations

from itertools import pairwise

from repetiteur.realtime.score import END, Edge, EdgeKind, PlayOrder, Score, Segment

ALWAYS = tuple(range(1, 61))


def looped(score: Score, first_bar: int, last_bar: int) -> PlayOrder:
    """From one bar to the end of another over and over; leaving it stays possible."""
    start, stop = float(score.bars["start_q"][first_bar]), float(score.bars["end_q"][last_bar])
    cuts = sorted({score.start_q, start, stop, score.end_q})
    segments = tuple(Segment(a, b) for a, b in pairwise(cuts))
    loop = next(k for k, segment in enumerate(segments) if abs(segment.start_q - start) < 1e-9)
    edges = []
    for k in range(len(segments)):
        target = k + 1 if k + 1 < len(segments) else END
        edges.append(Edge(k, target, EdgeKind.ON, () if k == loop else ALWAYS))
    edges.append(Edge(loop, loop, EdgeKind.REPEAT, ALWAYS))
    return PlayOrder(segments, tuple(edges), tuple(range(len(segments))))


def without_repeats(order: PlayOrder) -> PlayOrder:
    """Expect each stretch once: the last notated visit is the first. Repeats stay possible."""
    last_visit = {segment: order.notated.count(segment) for segment in order.notated}
    edges = []
    for edge in order.edges:
        visits = last_visit.get(edge.source, 1)
        asked = any(visit >= visits for visit in edge.when)
        edges.append(Edge(edge.source, edge.target, edge.kind, ALWAYS if asked else ()))
    taken: list[int] = []
    at = order.notated[0] if order.notated else END
    while at != END and len(taken) <= len(order.segments):
        taken.append(at)
        onward = [edge.target for edge in edges if edge.source == at and edge.when]
        at = next((target for target in onward if target not in taken), END)
    return PlayOrder(order.segments, tuple(edges), tuple(taken))
