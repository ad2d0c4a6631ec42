from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.terminal.main import main

Captured = pytest.CaptureFixture[bytes]
PIECE = [str(assets.SCORE), str(assets.PERFORMANCE)]


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 10 s of the performance, to be quick."""
    import mido

    whole = mido.MidiFile(assets.PERFORMANCE)
    track, left = mido.MidiTrack(), 20_000  # ticks of half a millisecond
    for message in whole.tracks[0]:
        left -= message.time
        if left < 0:
            break
        track.append(message)
    path = tmp_path_factory.mktemp("replay") / "half.mid"
    mido.MidiFile(type=0, ticks_per_beat=whole.ticks_per_beat, tracks=[track]).save(path)
    return path


def replayed(capfdbinary: Captured, *words: str | Path) -> bytes:
    assert main(["replay", *map(str, words)]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""
    return out


def test_json_lines_and_nothing_else(half: Path, capfdbinary: Captured) -> None:
    out = replayed(capfdbinary, assets.SCORE, half, "--fast", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["seq"] for row in rows] == list(range(len(rows)))
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert rows[0]["type"] == "hello"
    assert rows[-1] == {"type": "state", "seq": len(rows) - 1, "at": rows[-1]["at"], "state": "ended"}
    assert replayed(capfdbinary, assets.SCORE, half, "--fast", "--json") == out


def test_a_journal_gives_the_same_again(half: Path, tmp_path: Path, capfdbinary: Captured) -> None:
    journal = tmp_path / "session.journal"
    first = replayed(capfdbinary, assets.SCORE, half, "--fast", "--json", "--journal", journal)
    assert replayed(capfdbinary, journal, "--fast", "--json") == first
    summary = replayed(capfdbinary, journal, "--fast").decode()
    assert summary == replayed(capfdbinary, assets.SCORE, half, "--fast").decode()


def test_a_summary_without_json(half: Path, capfdbinary: Captured) -> None:
    lines = replayed(capfdbinary, assets.SCORE, half, "--fast").decode().splitlines()
    assert lines[0] == "Menuet in G"
    assert any("bar 7 beat 1" in line and "F4" in line for line in lines)


def refused(capfdbinary: Captured, *words: str | Path) -> str:
    assert main(["replay", *map(str, words), "--fast", "--json"]) == 2
    out, err = capfdbinary.readouterr()
    assert out == b""
    line = err.decode()
    assert line.startswith("repetiteur: ")
    assert line.count("\n") == 1
    return line


def test_bad_input_leaves_nothing_behind(tmp_path: Path, capfdbinary: Captured) -> None:
    journal = tmp_path / "session.journal"
    empty = tmp_path / "empty.mid"
    empty.touch()
    no_performance, no_score = (assets.SCORE, tmp_path / "none.mid"), (tmp_path / "none.xml", PIECE[1])
    nowhere = (*PIECE, "--osc", "no such machine:9000")
    for words in (no_performance, no_score, (assets.SCORE, empty), nowhere):
        refused(capfdbinary, *words, "--journal", journal)
        assert not journal.exists()


def test_one_file_must_be_a_journal(tmp_path: Path, capfdbinary: Captured) -> None:
    assert "no performance was given" in refused(capfdbinary, assets.SCORE)
    assert "no such file" in refused(capfdbinary, tmp_path / "none.journal")
    assert "this is a folder" in refused(capfdbinary, tmp_path)
    assert "--parts" in refused(capfdbinary, tmp_path / "none.journal", "--parts", "one")


def test_a_journal_is_never_written_over(half: Path, tmp_path: Path, capfdbinary: Captured) -> None:
    journal = tmp_path / "old.journal"
    journal.write_text("precious")
    refused(capfdbinary, assets.SCORE, half, "--journal", journal)
    assert journal.read_text() == "precious"


def test_ctrl_c_ends_quietly_and_leaves_a_journal_that_plays(tmp_path: Path, capfdbinary: Captured) -> None:
    journal = tmp_path / "broken_off.journal"
    script = (
        "import signal, sys\n"
        "from repetiteur.bridges.terminal.main import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell may have switched it off
        f"sys.exit(main({['replay', *PIECE, '--json', '--journal', str(journal)]!r}))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith(b'{"type":"hello"')
        running.send_signal(signal.SIGINT)
        out, err = running.communicate()
    assert (running.returncode, err) == (130, b"")
    assert not out or out.endswith(b"\n")
    assert replayed(capfdbinary, journal, "--fast", "--json").startswith(b'{"type":"hello"')
