"""Runs one of matchmaker's followers on sound, in the interpreter that has it. See ``child.py``, which
must lie beside it, for how it is asked and what it answers.

    python sound_child.py probe     which packages there are
    python sound_child.py PEER      reads jobs from stdin until it ends

Job      score       rows as in ``child.py``, the beats being quarters
         quarter_bpm the tempo printed first, or null for what the peer supposes then
         sound       path of a sound file
         seconds     only its beginning, or null for all
         soundfont   what plays the score to the peers that want to hear it; null: fluidsynth's own
         limit_s     give up after so long; what was reported until then stands
Result   as there; places are in quarters

A step's input exists when its hop of samples is over. The first hop makes no step: the peer's own
stream swallows it too. Sound is resampled beforehand, at no cost and without delay.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from typing import Any

if __package__:
    from repetiteur.benchmarks.peers import child
else:  # run by its path, beside it
    import child

BEATS, BEAT_TYPE = 4, 4  # a beat is a quarter
STEPS = "CCDDEFFGGAAB"
ALTERS = (0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0)
WARM_UP_S = 2.0
SUPPOSED_BPM = 120.0  # what it takes for a score without a tempo
VELOCITY = 64


def follow(method: str, job: child.Job, steps: child.Steps) -> None:
    matchmaker = import_module("matchmaker")
    partitura: Any = import_module("partitura")
    np = import_module("numpy")
    end = import_module("matchmaker.io.stream").STREAM_END
    part, first_q = part_of(job, partitura)

    def play(what: Any, bpm: Any = 60.0, samplerate: int = 44_100, **_: Any) -> Any:
        return sounding(notes_of(what, bpm), samplerate, job["soundfont"])

    feed = child.Feed(end)
    load, save = partitura.load_score, partitura.save_wav_fluidsynth
    partitura.load_score = lambda *_, **__: partitura.score.Score([part])
    partitura.save_wav_fluidsynth = play
    try:
        maker = matchmaker.Matchmaker(
            "given", input_type="audio", method=method, stream=feed, tempo=job["quarter_bpm"] or SUPPOSED_BPM,
            unfold_score=False,
        )  # fmt: skip
    finally:
        partitura.load_score, partitura.save_wav_fluidsynth = load, save
    hop, rate_hz, processor = maker.hop_length, maker.sample_rate, maker.processor
    sound = read_sound(job, rate_hz)
    kept = getattr(processor, "n_fft", 2 * hop) - hop
    before = np.zeros(kept, np.float32)
    cost = []
    hops = -(-len(sound) // hop)
    sound = np.pad(sound, (0, hops * hop - len(sound)))
    for number in range(hops):
        window = np.concatenate((before, sound[number * hop : (number + 1) * hop]))
        began_s = time.thread_time()
        item = processor((window, max(number - 1, 0) * hop / rate_hz))
        cost.append(time.thread_time() - began_s)
        before = window[-kept:]
        if number:
            feed.items.append(item)
    maker.score_follower.queue = feed
    for beat in maker.score_follower.run(verbose=False):
        spent_s = time.thread_time() - feed.began_s
        hop_number, stamp_s = feed.taken + 1, feed.items[feed.taken][1]
        steps.add((hop_number + 1) * hop / rate_hz, cost[hop_number] + spent_s, stamp_s, beat + first_q)


def part_of(job: child.Job, partitura: Any) -> tuple[Any, float]:
    """The score as partitura has scores, and the quarter it begins with. No grace notes: the peers
    leave them out themselves."""
    made = partitura.score
    part = made.Part("given", quarter_duration=child.DIVISIONS)
    part.add(made.TimeSignature(BEATS, BEAT_TYPE), 0)
    rows = [row for row in job["score"] if not row[6]]
    first_q = min(row[2] for row in rows)
    for number, (_, _, onset_q, lasts_q, pitch, voice, _) in enumerate(rows):
        start = round((onset_q - first_q) * child.DIVISIONS)
        key = pitch % 12
        note = made.Note(STEPS[key], pitch // 12 - 1, ALTERS[key], id=f"s{number}", voice=max(voice, 1))
        part.add(note, start, start + max(round(lasts_q * child.DIVISIONS), 1))
    return part, first_q


def notes_of(what: Any, bpm: Any) -> list[tuple[float, float, int]]:
    """Onset and end in s, and pitch: of a performance, or of a score at that tempo."""
    table = what.note_array()
    if "onset_sec" in table.dtype.names:
        return [(float(row["onset_sec"]), float(row["onset_sec"] + row["duration_sec"]), int(row["pitch"]))
                for row in table]  # fmt: skip
    np = import_module("numpy")
    beat_s = 60.0 / float(np.asarray(bpm).reshape(-1)[-1])  # one tempo for all; the last of (beat, bpm)
    first = float(table["onset_beat"].min())
    return [
        ((float(row["onset_beat"]) - first) * beat_s,
         (float(row["onset_beat"] + row["duration_beat"]) - first) * beat_s, int(row["pitch"]))
        for row in table
    ]  # fmt: skip


def sounding(notes: list[tuple[float, float, int]], rate_hz: int, soundfont: str | None) -> Any:
    """Notes as sound, by the program fluidsynth: its Python binding would fetch a soundfont."""
    mido = import_module("mido")
    np = import_module("numpy")
    timed = [(on, 1, pitch) for on, _, pitch in notes] + [(off, 0, pitch) for _, off, pitch in notes]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    last = 0
    for time_s, down, pitch in sorted(timed):
        tick = round(time_s * 1000)
        track.append(mido.Message("note_on", note=pitch, velocity=VELOCITY * down, time=tick - last))
        last = tick
    midi = mido.MidiFile(ticks_per_beat=1000)
    midi.tracks.append(track)
    with tempfile.TemporaryDirectory() as folder:
        score, wave = os.path.join(folder, "score.mid"), os.path.join(folder, "score.wav")
        midi.save(score)
        fonts = [soundfont] if soundfont else []
        command = ["fluidsynth", "-n", "-i", "-q", "-r", str(rate_hz), "-F", wave, *fonts, score]
        subprocess.run(command, check=True, capture_output=True)
        samples, _ = import_module("soundfile").read(wave, dtype="float32", always_2d=True)
    return np.mean(samples, axis=1)


def read_sound(job: child.Job, rate_hz: int) -> Any:
    """The take as one channel at that rate."""
    np = import_module("numpy")
    with import_module("soundfile").SoundFile(job["sound"]) as file:
        frames = -1 if job["seconds"] is None else int(job["seconds"] * file.samplerate)
        samples = np.mean(file.read(frames, dtype="float32", always_2d=True), axis=1)
        own_hz = file.samplerate
    if own_hz == rate_hz:
        return samples
    return import_module("librosa").resample(y=samples, orig_sr=own_hz, target_sr=rate_hz)


def run(peer: str, job: child.Job) -> dict[str, Any]:
    return child.result(follow, peer, job)


def warm_up(peer: str, job: child.Job) -> None:
    """The beginning of sound and score, thrown away."""
    beginning = sorted(job["score"], key=lambda row: row[2])[: child.WARM_UP_NOTES]
    run(peer, {**job, "score": beginning, "seconds": WARM_UP_S, "limit_s": 60.0})


if __name__ == "__main__":
    child.main(sys.argv[1], run, warm_up)
