"""``repetiteur``: finds the command, runs it, and turns trouble into one clear line."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from repetiteur.realtime.errors import InputError

# The same lines as ABOUT in each module, kept here so that --help imports none of them.
COMMANDS = {
    "demo": "play a bundled piece with planted mistakes and follow it live",
    "check": "tell what was understood of a score, and every doubt about it",
    "replay": "follow a recorded performance, or play a journal again",
    "report": "write a practice report: the score with the mistakes marked in it",
    "follow": "follow a player live",
    "record": "write what is played to a journal",
    "transcribe": "write down the notes of a recording, or of a player live",
    "devices": "list the MIDI and audio devices there are, and how to name them",
    "calibrate": "measure an audio input: noise, level, tuning, latency, what the system does to it",
    "listen": "print the events of a running session as they come",
    "send": "send a control message to a running session (goto/bar 12, stop, set/tempo 0.8, ...)",
    "bench": "measure speed on this machine, and jumps, planted mistakes and ablations on annotated takes",
    "evaluate": "measure accuracy over a folder of annotated takes",
    "train": "train the networks: sampled instruments, the encoder, then the Ladder",
}

COULD_NOT_RUN = 2
INTERRUPTED = 130
PIPE_CLOSED = 141  # as a shell reports it


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of the ``repetiteur`` program. Returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    _have_somewhere_to_write()
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except InputError as error:
        return _could_not(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _write_no_more()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _write_no_more()
        return _could_not(InputError("output", "the disk is full", "make room, then try again"))


def _could_not(error: InputError) -> int:
    print(f"repetiteur: {error.where or repr('')}: {error.problem}; {error.remedy}", file=sys.stderr)
    return COULD_NOT_RUN


def _write_no_more() -> None:
    """What is still held back for stdout is dropped instead of failing again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(_overview())
        return 0 if words else COULD_NOT_RUN
    if words[0] == "--version":
        from repetiteur.realtime.version import __version__

        print(f"repetiteur {__version__}")
        return 0
    name = words[0]
    if name not in COMMANDS:
        raise InputError(name, "no such command", _nearest(name))
    command = import_module(f"repetiteur.bridges.terminal.{name}")
    parser = _Parser(prog=f"repetiteur {name}", description=f"{command.ABOUT[0].upper()}{command.ABOUT[1:]}.")
    command.arguments(parser)
    return command.run(parser.parse_args(words[1:]))


def _overview() -> str:
    lines = ["usage: repetiteur COMMAND ...", ""]
    lines += ["Follows a player through a score and judges every note.", ""]
    lines += [f"  {name:<12}{about}" for name, about in COMMANDS.items()]
    lines += ["", "repetiteur COMMAND --help tells more; repetiteur --version the version."]
    lines += ["Exit status: 0 fine, 1 ran but found problems, 2 could not run."]
    return "\n".join(lines)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, 1)
    return f"did you mean {near[0]}?" if near else "repetiteur --help lists them"


def _have_somewhere_to_write() -> None:
    """A closed stream becomes a silent one; a terminal that cannot show a sharp sign gets a
    question mark instead of a crash."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 (for as long as the program runs)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(COULD_NOT_RUN)


if __name__ == "__main__":
    sys.exit(main())
