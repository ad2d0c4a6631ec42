"""Where quarters are counted from: the first downbeat, so that a pickup lies before 0."""

from __future__ import annotations

from dataclasses import replace

from repetiteur.realtime.score import PlayOrder, Score, Segment


def count_from_first_downbeat(score: Score) -> Score:
    """Shift every place by the length of the pickup, if there is one.

    This is how partitura and the alignments in use count, so places agree with theirs.
    """
    if score.bars["missing_q"][0] <= 0.0:
        return score
    pickup_q = float(score.bars["end_q"][0] - score.bars["start_q"][0])
    notes, bars, tempi = score.notes.copy(), score.bars.copy(), score.tempi.copy()
    notes["onset_q"] -= pickup_q
    bars["start_q"] -= pickup_q
    bars["end_q"] -= pickup_q
    tempi["q"] -= pickup_q
    order = score.play_order
    segments = tuple(Segment(part.start_q - pickup_q, part.end_q - pickup_q) for part in order.segments)
    return replace(
        score,
        notes=notes,
        bars=bars,
        tempi=tempi,
        fermatas=score.fermatas - pickup_q,
        marks=tuple(replace(mark, q=mark.q - pickup_q) for mark in score.marks),
        turns=tuple(replace(turn, q=turn.q - pickup_q) for turn in score.turns),
        play_order=PlayOrder(segments, order.edges, order.notated),
    )
