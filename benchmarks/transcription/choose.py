"""Chooses the thresholds of notes, on pieces and a piano that training never had.

    python -m repetiteur.benchmarks.transcription.choose --data TRAINING --sounds SOUNDS
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from repetiteur.benchmarks.transcription.sweep import Told, Tried, try_out, tune
from repetiteur.benchmarks.transcription_metrics import Notes
from repetiteur.models.encoder.heads import HOP_S, SAMPLE_RATE_HZ
from repetiteur.realtime.hearing.thresholds import DEFAULTS

QUESTIONS, SEED = 60, 11  # other excerpts than those of the examinations
FIRST_S, LAST_S = 1.0, 11.6  # of each excerpt: what begins before or after that does not count


def told(data: Path, sounds: Path) -> list[Told]:
    """What the shipped encoder says about the excerpts, every other one in a made-up room."""
    from repetiteur.bridges.hearing import load_encoder
    from repetiteur.bridges.training.lessons import lessons_from_folders
    from repetiteur.models.encoder.examination import questions
    from repetiteur.models.encoder.spectra import Spectra
    from repetiteur.models.studio.mixing import NumbaMixer

    lessons, encoder = lessons_from_folders(data, sounds), load_encoder()
    lead_in = Spectra.context_samples
    mixer, keyboard = NumbaMixer([lessons.held_out]), lessons.held_out.keyboard
    found = []
    for question in questions(lessons.examined(), keyboard, mixer, QUESTIONS, lead_in, SEED):
        encoder.reset()
        evidence = encoder.hear(question.sound)
        begin_s = lead_in / SAMPLE_RATE_HZ
        evidence[: round((begin_s + FIRST_S) / HOP_S)] = 0
        evidence[round((begin_s + LAST_S + 0.2) / HOP_S) :] = 0
        notes = question.notes
        notes = notes[(notes["onset_s"] > FIRST_S) & (notes["onset_s"] < LAST_S)]
        found.append(Told(evidence, _true(notes, begin_s)))
    return found


def _true(notes: np.ndarray, begin_s: float) -> Notes:
    velocity = notes["velocity"].astype(float)
    return Notes(notes["onset_s"] + begin_s, notes["offset_s"] + begin_s, notes["pitch"], velocity)


def _line(name: str, tried: Tried) -> str:
    return (
        f"{name:<8} confirmed {tried.confirmed.onsets.f1:.3f}, with offset {tried.confirmed.whole.f1:.3f}, "
        f"provisional {tried.provisional.onsets.f1:.3f}: {tried.thresholds}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Choose the thresholds of notes.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of training performances")
    parser.add_argument("--sounds", type=Path, default=Path("sounds"), help="the sampled instruments")
    args = parser.parse_args()
    takes = told(args.data, args.sounds)
    print(_line("now", try_out(takes, DEFAULTS)))
    print(_line("chosen", tune(takes)))


if __name__ == "__main__":
    main()
