"""Which branches of a note survive."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.beam import DIGESTS, FURTHER, NO_KEY, ONWARD, SEED, WIDTH
from repetiteur.kernels.jit import inline, kernel

OUTSHONE = 8.0  # nats by which another way to the same place replaces the player's own


@inline
def _digest(beam, branch, t):
    """A number that is the same for two branches that lead to the same state."""
    parent = beam.hypotheses[branch.parent]
    heard = parent.ring[0].heard
    began = parent.anchor
    if branch.kind == FURTHER and branch.slot == 0:
        heard |= np.int64(1) << branch.bit
    elif branch.kind == ONWARD or branch.kind == SEED:
        heard = np.int64(0) if branch.bit == NO_KEY else np.int64(1) << branch.bit
        began = t
    value = branch.chord * 1000003 + heard * 8191 + np.int64(parent.travel * 4.0) * 131071
    if not math.isnan(began):
        value += np.int64(began * 20.0) * 7919
    if branch.kind == ONWARD:
        value += (branch.way0 * 64 + branch.way1 + 65) * 524287
    return value


@inline
def _stays(beam, branch, root):
    """Whether a branch came to its place without a fresh start since ``root``."""
    return branch.kind != SEED and beam.hypotheses[branch.parent].root == root


@inline
def _put(out, k, i, logp, digest):
    """Branch ``i`` moves up from place ``k`` of the chosen past those less likely."""
    chosen = out.chosen
    while k > 0 and chosen[k - 1].logp < logp:
        chosen[k].branch = chosen[k - 1].branch
        chosen[k].logp = chosen[k - 1].logp
        chosen[k].digest = chosen[k - 1].digest
        k -= 1
    chosen[k].branch = i
    chosen[k].logp = logp
    chosen[k].digest = digest


@inline
def clear(out):
    """No branches yet, none chosen."""
    counts = out.counts[0]
    counts.branches = counts.considered = counts.chosen = 0
    counts.own = -1
    out.digests[:] = 0


@inline
def floor(out, stays):
    """Log probability below which no further branch survives, of those that stay on the root shown or not."""
    counts = out.counts[0]
    if counts.chosen < WIDTH:
        return -math.inf
    lowest = out.chosen[WIDTH - 1].logp
    if stays and counts.own >= 0:
        lowest = min(lowest, out.branches[counts.own].logp)
    return lowest


@kernel
def choose(beam, out, t, root):
    """Go on picking the WIDTH best distinct branches into ``out.chosen``, from those not yet considered.

    Of two branches that lead to the same state one stays: that of the ``root`` now shown
    if there is one (a fresh start at the place one has reached anyway is none) unless the
    other explains the way there far better, else the better; with the better's probability
    in either case.
    """
    branches, chosen, digests, counts = out.branches, out.chosen, out.digests, out.counts[0]
    kept = counts.chosen
    for i in range(counts.considered, counts.branches):
        branch = branches[i]
        logp = branch.logp
        stays = _stays(beam, branch, root)
        if stays and (counts.own < 0 or logp > branches[counts.own].logp):
            counts.own = i
        if kept == WIDTH and logp <= chosen[kept - 1].logp:
            continue
        digest = _digest(beam, branch, t)
        same = -1
        if digests[digest & (DIGESTS - 1)] > 0:
            for k in range(kept):
                if chosen[k].digest == digest:
                    same = k
                    break
        if same >= 0:
            other = chosen[same].branch
            other_stays = _stays(beam, branches[other], root)
            if logp <= chosen[same].logp:
                if stays and not other_stays and chosen[same].logp - logp < OUTSHONE:
                    branch.logp = chosen[same].logp
                    chosen[same].branch = i
                continue
            if other_stays and not stays and logp - chosen[same].logp < OUTSHONE:
                branches[other].logp = logp
                i = other
            _put(out, same, i, logp, digest)
            continue
        if kept < WIDTH:
            kept += 1
        else:
            digests[chosen[kept - 1].digest & (DIGESTS - 1)] -= 1
        digests[digest & (DIGESTS - 1)] += 1
        _put(out, kept - 1, i, logp, digest)
    counts.considered = counts.branches
    counts.chosen = kept


@kernel
def keep_own(beam, out, root):
    """The best branch that came without a fresh start always survives."""
    branches, chosen, counts = out.branches, out.chosen, out.counts[0]
    for k in range(counts.chosen):
        if _stays(beam, branches[chosen[k].branch], root):
            return
    if counts.own >= 0:
        chosen[counts.chosen - 1].branch = counts.own
