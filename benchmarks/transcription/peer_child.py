"""Runs one transcriber in the interpreter that has it: jobs in, results out, one JSON object a line.

    python peer_child.py probe     which packages there are, one line: {"basic_pitch": "0.4.0"}
    python peer_child.py PEER      reads jobs from stdin until it ends

It stands alone: the interpreter with the peers need not have this program installed.

Job      sound      path of a sound file
         seconds    only its beginning, or null for all
         limit_s    how long it may take; who started it ends it then
Result   notes      rows of onset_s, offset_s, pitch, velocity
         trouble    empty, or what went wrong
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from functools import lru_cache
from importlib import import_module, metadata
from typing import Any

DISTRIBUTIONS = {"basic_pitch": "basic-pitch"}


@lru_cache(maxsize=1)
def basic_pitch_model() -> Any:
    """The one it comes with, by whichever runtime is there."""
    model_path = import_module("basic_pitch").ICASSP_2022_MODEL_PATH
    return import_module("basic_pitch.inference").Model(model_path)


def basic_pitch_notes(sound: str) -> list[tuple[float, float, int, float]]:
    """With its own defaults, as most people use it."""
    _, _, events = import_module("basic_pitch.inference").predict(sound, basic_pitch_model())
    return [(float(on), float(off), int(pitch), 127.0 * float(loud)) for on, off, pitch, loud, *_ in events]


TRANSCRIBERS = {"basic-pitch": basic_pitch_notes}


def run(peer: str, job: dict[str, Any]) -> dict[str, Any]:
    notes: list[tuple[float, float, int, float]] = []
    trouble = ""
    try:
        with tempfile.TemporaryDirectory() as folder:
            notes = TRANSCRIBERS[peer](_beginning(job, folder))
    except Exception as error:
        trouble = f"{type(error).__name__}: {error}".strip()
    return {"notes": notes, "trouble": trouble}


def _beginning(job: dict[str, Any], folder: str) -> str:
    """The sound file, or a shorter copy."""
    if job["seconds"] is None:
        return job["sound"]
    soundfile = import_module("soundfile")
    with soundfile.SoundFile(job["sound"]) as file:
        samples, rate_hz = file.read(int(job["seconds"] * file.samplerate)), file.samplerate
    place = os.path.join(folder, "beginning.wav")
    soundfile.write(place, samples, rate_hz)
    return place


def probe() -> dict[str, str]:
    """Versions of the packages that can be imported."""
    found = {}
    for name, distribution in DISTRIBUTIONS.items():
        try:
            import_module(name)
            found[name] = metadata.version(distribution)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
    return found


def main(peer: str) -> None:
    # Peers print what they like: only results go to the real stdout.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if peer == "probe":
        print(json.dumps(probe()), file=out, flush=True)
        return
    for line in sys.stdin:
        print(json.dumps(run(peer, json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
