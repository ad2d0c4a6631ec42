"""Makes the bundled performance sound: ``python -m repetiteur.bridges.assets.make_sound SOUNDFONT.sf2``.

Needs the program ``fluidsynth``, and soundfile. The file that is bundled was made with FluidR3's grand piano.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from repetiteur.bridges import assets
from repetiteur.kernels.resample import Resampler
from repetiteur.models.encoder.heads import SAMPLE_RATE_HZ

RENDERED_HZ = 44_100
GAIN = "0.7"
LOSS = 0.6  # of Vorbis: 0 the best, 1 the smallest


def main(soundfont: str) -> None:
    """Rendered in stereo, then mixed and resampled to what the ears work at."""
    with tempfile.TemporaryDirectory() as folder:
        rendered = Path(folder) / "rendered.wav"
        how = ["-n", "-i", "-q", "-r", str(RENDERED_HZ), "-g", GAIN, "-F", str(rendered)]
        subprocess.run(["fluidsynth", *how, soundfont, str(assets.PERFORMANCE)], check=True)
        sound, rate_hz = soundfile.read(rendered, dtype="float32", always_2d=True)
    mono = Resampler(rate_hz).push(np.ascontiguousarray(sound.mean(1)))
    soundfile.write(
        assets.SOUND, mono, SAMPLE_RATE_HZ, format="OGG", subtype="VORBIS", compression_level=LOSS
    )


if __name__ == "__main__":
    main(sys.argv[1])
