"""The columns of every table, once for the terminal and the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repetiteur.benchmarks.note_metrics import Count
from repetiteur.benchmarks.summary import Summary


@dataclass(frozen=True, slots=True)
class Column:
    head: str
    about: str
    cell: Callable[[Summary], str]


def percent(share: float) -> str:
    return f"{share * 100:.1f}"


def ms(value: float) -> str:
    return "-" if math.isnan(value) else "∞" if math.isinf(value) else f"{value:.0f}"


def f1(*counts: Count) -> str:
    """F1 values side by side; a dash where there was nothing to find and nothing was claimed."""
    return " ".join(
        f"{item.f1:.3f}".removeprefix("0") if item.true or item.predicted else "-" for item in counts
    )


POSITION = (
    Column("onsets", "score onsets scored", lambda s: str(s.position.onsets)),
    Column("≤25", "% of onsets arrived within 25 ms", lambda s: percent(s.position.within_25)),
    Column("≤50", "within 50 ms", lambda s: percent(s.position.within_50)),
    Column("≤100", "within 100 ms", lambda s: percent(s.position.within_100)),
    Column("≤300", "within 300 ms", lambda s: percent(s.position.within_300)),
    Column("≤1000", "within 1 s", lambda s: percent(s.position.within_1000)),
    Column("median", "median absolute arrival error, ms", lambda s: f"{s.position.median_ms:.1f}"),
    Column("mean", "mean, never reached counting 5 s, ms", lambda s: ms(s.position.mean_ms)),
    Column("lost%", "% of onsets displayed over 2 s off", lambda s: f"{s.position.lost_share * 100:.2f}"),
    Column(">1%", "takes with more than 1 % of onsets lost", lambda s: str(s.takes_over_1_percent_lost)),
    Column("got", "takes lost for 5 s or longer", lambda s: str(s.position.got_lost)),
    Column("ended", "takes lost at the end", lambda s: str(s.position.ended_lost)),
    Column("tracked", "takes tracked by the 30 s windows", lambda s: f"{s.tracked}/{s.takes}"),
    Column("moves", "wrong moves of more than a beat", lambda s: str(s.wrong_moves)),
)

LABELS = (
    Column("match", "F1 as the table has it; fair; fair and in time",
           lambda s: f1(s.verdicts.match, s.verdicts.fair_match, s.verdicts.live_match)),
    Column("insertion", "F1 of notes without a match: as the table has it; fair; fair and in time",
           lambda s: f1(s.verdicts.insertion, s.verdicts.fair_insertion, s.verdicts.live_insertion)),
    Column("deletion", "F1 of notes called missed: as the table has it; fair; fair and in time",
           lambda s: f1(s.verdicts.deletion, s.verdicts.fair_deletion, s.verdicts.live_deletion)),
    Column("flagged", "F1 of notes called extra or wrong, fair", lambda s: f1(s.verdicts.flagged)),
    Column("missed 50", "F1 of missed notes by pitch within 50 ms of when they were due",
           lambda s: f1(s.verdicts.missed_50)),
    Column("extra 50", "F1 of extra notes by pitch within 50 ms", lambda s: f1(s.verdicts.extra_50)),
)  # fmt: skip

BEHAVIOUR = (
    Column("alarms", "false alarms per 100 notes, those about ornaments apart",
           lambda s: f"{s.alarms_per_100:.2f}"),
    Column("ornaments", "verdicts on notes of printed ornaments per 100 notes",
           lambda s: f"{100 * s.verdicts.ornament_alarms / max(s.verdicts.played, 1):.2f}"),
    Column("inside", "standing mistakes inside marked error regions",
           lambda s: f"{s.verdicts.marked_inside}/{s.verdicts.marked}" if s.verdicts.marked else "-"),
    Column("taken back", "verdicts retracted", lambda s: str(s.retracted)),
    Column("extra ms", "delay of right extra verdicts, p50 and p90",
           lambda s: f"{ms(s.extra_delay_p50_ms)} {ms(s.extra_delay_p90_ms)}"),
    Column("missed ms", "delay of right missed verdicts, p50 and p90",
           lambda s: f"{ms(s.missed_delay_p50_ms)} {ms(s.missed_delay_p90_ms)}"),
    Column("µs/note", "CPU time of a note, p50 and p99", lambda s: f"{s.cpu_p50_us:.0f} {s.cpu_p99_us:.0f}"),
    Column("doubts", "doubts about the measuring itself", lambda s: str(s.doubts)),
)  # fmt: skip

BY_EAR_POSITION = (
    *POSITION[:4],
    Column("≤200", "within 200 ms", lambda s: percent(s.position.within_200)),
    *POSITION[4:7],
    Column("bias", "median signed error of the onsets that were reached, ms; late is positive",
           lambda s: ms(s.position.bias_ms)),
    *POSITION[7:],
)  # fmt: skip

BY_EAR_BEHAVIOUR = (
    *BEHAVIOUR[:-2],
    Column("µs/10 ms", "CPU time of 10 ms of sound, ears and all, p50 and p99",
           lambda s: f"{s.cpu_p50_us:.0f} {s.cpu_p99_us:.0f}"),
    BEHAVIOUR[-1],
)  # fmt: skip

Tables = Sequence[tuple[str, Sequence[Column]]]

TABLES: Tables = (
    ("Where the player is: % of score onsets arrived within ms", POSITION),
    ("What was right, F1: as the table has it, fair, fair and in time", LABELS),
    ("How verdicts come", BEHAVIOUR),
)
BY_EAR_TABLES: Tables = (
    ("From sound, where the player is: % of score onsets arrived within ms", BY_EAR_POSITION),
    ("From sound, what was right, F1: as the table has it, fair, fair and in time", LABELS),
    ("From sound, how verdicts come", BY_EAR_BEHAVIOUR),
)
