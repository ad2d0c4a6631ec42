"""From printed signs in ticks to the play order, with bar labels in the doubts."""

from __future__ import annotations

import numpy as np

from repetiteur.bridges.scores.doubts import Doubts
from repetiteur.bridges.scores.written import Written
from repetiteur.realtime.playorder import play_order
from repetiteur.realtime.score import PlayOrder
from repetiteur.realtime.signs import Jump, RepeatEnd, Signs, Volta


def order_of(written: Written, bars: np.ndarray, labels: tuple[str, ...], doubts: Doubts) -> PlayOrder:
    per_quarter = written.ticks_per_quarter
    signs = written.signs
    order, troubles = play_order(
        Signs(
            end_q=float(bars["end_q"][-1]),
            repeat_starts=_quarters(signs.repeat_starts, per_quarter),
            repeat_ends=tuple(
                RepeatEnd(tick / per_quarter, times) for tick, times in sorted(signs.repeat_ends.items())
            ),
            voltas=tuple(
                Volta(volta.start_tick / per_quarter, volta.end_tick / per_quarter, volta.numbers)
                for volta in sorted(signs.voltas, key=lambda volta: (volta.start_tick, volta.end_tick))
            ),
            jumps=tuple(
                Jump(jump.kind, tick / per_quarter, jump.until) for tick, jump in sorted(signs.jumps.items())
            ),
            segnos=_quarters(signs.segnos, per_quarter),
            to_codas=_quarters(signs.to_codas, per_quarter),
            codas=_quarters(signs.codas, per_quarter),
            fines=_quarters(signs.fines, per_quarter),
        )
    )
    for trouble in troubles:
        bar = max(int(np.searchsorted(bars["start_q"], trouble.q + 1e-6, side="right")) - 1, 0)
        doubts.bar(labels[bar], trouble.what, trouble.serious)
    return order


def _quarters(ticks: set[int], per_quarter: int) -> tuple[float, ...]:
    return tuple(tick / per_quarter for tick in sorted(ticks))
