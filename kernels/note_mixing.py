"""Sum sampled notes into a stretch of sound: the inner loop of making training audio. Any thread."""

from __future__ import annotations

import numpy as np

from repetiteur.kernels.jit import kernel


@kernel
def mix(notes, samples, scales, inaudible, out):
    """Add every note to ``out`` (float32).

    ``notes`` has fields start, held and release (samples of ``out``), speed (recorded samples to one of
    ``out``), gain, recording and layer; ``samples`` is (recording, layer, sample) int16, ``scales``
    (recording, layer). A damped note is over when only the share ``inaudible`` of it is left.
    """
    length = samples.shape[2]
    for index in range(len(notes)):
        note = notes[index]
        recorded = samples[note.recording, note.layer]
        gain = np.float32(note.gain * scales[note.recording, note.layer])
        damper_at = note.start + note.held
        first = max(0, int(np.ceil(note.start)))
        last = min(len(out), int(np.ceil(note.start + (length - 1) / note.speed)))
        held_until = max(first, min(last, int(np.ceil(damper_at))))
        for place in range(first, held_until):
            read = (place - note.start) * note.speed
            whole = np.int32(read)
            part = np.float32(read - whole)
            here, there = np.float32(recorded[whole]), np.float32(recorded[whole + 1])
            out[place] += gain * (here + part * (there - here))
        last = min(last, int(np.ceil(damper_at - np.log(inaudible) * note.release)))
        damp = np.exp(-1.0 / note.release)
        left = gain * np.exp(-(held_until - damper_at) / note.release)
        for place in range(held_until, last):
            read = (place - note.start) * note.speed
            whole = np.int32(read)
            part = np.float32(read - whole)
            here, there = np.float32(recorded[whole]), np.float32(recorded[whole + 1])
            out[place] += left * (here + part * (there - here))
            left *= damp
