"""Peers in processes of their own: found, started, timed, and ended when they hang."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any

from repetiteur.benchmarks.peers.roster import ROSTER, Peer
from repetiteur.realtime.errors import InputError

CHILD = Path(__file__).with_name("child.py")
PROBE_S = 300.0
OVERTIME_S = 30.0  # a peer stops itself at the limit; one that hangs inside a step is ended after this
START_S = 120.0  # the first job also pays for imports and compiling


def installed(python: Path, child: Path | None = None) -> dict[str, str]:
    """Versions of the packages that this interpreter can import, of those ``child`` asks for (the
    followers' where none is named)."""
    try:
        done = subprocess.run(
            [str(python), str(child or CHILD), "probe"], capture_output=True, text=True, timeout=PROBE_S,
            env=_quiet(), check=True,
        )  # fmt: skip
        return dict(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        what = f"asked for other programs it gave no answer ({type(error).__name__})"
        raise InputError(str(python), what, "name a Python interpreter that has them installed") from None


def find_peers(
    python: Path | None, names: list[str] | None, roster: Sequence[Peer] = ROSTER, child: Path | None = None
) -> tuple[Peer, ...]:
    """The peers of the roster that ``python`` has, or of these the ones named. Without a Python there
    are none."""
    if python is None:
        if names:
            raise InputError("--peer", "names a peer, but none are run", "add --peers")
        return ()
    return choose(installed(python, child), names, roster)


def choose(
    packages: dict[str, str], names: list[str] | None, roster: Sequence[Peer] = ROSTER
) -> tuple[Peer, ...]:
    """The peers of these packages, or of them the ones named."""
    there = tuple(peer for peer in roster if peer.package in packages)
    missing = sorted(set(names or ()) - {peer.name for peer in there})
    if missing:
        known = ", ".join(peer.name for peer in roster)
        raise InputError(", ".join(missing), "no such peer installed", f"known ones: {known}")
    if not there:
        raise InputError(
            "--peers", "no peer is installed there", "see docs/peers.md for how to install them"
        )
    return tuple(peer for peer in there if not names or peer.name in names)


class PeerProcess:
    """One peer, take after take. Started when first needed, and again after it died or hung."""

    def __init__(self, python: Path, peer: str, limit_s: float, child: Path | None = None) -> None:
        self._command = [str(python), str(child or CHILD), peer]
        self._limit_s = limit_s
        self._process: subprocess.Popen[str] | None = None
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._reader: Thread | None = None

    def __enter__(self) -> PeerProcess:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end()

    def run(self, job: dict[str, Any]) -> dict[str, Any]:
        """The peer's result; ``{"trouble": why}`` alone where it died or hung."""
        overtime_s = OVERTIME_S
        if self._process is None:
            self._start()
            overtime_s += START_S
        process = self._process
        assert process is not None and process.stdin is not None
        try:
            process.stdin.write(json.dumps({**job, "limit_s": self._limit_s}) + "\n")
            process.stdin.flush()
            line = self._lines.get(timeout=self._limit_s + overtime_s)
        except Empty:
            self._end()
            return {"trouble": "hung, ended after the time limit"}
        except OSError:
            line = ""
        if not line:
            code = self._end()
            return {"trouble": f"died, exit code {code}"}
        return json.loads(line)

    def _start(self) -> None:
        self._process = process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", env=_quiet(),
        )  # fmt: skip
        self._lines = lines = SimpleQueue()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                lines.put(line)
            lines.put("")

        self._reader = Thread(target=read, daemon=True)
        self._reader.start()

    def _end(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.kill()
        code = process.wait()
        if self._reader is not None:
            self._reader.join(timeout=5.0)  # it ends with the pipe it reads
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
        return code


def _quiet() -> dict[str, str]:
    """One computing thread, so that processor time means the same for all; nothing of ours on the path."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, **dict.fromkeys(threads, "1"), "PYTHONWARNINGS": "ignore"}
