"""What was heard, as tables for a terminal and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from repetiteur.benchmarks.columns import percent
from repetiteur.benchmarks.note_metrics import NO_COUNT, Count
from repetiteur.benchmarks.records import plain
from repetiteur.benchmarks.tables import print_table, short
from repetiteur.benchmarks.transcription.breakdown import Breakdown, breakdown
from repetiteur.benchmarks.transcription.listening import LATENCIES_S, Listened
from repetiteur.benchmarks.transcription.peer import PeerListened
from repetiteur.benchmarks.transcription_metrics import Heard, together

HEAD = (
    "take", "notes", "P", "R", "F1", "with offset", "velocity r", "bias ms", "spread ms",
    "P early", "R early", "F1 early", "withdrawn", "times real time",
)  # fmt: skip


def by_group(results: Sequence[Listened]) -> Iterator[tuple[str, list[Listened]]]:
    """In the order the groups first come."""
    for group in dict.fromkeys(result.take.group for result in results):
        yield group, [result for result in results if result.take.group == group]


def print_tables(results: Sequence[Listened], peers: Sequence[PeerListened]) -> None:
    """Every take and every group; how soon; where it goes wrong; beside others."""
    groups = list(by_group(results))
    print_table(
        "notes heard (early: as first told)",
        HEAD,
        [_row(short(result.take.id), [result]) for result in results],
        [_row(group, members) for group, members in groups],
    )
    print_table(
        "F1 of onsets known so many ms after they were",
        ("group", *(f"{latency_s * 1000:.0f}" for latency_s in LATENCIES_S)),
        [[group, *(_f1(count) for count in counts_by_latency(members))] for group, members in groups],
    )
    for group, members in groups:
        _print_breakdown(group, breakdown([(item.true, item.heard) for item in members]))
    if peers:
        _print_peers(groups, peers)


def counts_by_latency(results: Sequence[Listened]) -> tuple[Count, ...]:
    """Pooled over takes."""
    return tuple(sum((result.by_latency[k] for result in results), NO_COUNT) for k in range(len(LATENCIES_S)))


def as_plain(results: Sequence[Listened], peers: Sequence[PeerListened]) -> dict[str, Any]:
    """For JSON: groups and takes."""
    return {
        "latencies_s": list(LATENCIES_S),
        "groups": [
            {"name": group, **_figures(members), "breakdown": _plain_breakdown(members)}
            | {"peers": _peers_of(members, peers)}
            for group, members in by_group(results)
        ],
        "takes": [
            {"name": result.take.id, "group": result.take.group, **_figures([result])}
            | {"trouble": result.trouble, "unsettled": result.unsettled}
            | {"peers": _peers_of([result], peers)}
            for result in results
        ],
    }


def _figures(results: Sequence[Listened]) -> dict[str, Any]:
    return {
        "confirmed": figures(together([result.confirmed for result in results])),
        "provisional": figures(together([result.provisional for result in results])),
        "by_latency": [plain(count) for count in counts_by_latency(results)],
        "withdrawn": sum(result.withdrawn for result in results),
        "duration_s": sum(result.duration_s for result in results),
        "cost_s": sum(result.cost_s for result in results),
    }


def figures(heard: Heard) -> dict[str, Any]:
    """Counts with their F1, timing and dynamics."""
    return {
        "onsets": plain(heard.onsets),
        "whole": plain(heard.whole),
        "bias_s": plain(heard.bias_s),
        "spread_s": plain(heard.spread_s),
        "velocity_correlation": plain(heard.velocity_correlation),
    }


def _row(name: str, results: Sequence[Listened]) -> list[str]:
    heard = together([result.confirmed for result in results])
    early = together([result.provisional for result in results])
    cost_s = sum(result.cost_s for result in results)
    speed = sum(result.duration_s for result in results) / cost_s if cost_s else math.inf
    return [
        name,
        str(heard.onsets.true),
        *_prf(heard.onsets),
        _f1(heard.whole),
        _two(heard.velocity_correlation),
        *_timing(heard),
        *_prf(early.onsets),
        str(sum(result.withdrawn for result in results)),
        f"{speed:.1f}",
    ]


def _print_breakdown(group: str, found: Breakdown) -> None:
    print_table(
        f"{group}: where notes are missed and false",
        ("notes", "true", "missed %", "heard", "false %"),
        [
            [f"{item.by} {item.name}", str(item.true), _share(item.missed, item.true), str(item.heard),
             _share(item.false, item.heard)]
            for item in found.groups
        ],
    )  # fmt: skip
    total = sum(found.like.values())
    print_table(
        f"{group}: what the {total} false notes are like",
        ("like", "notes", "%"),
        [[name, str(many), _share(many, total)] for name, many in found.like.most_common()],
    )


def _print_peers(groups: Sequence[tuple[str, list[Listened]]], peers: Sequence[PeerListened]) -> None:
    rows = []
    for group, members in groups:
        ours = together([item.confirmed for item in members])
        rows.append([group, "repetiteur", *_prf(ours.onsets), "", _f1(ours.whole), *_timing(ours)])
        for name, theirs in _pooled(members, peers).items():
            ahead = (ours.onsets.f1 - theirs.onsets.f1) * 100
            rows.append(
                ["", name, *_prf(theirs.onsets), f"{ahead:+.1f}", _f1(theirs.whole), *_timing(theirs)]
            )
    head = ("group", "who", "P", "R", "F1", "ours ahead", "with offset", "bias ms", "spread ms")
    print_table("beside others, same files", head, rows)
    for item in peers:
        if item.trouble:
            print(f"{item.peer} on {item.take.id}: {item.trouble}")


def _pooled(members: Sequence[Listened], peers: Sequence[PeerListened]) -> dict[str, Heard]:
    ids = {item.take.id for item in members}
    names = dict.fromkeys(item.peer for item in peers)
    return {
        name: together([item.heard for item in peers if item.peer == name and item.take.id in ids])
        for name in names
    }


def _peers_of(members: Sequence[Listened], peers: Sequence[PeerListened]) -> dict[str, Any]:
    return {name: figures(heard) for name, heard in _pooled(members, peers).items()}


def _plain_breakdown(members: Sequence[Listened]) -> dict[str, Any]:
    found = breakdown([(item.true, item.heard) for item in members])
    return {"groups": [asdict(group) for group in found.groups], "false_notes": dict(found.like)}


def _prf(count: Count) -> list[str]:
    return [percent(count.precision), percent(count.recall), _f1(count)]


def _f1(count: Count) -> str:
    return percent(count.f1) if count.true else "-"


def _timing(heard: Heard) -> list[str]:
    return ["-" if math.isnan(s) else f"{s * 1000:.1f}" for s in (heard.bias_s, heard.spread_s)]


def _two(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "-"
