"""Sum sampled notes into a stretch of sound: the inner loop of making training audio. Any thread."""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.jit import kernel

NOTE = np.dtype(
    [
        ("start", "f8"),  # samples from the stretch's beginning; negative when it began before
        ("held", "f8"),  # samples until the damper falls
        ("speed", "f8"),  # samples of the recording per sample of the stretch
        ("release", "f8"),  # samples in which a damped note falls to 1/e
        ("gain", "f4"),
        ("key", "i4"),
        ("layer", "i4"),
    ]
)
SILENT = 1e-4  # a damped note is over when this little of it is left


@kernel
def mix(notes, samples, scales, out):
    """Add every note to ``out`` (float32). ``samples`` is (key, layer, sample) int16, ``scales`` (key, layer)."""
    length = samples.shape[2]
    for index in range(len(notes)):
        note = notes[index]
        gain = note.gain * scales[note.key, note.layer]
        recorded = samples[note.key, note.layer]
        first = int(np.ceil(note.start))
        if first < 0:
            first = 0
        damp = np.exp(-1.0 / note.release)
        damped = 1.0
        damper_at = note.start + note.held
        if first > damper_at:
            damped = np.exp(-(first - damper_at) / note.release)
        for place in range(first, len(out)):
            read = (place - note.start) * note.speed
            whole = int(read)
            if whole + 1 >= length:
                break
            if place > damper_at:
                damped *= damp
                if damped < SILENT:
                    break
            part = read - whole
            out[place] += gain * damped * ((1.0 - part) * recorded[whole] + part * recorded[whole + 1])
