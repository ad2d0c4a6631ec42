"""How well notes are judged: labels as counted by the table, counted fairly, and as told in time.

Conventions
    As it comes   match: (score note, pass, played note) all agree. Insertion: a played note
                  without a match. Deletion: a score note called missed (or wrong).
    Unmatched     deletions as aligners are counted, which say nothing but pairs: every score
                  note of the table without a match, whatever was told of it; of two voices
                  on one key the first one told is its pair.
    Fair          the same with what ``leeway`` describes set aside on both sides.
    In time       fair, with the labels as a client saw them at a deadline: for a played note
                  ``LIVE_S`` after its onset; for a missed note ``MISSED_S`` or one beat,
                  whichever is longer, after it was due.
    Flagged       fair, but only notes *called* extra or wrong count as predicted insertions
                  (silence about a note is neither match nor mistake).
    False alarm   a standing mistake about a note that was right, after the same setting
                  aside; wrong counts once. *Shown*: also those taken back later.
    A wrong is one missed and one extra. What the table does not mention is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

import numpy as np

from repetiteur.benchmarks.heard import Heard, Told
from repetiteur.benchmarks.leeway import Name
from repetiteur.benchmarks.note_metrics import NO_COUNT, Count, Labels, count, count_near
from repetiteur.benchmarks.truth import Truth
from repetiteur.realtime.events import Match, Mistake

LIVE_S = 0.3
MISSED_S = 0.6
ANY_OF_ORNAMENT = -1  # a number for "one of the notes of this ornament"


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """Counts of one take; they add up over takes."""

    match: Count
    insertion: Count
    deletion: Count
    unmatched: Count  # deletion as aligners count it: every score note without a match, called or not
    fair_match: Count
    fair_insertion: Count
    fair_deletion: Count
    fair_unmatched: Count
    live_match: Count
    live_insertion: Count
    live_deletion: Count
    flagged: Count
    missed_50: Count  # by pitch within 50 ms of when it was due, where the labels know
    extra_50: Count  # by pitch within 50 ms
    played: int
    false_alarms: int
    shown_alarms: int
    ornament_alarms: int  # standing mistakes about notes of printed ornaments, set aside above
    marked: int  # standing mistakes in takes with marked error regions
    marked_inside: int  # of these, in a region

    def __add__(self, other: VerdictCounts) -> VerdictCounts:
        sums = (getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        return VerdictCounts(*sums)


@dataclass(frozen=True, slots=True)
class Said:
    """The labels of a stream at one view of it."""

    labels: Labels  # extra: heard notes without a match
    flagged: frozenset[int]


def count_verdicts(heard: Heard, truth: Truth) -> VerdictCounts:
    """All counts of one take."""
    final = said(heard, lambda told, _: told.stands)
    live = said(heard, lambda told, deadline_s: told.stands_at(deadline_s), truth)
    plain = known(final.labels, truth)
    fair_true, fair_final, fair_live = (
        fair(labels, truth) for labels in (truth.labels, final.labels, live.labels)
    )
    silent = known(without_match(final.labels, truth), truth)
    set_aside = _set_aside(truth)
    mistakes = [(told, told.verdict) for told in heard.told if isinstance(told.verdict, Mistake)]
    standing = [mistake for told, mistake in mistakes if told.stands]
    extra_at = [heard.onsets[m.note] for m in standing if m.note is not None and m.note in heard.number]
    missed_at = [
        (m.onset, m.expected) for m in standing if m.expected is not None and _name(m) not in truth.undecided
    ]
    is_false = alarm_test(heard, truth)
    wrongly = [told.stands for told, mistake in mistakes if is_false(mistake)]
    in_regions = _inside(standing, truth)
    return VerdictCounts(
        match=count(plain.matches, truth.labels.matches),
        insertion=count(plain.extra, truth.labels.extra),
        deletion=count(plain.missed, truth.labels.missed),
        unmatched=count(_unpaired(heard, truth), truth.labels.missed),
        fair_match=count(fair_final.matches, fair_true.matches),
        fair_insertion=count(fair_final.extra, fair_true.extra),
        fair_deletion=count(fair_final.missed, fair_true.missed),
        fair_unmatched=count(fair(silent, truth).missed, fair_true.missed),
        live_match=count(fair_live.matches, fair_true.matches),
        live_insertion=count(fair_live.extra, fair_true.extra),
        live_deletion=count(fair_live.missed, fair_true.missed),
        flagged=count(final.flagged - set_aside, fair_true.extra),
        missed_50=count_near(missed_at, truth.missed_due) if truth.missed_due else NO_COUNT,
        extra_50=count_near(extra_at, [truth.played[number] for number in truth.labels.extra]),
        played=len(truth.played),
        false_alarms=sum(wrongly),
        shown_alarms=len(wrongly),
        ornament_alarms=len(final.flagged & set_aside),
        marked=len(in_regions),
        marked_inside=sum(in_regions),
    )


def said(heard: Heard, counts: Callable[[Told, float], bool], truth: Truth | None = None) -> Said:
    """Labels from the verdicts that ``counts(told, deadline_s)`` lets through."""
    matches: set[tuple[str, int, int]] = set()
    flagged: set[int] = set()
    missed: set[Name] = set()
    for told in heard.told:
        verdict = told.verdict
        number = heard.number.get(verdict.note, None) if verdict.note is not None else None
        in_time = verdict.note in heard.onsets and counts(told, heard.onsets[verdict.note][0] + LIVE_S)
        if isinstance(verdict, Match):
            if number is not None and in_time:
                matches.add((verdict.score_note, verdict.pass_, number))
            continue
        if number is not None and in_time:
            flagged.add(number)
        name = _name(verdict)
        if name is not None and counts(told, missed_deadline_s(name, told, truth)):
            missed.add(name)
    matched = {number for _, _, number in matches}
    extra = frozenset(heard.number.values()) - matched
    return Said(Labels(frozenset(matches), extra, frozenset(missed)), frozenset(flagged - matched))


def missed_deadline_s(name: Name, told: Told, truth: Truth | None) -> float:
    """Until when a missed note may be told. Of a place nobody was at: when it was told."""
    due = truth.due.get(name) if truth is not None else None
    return told.told_s if due is None else due.at_s + max(MISSED_S, due.beat_s)


def fair(labels: Labels, truth: Truth) -> Labels:
    """The labels of either side with the leeway applied."""
    leeway = truth.leeway
    home = _homes(truth)
    true_names = {leeway.key(match[:2]) for match in truth.labels.matches}
    matches = set()
    for id_, pass_, number in labels.matches:
        name = leeway.key((id_, pass_))
        if number in leeway.disputed:
            continue
        if home.get(number) == name:
            matches.add((*name, ANY_OF_ORNAMENT))
        elif not (name[0] in leeway.optional and number in leeway.ornamental and name not in true_names):
            matches.add((*name, number))
    struck = {match[:2] for match in labels.matches}
    by_key = Counter(leeway.key(name) for name in struck)
    # of two voices on one key, one match is enough for both
    missed = {
        leeway.key(name)
        for name in known(labels, truth).missed
        if by_key[leeway.key(name)] == (name in struck)
    }
    undecided = {leeway.key(name) for name in truth.undecided}
    return Labels(
        frozenset(matches),
        labels.extra - _set_aside(truth),
        frozenset(name for name in missed if name[0] not in leeway.optional and name not in undecided),
    )


def alarm_test(heard: Heard, truth: Truth) -> Callable[[Mistake], bool]:
    """Tells of a mistake whether the note in question was right, whatever leeway there is."""
    leeway = truth.leeway
    extra = truth.labels.extra | _set_aside(truth)
    missing = {leeway.key(name) for name in truth.labels.missed | truth.undecided}

    def is_false(mistake: Mistake) -> bool:
        if mistake.note is not None:  # an extra note told with the wrong neighbour is no false alarm
            number = heard.number.get(mistake.note)
            return number is not None and number not in extra
        name = _name(mistake)
        judgeable = name is not None and name[0] in truth.listed and name[0] not in leeway.optional
        return name is not None and judgeable and leeway.key(name) not in missing

    return is_false


def extra_delays_s(heard: Heard, truth: Truth) -> np.ndarray:
    """From onset to the standing verdict, of notes rightly called extra or wrong."""
    return np.array(
        [
            told.told_s - heard.onsets[told.verdict.note][0]
            for told in heard.told
            if told.stands
            and isinstance(told.verdict, Mistake)
            and told.verdict.note is not None
            and heard.number.get(told.verdict.note) in truth.labels.extra
        ]
    )


def missed_delays_s(heard: Heard, truth: Truth) -> np.ndarray:
    """From when it was due to the standing verdict, of notes rightly called missed or wrong."""
    names = [
        (told, _name(told.verdict))
        for told in heard.told
        if told.stands and isinstance(told.verdict, Mistake)
    ]
    return np.array(
        [
            told.told_s - truth.due[name].at_s
            for told, name in names
            if name in truth.labels.missed and name in truth.due
        ]
    )


def _unpaired(heard: Heard, truth: Truth) -> frozenset[Name]:
    """Score notes of the table that no played note is paired with."""
    pair: dict[int, Name] = {}
    for told in heard.told:
        if told.stands and isinstance(told.verdict, Match):
            pair.setdefault(told.verdict.note, (told.verdict.score_note, told.verdict.pass_))
    named = {match[:2] for match in truth.labels.matches} | truth.labels.missed
    return frozenset(named - set(pair.values()) - truth.undecided)


def _name(verdict: Match | Mistake) -> Name | None:
    return None if verdict.score_note is None else (verdict.score_note, verdict.pass_)


def without_match(labels: Labels, truth: Truth) -> Labels:
    """The same with every score note of the table that has no match called missed."""
    matched = {match[:2] for match in labels.matches}
    return Labels(labels.matches, labels.extra, frozenset(truth.due.keys() - matched))


def known(labels: Labels, truth: Truth) -> Labels:
    """Without what the table says nothing about."""
    missed = {name for name in labels.missed if name[0] in truth.listed and name not in truth.undecided}
    return Labels(labels.matches, labels.extra, frozenset(missed))


def _homes(truth: Truth) -> dict[int, Name]:
    """The score note each note of an ornament belongs to: the extra ones, and the matched one."""
    home = {
        number: truth.leeway.key(name) for number, name in truth.leeway.ornamental.items() if name is not None
    }
    adorned = set(home.values())
    for id_, pass_, number in truth.labels.matches:
        name = truth.leeway.key((id_, pass_))
        if name in adorned:
            home[number] = name
    return home


def _set_aside(truth: Truth) -> frozenset[int]:
    """Played notes about which extra or not is no question."""
    return frozenset(truth.leeway.ornamental) | frozenset(_homes(truth)) | truth.leeway.disputed


def _inside(mistakes: Iterable[Mistake], truth: Truth) -> list[bool]:
    """Of each standing mistake, whether it lies in a marked region; empty where none are marked."""
    regions = truth.error_regions
    if regions is None:
        return []
    return [
        any(start - LIVE_S <= mistake.onset <= end + LIVE_S for start, end in regions) for mistake in mistakes
    ]
