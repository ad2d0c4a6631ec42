"""Which story is shown, and what of it is told outside."""

from __future__ import annotations

from repetiteur.kernels.beam import MEMORY, UNMATCHED, copy_beam
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.step import step, step_here

LEAD_AFTER_PAUSE = 4.0  # nats by which a fresh start after a pause must lead to be believed
LEAD_IN_DOUBT, LEAD_WHEN_SURE = 7.0, 80.0  # and one in the flow of playing
LEAD_OVER_NEWCOMER = 5.0  # the same over a story that is itself a fresh start ...
SETTLING_NOTES = 24  # ... and has not lasted this long; twice as long, and it is as good as any
DOUBTFUL_FIT, SURE_FIT = 0.6, 0.8  # while so much of the recent notes fits where the player was
LEAP, LEAP_LEAD = 4, 3.0  # chords, and nats by which a story that leaves so many out must lead
PROOF_NOTES, PROOF_SHARE = 4, 0.7  # what a fresh start must explain, of the notes since it began
PROOF_AFTER_PAUSE = 3  # so many notes do after a pause


@inline
def _proven(story, number, notes):
    """Whether a story's fresh start explains enough notes, and most of those since, up to ``number``."""
    heard = min(number - story.since + 1, MEMORY)
    matched = 0
    for n in range(number - heard + 1, number + 1):
        if story.meaning[n % MEMORY] >= 0:
            matched += 1
    return matched >= notes and matched >= PROOF_SHARE * heard


@inline
def _explained(story, since, number):
    """Share of the notes ``since`` up to ``number`` that have a place in a story."""
    heard = min(number - since + 1, MEMORY)
    matched = 0
    for n in range(number - heard + 1, number + 1):
        if story.meaning[n % MEMORY] != UNMATCHED:
            matched += 1
    return matched / heard


@inline
def _steadier(beam, k, here):
    """Hypothesis ``k``, or one nearly as likely that does not leap ahead of where the player was."""
    stories = beam.hypotheses
    best = stories[k]
    if best.chord < here + LEAP:
        return k
    for other in range(k + 1, beam.size[0]):
        story = stories[other]
        if best.logp - story.logp >= LEAP_LEAD:
            break
        if story.root == best.root and here <= story.chord < here + LEAP:
            return other
    return k


@inline
def _choose(beam, root, number, pause, here):
    """The best hypothesis that came here without a fresh start, unless one leads clearly.

    A player who has jumped stops fitting where he was. One who still fits there but fits
    better elsewhere is more likely in music that repeats itself. ``pause``: number of the last note
    that came after a hesitation.
    """
    stories = beam.hypotheses
    for k in range(beam.size[0]):
        if stories[k].root != root:
            continue
        k = _steadier(beam, k, here)
        own = stories[k]
        began = stories[0].since
        sure = (_explained(own, began, number) - DOUBTFUL_FIT) / (SURE_FIT - DOUBTFUL_FIT)
        paused = began - 1 <= pause <= began + 1
        in_doubt = LEAD_AFTER_PAUSE if paused else LEAD_IN_DOUBT
        needed = in_doubt + (LEAD_WHEN_SURE - in_doubt) * min(max(sure, 0.0), 1.0)
        settled = (number - own.since - SETTLING_NOTES) / SETTLING_NOTES
        needed = LEAD_OVER_NEWCOMER + (needed - LEAD_OVER_NEWCOMER) * min(max(settled, 0.0), 1.0)
        leads = stories[0].logp - own.logp >= needed
        notes = PROOF_AFTER_PAUSE if paused else PROOF_NOTES
        return 0 if leads and _proven(stories[0], number, notes) else k
    return 0


@kernel
def show(beam, k, score, shown):
    """Copy hypothesis ``k`` to where it is looked at from outside (one record, as words).

    Returns of it: place in the beam, root, chord, that chord's nominal seconds and those of
    the next, anchor, pace, fit, travel and pass.
    """
    for word in range(len(shown)):
        shown[word] = beam.words[k, word]
    own = beam.hypotheses[k]
    chords = score.chords
    following = min(own.chord + 1, len(chords) - 1)
    return (
        k, own.root, own.chord, chords[own.chord].s, chords[following].s,
        own.anchor, own.pace, own.fit, own.travel, own.ring[0].which_pass,
        own.slack, own.doubt,
    )  # fmt: skip


@kernel
def hear(
    old, new, score, searched, out, shown, n, pitch, t, entry_bonus, here, root, next_root, pause, begun
):
    """Note n: one ``step``, and what is shown after it; returns how many roots were given, and ``show``'s."""
    roots = step(old, new, score, searched, out, n, pitch, t, entry_bonus, here, root, next_root, begun)
    return roots, show(new, _choose(new, root, n, pause, here), score, shown)


@kernel
def take_up(believed, k, beam, score, shown):
    """``beam`` becomes a copy of ``believed``, and its hypothesis ``k`` is shown, as by ``show``."""
    copy_beam(believed, beam)
    return show(beam, k, score, shown)


@kernel
def foresee(old, new, score, out, shown, n, pitch, t, here, root, pause):
    """Note n, which may turn out to be none: one ``step_here``, and what is shown then, as by ``show``."""
    step_here(old, new, score, out, n, pitch, t, root)
    return show(new, _choose(new, root, n, pause, here), score, shown)
