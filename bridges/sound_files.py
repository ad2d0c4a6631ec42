"""Sound files of whatever kind libsndfile reads, piece by piece, as one channel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from repetiteur.bridges.chunks import ChunkMaker
from repetiteur.bridges.quiet import quiet_stderr
from repetiteur.kernels.meters import MOST_CHANNELS
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.inputs import Chunk

BLOCK = 4096  # frames in a chunk
LOWEST_HZ, HIGHEST_HZ = 4_000, 768_000  # rates of sound one can hear notes in
_TOO_LONG = re.compile(r"^ ?(?:data|SSND) : (\d+) \(should be (\d+)\)", re.MULTILINE)
_LEFT_OPEN = 0x7FFF0000
_REMEDY = "give a WAV, FLAC, OGG or MP3 file"


def soundfile_library() -> Any:
    """The module. Raises InputError where it is not installed."""
    try:
        return import_module("soundfile")
    except (ImportError, OSError):  # OSError: the module is there, libsndfile is not
        remedy = "pip install 'repetiteur[sound]'"
        raise InputError("sound", "the soundfile library is not installed", remedy) from None


class SoundFile:
    """One file being read, from its beginning; a context manager. ``trouble`` is what to tell afterwards."""

    def __init__(self, path: str | Path) -> None:
        self._where = str(path)
        library = soundfile_library()
        self._failure = library.LibsndfileError
        self._file = _open(library, Path(path))
        self.rate_hz = float(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.frames = int(self._file.frames)  # as the file says
        self.trouble = ""
        self._read = 0
        if not LOWEST_HZ <= self.rate_hz <= HIGHEST_HZ:
            self._file.close()
            raise InputError(self._where, f"a rate of {self.rate_hz:g} Hz", "save it with 44100 Hz, say")

    @property
    def duration_s(self) -> float:
        """As long as the file says it is."""
        return self.frames / self.rate_hz

    def chunks(self, block: int = BLOCK) -> Iterator[Chunk]:
        """All of it, the first sample at 0 s. Never raises: a file that breaks off ends there."""
        maker = ChunkMaker(self.channels, self.rate_hz)
        while True:
            try:
                frames = self._file.read(block, dtype="float32", always_2d=True)
            except (self._failure, RuntimeError, OSError) as error:
                self.trouble = f"damaged after {self._read / self.rate_hz:.1f} s ({error}); heard up to there"
                return
            if not len(frames):
                break
            yield maker.make(frames, self._read / self.rate_hz)
            self._read += len(frames)
        if self._read < self.frames or _cut_short(self._file.extra_info):
            self.trouble = f"the file is cut short; heard the {self._read / self.rate_hz:.1f} s there are"

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> SoundFile:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


def _open(library: Any, path: Path) -> Any:
    where = str(path)
    try:
        if path.is_dir():
            raise InputError(where, "this is a folder", "give the sound file itself")
        if path.stat().st_size == 0:
            raise InputError(where, "the file is empty", "save or copy it again")
        with quiet_stderr():  # what the MP3 decoder says, we say ourselves
            file = library.SoundFile(where)
    except FileNotFoundError:
        raise InputError(where, "no such file", "check the spelling and the folder") from None
    except (library.LibsndfileError, TypeError, ValueError) as error:
        raise InputError(where, f"cannot be read as sound ({_why(error)})", _REMEDY) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(where, f"cannot be read ({why})", "check the path and its permissions") from None
    trouble = None
    if not 1 <= file.channels <= MOST_CHANNELS:
        trouble = f"{file.channels} channels, which is not 1 to {MOST_CHANNELS}"
    elif file.frames == 0:
        trouble = "no sound in it"
    if trouble is not None:
        file.close()
        raise InputError(where, trouble, "save or copy it again")
    return file


def _cut_short(log: str) -> bool:
    """What libsndfile noticed when it looked at the headers. Sizes a recorder left open mean nothing."""
    sizes = [(int(said), int(there)) for said, there in _TOO_LONG.findall(log)]
    return "lacks an end-of-stream bit" in log or any(there < said < _LEFT_OPEN for said, there in sizes)


def _why(error: Exception) -> str:
    """libsndfile's own words, without the path that the line begins with anyway."""
    return str(getattr(error, "error_string", error)).rstrip(".").lower() or "unknown format"
