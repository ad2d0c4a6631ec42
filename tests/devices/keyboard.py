"""A MIDI keyboard to be played, pulled out and plugged in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class Keyboard:
    """Another program with a port of that name."""

    def __init__(self, jack: Any, name: str) -> None:
        self._program = jack.start(sys.executable, HERE / "midi_keyboard.py", name)
        self._answer(b"ready\n")

    def play(self, *message: int) -> None:
        self._program.stdin.write(bytes(message).hex().encode() + b"\n")
        self._program.stdin.flush()
        self._answer(b"sent\n")

    def pull_out(self) -> None:
        """The port goes with the program."""
        self._program.stdin.close()
        self._program.wait()

    def _answer(self, expected: bytes) -> None:
        assert self._program.stdout.readline() == expected
