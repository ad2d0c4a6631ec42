from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repetiteur.bridges import sound_files
from repetiteur.bridges.chunks import ChunkMaker
from repetiteur.bridges.sound_files import SoundFile
from repetiteur.realtime.errors import InputError

soundfile: Any = pytest.importorskip("soundfile")

RATE_HZ = 22_050


@pytest.fixture
def noise() -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, (30_000, 2)).astype(np.float32)


def heard(path: Path, block: int = 4096) -> tuple[np.ndarray, str]:
    with SoundFile(path) as file:
        chunks = list(file.chunks(block))
        at = 0
        for chunk in chunks:
            assert chunk.samples.dtype == np.float32 and chunk.rate_hz == file.rate_hz
            assert chunk.t_s == at / chunk.rate_hz and chunk.lost == 0
            at += len(chunk.samples)
        return np.concatenate([chunk.samples for chunk in chunks]), file.trouble


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff"])
@pytest.mark.parametrize("block", [1000, 100_000])
def test_two_channels_become_their_mean(tmp_path: Path, noise: np.ndarray, kind: str, block: int) -> None:
    path = tmp_path / f"a.{kind}"
    soundfile.write(path, noise, RATE_HZ)
    sound, trouble = heard(path, block)
    assert np.abs(sound - noise.mean(axis=1)).max() < 1e-4
    assert trouble == ""


@pytest.mark.parametrize("kind", ["ogg", "mp3"])
def test_compressed_files_are_read_to_the_end(tmp_path: Path, noise: np.ndarray, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    soundfile.write(path, noise[:, 0], RATE_HZ)
    sound, trouble = heard(path)
    assert (len(sound), trouble) == (30_000, "")


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff", "ogg", "mp3"])
def test_of_a_file_cut_short_what_is_there_is_used_and_told(
    tmp_path: Path, noise: np.ndarray, kind: str
) -> None:
    path = tmp_path / f"a.{kind}"
    soundfile.write(path, noise, RATE_HZ)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    sound, trouble = heard(path)
    assert 5_000 < len(sound) < 20_000
    assert "cut short" in trouble or "damaged after" in trouble
    assert "\n" not in trouble


def test_a_length_left_open_by_a_recorder_is_no_damage(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise, RATE_HZ)
    data = bytearray(path.read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    sound, trouble = heard(path)
    assert (len(sound), trouble) == (30_000, "")


def test_what_is_no_number_passes_for_silence_in_either_channel() -> None:
    frames = np.array([[np.nan, 0.5], [0.5, 0.5], [np.inf, -np.inf]], np.float32)
    chunk = ChunkMaker(2, RATE_HZ).make(frames, 1.5)
    assert chunk.samples.tolist() == [0.25, 0.5, 0.0]
    assert (chunk.t_s, chunk.scrubbed, chunk.clipped) == (1.5, 3, 0)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.wav", b"", "empty"),
        ("words.wav", b"hello " * 100, "cannot be read as sound"),
        ("head.wav", b"RIFF", "cannot be read as sound"),
        ("song.mid", b"MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60", "cannot be read as sound"),
    ],
)
def test_what_is_no_sound_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=told) as caught:
        SoundFile(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_no_sound_no_channels_no_file_and_a_folder(tmp_path: Path, noise: np.ndarray) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, noise[:0], RATE_HZ)
    with pytest.raises(InputError, match="no sound in it"):
        SoundFile(path)
    soundfile.write(path, noise, RATE_HZ)
    data = bytearray(path.read_bytes())
    channels = data.index(b"fmt ") + 10
    data[channels : channels + 2] = b"\0\0"
    path.write_bytes(data)
    with pytest.raises(InputError, match="channel count is zero"):
        SoundFile(path)
    with pytest.raises(InputError, match="no such file"):
        SoundFile(tmp_path / "none.wav")
    with pytest.raises(InputError, match="a folder"):
        SoundFile(tmp_path)


def test_without_the_library_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(sound_files, "import_module", missing)
    with pytest.raises(InputError, match=r"repetiteur\[sound\]"):
        SoundFile("a.wav")
