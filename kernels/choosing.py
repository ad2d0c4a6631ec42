"""Which branches of a note survive."""

from __future__ import annotations

import math

import numpy as np

from repetiteur.kernels.beam import FURTHER, ONWARD, SEED, WIDTH
from repetiteur.kernels.jit import inline, kernel

OUTSHONE = 8.0  # nats by which another way to the same place replaces the player's own


@inline
def _digest(beam, out, i, t):
    """A number that is the same for two branches that lead to the same state."""
    h = out.parent[i]
    kind = out.kind[i]
    heard = beam.ring_heard[h, 0]
    began = beam.anchor[h]
    if kind == FURTHER and out.slot[i] == 0:
        heard |= np.int64(1) << out.bit[i]
    elif kind in (ONWARD, SEED):
        heard = np.int64(1) << out.bit[i]
        began = t
    value = np.int64(out.chord[i]) * 1000003 + heard * 8191 + np.int64(beam.travel[h] * 4.0) * 131071
    if not math.isnan(began):
        value += np.int64(began * 20.0) * 7919
    if kind == ONWARD:
        value += (out.ways[i, 0] * 64 + out.ways[i, 1] + 65) * 524287
    return value


@inline
def _stays(beam, out, i, root):
    """Whether a branch came to its place without a fresh start since ``root``."""
    return out.kind[i] != SEED and beam.root[out.parent[i]] == root


@kernel
def choose(beam, out, t, root):
    """Pick the WIDTH best distinct branches into ``out.chosen``; returns how many.

    Of two branches that lead to the same state one stays: that of the ``root`` now shown
    if there is one (a fresh start at the place one has reached anyway is none) unless the
    other explains the way there far better, else the better; with the better's probability
    in either case. The best of that root always stays.
    """
    logps, chosen, digests = out.logp, out.chosen, out.digest
    kept = 0
    own, own_kept = -1, False
    for i in range(out.count[0]):
        logp = logps[i]
        stays = _stays(beam, out, i, root)
        if stays and (own < 0 or logp > logps[own]):
            own = i
        if kept == WIDTH and logp <= logps[chosen[kept - 1]]:
            continue
        digest = _digest(beam, out, i, t)
        same = -1
        for k in range(kept):
            if digests[k] == digest:
                same = k
                break
        if same >= 0:
            other = chosen[same]
            other_stays = _stays(beam, out, other, root)
            if logp <= logps[other]:
                if stays and not other_stays and logps[other] - logp < OUTSHONE:
                    logps[i] = logps[other]
                    chosen[same] = i
                continue
            if other_stays and not stays and logp - logps[other] < OUTSHONE:
                logps[other] = logp
                i = other
            k = same
        elif kept < WIDTH:
            k = kept
            kept += 1
        else:
            k = kept - 1
        while k > 0 and logps[chosen[k - 1]] < logp:
            chosen[k] = chosen[k - 1]
            digests[k] = digests[k - 1]
            k -= 1
        chosen[k] = i
        digests[k] = digest
    for k in range(kept):
        own_kept = own_kept or _stays(beam, out, chosen[k], root)
    if own >= 0 and not own_kept:
        chosen[kept - 1] = own
    return kept
