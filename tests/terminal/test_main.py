from __future__ import annotations

import argparse
import os
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.terminal import main as program
from repetiteur.realtime.errors import InputError
from repetiteur.realtime.version import __version__

ROOT = Path(__file__).parents[2]


def a_command(run) -> ModuleType:
    module = ModuleType("repetiteur.bridges.terminal.check")
    module.ABOUT = "stands in for one"  # type: ignore[attr-defined]
    module.arguments = lambda parser: parser.add_argument("--bars", type=int)  # type: ignore[attr-defined]
    module.run = run  # type: ignore[attr-defined]
    return module


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch):
    def put(run) -> None:
        monkeypatch.setattr(program, "import_module", lambda name: a_command(run))

    return put


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_is_there_and_says_what_the_overview_says(name: str) -> None:
    command = import_module(f"repetiteur.bridges.terminal.{name}")
    assert program.COMMANDS[name] == command.ABOUT
    assert callable(command.run)


HELPED = [[name] for name in program.COMMANDS if name not in ("bench", "train")]
HELPED += [["bench", what] for what in ("jumps", "mistakes", "latency", "engines", "scale", "hearing")]
HELPED += [["train", what] for what in ("sounds", "pack", "encoder")]


@pytest.mark.parametrize("words", HELPED, ids=" ".join)
def test_every_command_has_help_and_json(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main([*words, "--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name}" in out for name in program.COMMANDS)
    assert program.main([]) == 2


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--version"]) == 0
    assert capsys.readouterr().out == f"repetiteur {__version__}\n"


def test_help_and_trouble_load_nothing_heavy() -> None:
    script = (
        "import sys; from repetiteur.bridges.terminal.main import main\n"
        "main(['--help']); main(['nothing'])\n"
        "print(sorted({'numpy', 'numba', 'lxml', 'rich', 'mido'} & set(sys.modules)), file=sys.stderr)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".dev")}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_an_unknown_command_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["replya"]) == 2
    assert capsys.readouterr() == ("", "repetiteur: replya: no such command; did you mean replay?\n")


def test_bad_input_is_one_line_and_2(stand_in, capsys: pytest.CaptureFixture[str]) -> None:
    def run(args: argparse.Namespace) -> int:
        raise InputError("a.mid", "not\nMIDI", "give another")

    stand_in(run)
    assert program.main(["check"]) == 2
    assert capsys.readouterr() == ("", "repetiteur: a.mid: not MIDI; give another\n")


def test_bad_input_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(InputError("a.mid", "not MIDI", "give another")))
    assert (error.where, error.problem, error.remedy) == ("a.mid", "not MIDI", "give another")


def test_bad_arguments_are_one_line_and_2(stand_in, capsys: pytest.CaptureFixture[str]) -> None:
    stand_in(lambda args: 0)
    with pytest.raises(SystemExit) as caught:
        program.main(["check", "--bars", "many"])
    assert caught.value.code == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "--bars" in line


@pytest.mark.parametrize(
    "words",
    [
        ["bench", "latency", "--seconds", "-3"],
        ["bench", "jumps", "folder", "--jobs", "0"],
        ["evaluate", "folder", "--jobs", "-1"],
        ["listen", "--seconds", "nan"],
    ],
)
def test_numbers_have_to_make_sense(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        program.main(words)
    assert caught.value.code == 2
    assert "is no number" in capsys.readouterr().err


def test_the_status_is_the_commands(stand_in) -> None:
    stand_in(lambda args: args.bars)
    assert program.main(["check", "--bars", "1"]) == 1


def test_interrupted_is_quiet(stand_in, capsys: pytest.CaptureFixture[str]) -> None:
    def run(args: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    stand_in(run)
    assert program.main(["check"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("what", "status", "told"),
    [
        ("check SCORE >/dev/full", 2, "repetiteur: output: the disk is full; make room, then try again\n"),
        ("check SCORE >&-", 0, ""),
        ("check nowhere.mid 2>&-", 2, ""),
    ],
)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_nowhere_to_write(what: str, status: int, told: str) -> None:
    program = f"{sys.executable} -m repetiteur.bridges.terminal.main "
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".dev")}
    command = ["sh", "-c", program + what.replace("SCORE", str(assets.SCORE))]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", told, status)


def test_a_reader_that_goes_away_is_no_trouble() -> None:
    command = [sys.executable, "-m", "repetiteur.bridges.terminal.main"]
    command += ["replay", str(assets.SCORE), str(assets.PERFORMANCE), "--fast", "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".dev")}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith(b'{"type":"hello"')
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 141
