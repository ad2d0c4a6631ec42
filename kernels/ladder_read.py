"""The Ladder's way from what is heard and written to probabilities: every column and every scale is here.

Called by the thread of the follower, and in training.
"""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.beam import ORNAMENTAL
from repetiteur.kernels.jit import inline, kernel
from repetiteur.kernels.rungs import climb

NOT_A_NOTE, STRAY, ORNAMENT, MATCHED = range(4)  # how the follower reads a trace
NO_NOTE = NO_KEY = -1
PERFORMANCE_COLUMNS, SCORE_COLUMNS = 15, 14
SOFT = np.float32(2e-3)  # added to probabilities before their logarithm
MIDDLE_PITCH, TWO_OCTAVES = np.float32(60.0), np.float32(24.0)


@kernel
def fill_readings(traces, remembered, meanings, passes, written, reading, link):
    """How the follower reads each trace, and which written key he takes it for. ``remembered``: ids of the
    last notes, and what each was taken for."""
    for n in range(len(traces)):
        note = traces[n].note
        link[n] = NO_KEY
        reading[n] = NOT_A_NOTE if note == NO_NOTE else STRAY  # unless more is known
        for place in range(len(remembered)):
            if remembered[place] != note or note == NO_NOTE:
                continue
            meant = meanings[place]
            if meant >= 0:
                reading[n] = MATCHED
                for row in range(len(written)):
                    if written[row].key == meant and written[row].which_pass == passes[place]:
                        link[n] = row
            elif meant == ORNAMENTAL:
                reading[n] = ORNAMENT


@inline
def _logit(share):
    return np.log((share + SOFT) / (np.float32(1.0) - share + SOFT)) / np.float32(3.0)


@inline
def _stand(pitch, ago_s, columns, first, at):
    """Where a token stands: for the attention, and for itself."""
    height, ago_s = (np.float32(pitch) - MIDDLE_PITCH) / TWO_OCTAVES, np.float32(ago_s)
    at[0], at[1] = np.float32(pitch), ago_s
    columns[first], columns[first + 1] = height, height * height
    columns[first + 2], columns[first + 3] = ago_s, np.exp(np.float32(-4.0) * abs(ago_s))


@kernel
def fill_performance(traces, reading, now_s, fit, columns, at):
    """Of each trace; ``reading``: see ``fill_readings``. ``at``: pitch, age."""
    for n in range(len(traces)):
        trace, row = traces[n], columns[n]
        row[0], row[1], row[2] = _logit(trace.sure), _logit(trace.middle), _logit(trace.early)
        row[3], row[4], row[5] = _logit(trace.before), _logit(trace.sounds), _logit(trace.lasting)
        row[6] = _logit(trace.velocity)
        _stand(trace.pitch, now_s - trace.onset_s, row, 7, at[n])
        for way in range(STRAY, MATCHED + 1):
            row[10 + way] = reading[n] == way
        row[14] = fit


@kernel
def fill_score(written, now_s, fit, columns, at):
    """Of each written key. ``at``: pitch, and how long ago it was due."""
    for n in range(len(written)):
        key, row = written[n], columns[n]
        size = np.float32(key.size)
        _stand(key.pitch, now_s - key.due_s, row, 0, at[n])
        row[4] = np.log(np.float32(key.lasts_s) + np.float32(0.05)) / np.float32(2.0)
        row[5], row[6], row[7], row[8] = key.heard, key.needed, key.ahead, key.newest
        row[9], row[10], row[11] = size / np.float32(5.0), key.rank / size, key.sounded / size
        row[12] = key.rank == 0 or key.rank == key.size - 1
        row[13] = fit


@inline
def _share(logit):
    return np.float32(1.0) / (np.float32(1.0) + np.exp(-logit))


@kernel
def read_view(weights, room, traces, reading, link, written, now_s, fit):
    """``room.told`` becomes the logits. What is described, if anything, is in the room already."""
    fill_performance(traces, reading, now_s, fit, room.columns[0], room.at[0])
    fill_score(written, now_s, fit, room.columns[1], room.at[1])
    for n in range(len(traces)):
        room.link[n] = link[n]
    climb(weights, room, len(traces), len(written))


@kernel
def probabilities(told, votes_of_one, played, struck, extra, here):
    """From logits (stream, rows, 3) to shares: of the written ones that they were played, of the traces that
    they were struck, and struck unwritten; where the player is. Gives the share of being elsewhere: ``here``
    and this come to 1, and each trace has so many votes for the latter."""
    elsewhere = np.float32(0.0)
    for n in range(len(struck)):
        struck[n], extra[n] = _share(told[0, n, 0]), _share(told[0, n, 1])
        elsewhere += told[0, n, 2]
    elsewhere *= np.float32(votes_of_one)
    highest = elsewhere
    for n in range(len(played)):
        played[n] = _share(told[1, n, 0])
        highest = max(highest, told[1, n, 2])
    elsewhere = np.exp(elsewhere - highest)
    total = elsewhere
    for n in range(len(here)):
        here[n] = np.exp(told[1, n, 2] - highest)
        total += here[n]
    for n in range(len(here)):
        here[n] /= total
    return elsewhere / total
