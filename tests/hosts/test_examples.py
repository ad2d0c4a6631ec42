"""The examples do what they say, each where its language is installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from repetiteur.bridges import assets
from repetiteur.bridges.performances import read_performance
from repetiteur.bridges.scores import load_score
from repetiteur.bridges.terminal.playing import followed
from repetiteur.realtime.engine import Engine
from repetiteur.realtime.timeline import with_ticks

if TYPE_CHECKING:
    from tests.hosts.conftest import Receiver

EXAMPLES = Path(__file__).parents[2] / "examples"
HEARD = ["listening", "armed", "following", *(f"bar 1 beat {beat}" for beat in (1, 2, 3, 4)), "ended"]
OFFSCREEN = {
    "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
    "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
}  # fmt: skip


def listener(language: str, folder: Path) -> list[str]:
    """The command that runs it; skips where that is not installed."""
    programs = {"python": sys.executable, "javascript": "node", "c": "cc", "supercollider": "sclang"}
    program = shutil.which(programs[language])
    if program is None:
        pytest.skip(f"needs {programs[language]}")
    if language == "c":
        if not Path("/usr/include/lo/lo.h").exists():
            pytest.skip("needs liblo's headers")
        subprocess.run([program, EXAMPLES / "osc_listener.c", "-o", folder / "listener", "-llo"], check=True)
        return [str(folder / "listener")]
    ending = {"python": "py", "javascript": "mjs", "supercollider": "scd"}[language]
    return [program, str(EXAMPLES / f"osc_listener.{ending}")]


@pytest.mark.parametrize("language", ["python", "javascript", "c", "supercollider"])
def test_a_listener(language: str, tmp_path: Path, one_bar: Callable[[int], None], free_port: int) -> None:
    command = [*listener(language, tmp_path), str(free_port)]
    file = tmp_path / "said"
    env = os.environ | OFFSCREEN | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    with file.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=env, stdin=subprocess.PIPE, stdout=said, stderr=said
        )
        try:
            end_s = time.monotonic() + 60.0
            while "listening" not in file.read_text("utf-8", "replace") and time.monotonic() < end_s:
                time.sleep(0.1)
            one_bar(free_port)
            assert process.wait(10.0) == 0
        finally:
            process.kill()
            process.wait()
    lines = file.read_text("utf-8", "replace").splitlines()
    told = [line for line in lines if line in HEARD or line.startswith(("missed", "extra", "wrong"))]
    assert [line for line in told if line in HEARD] == HEARD
    assert sum(line.startswith("missed: expected") for line in told) == len(told) - len(HEARD)


def test_a_list_of_notes_is_followed() -> None:
    path = os.pathsep.join([str(EXAMPLES.parent / ".dev"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, EXAMPLES / "follow_midi_notes.py", assets.SCORE],
        env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    bars = [line.split("bar ")[1].split()[0] for line in done.stdout.splitlines() if "bar " in line]
    assert list(dict.fromkeys(bars)) == list(load_score(assets.SCORE).bar_labels)
    assert "ms off" not in done.stdout


def test_the_light_belongs_to_the_place(receiver: Receiver) -> None:
    lights_module = _loaded("lighting_cues")
    assert lights_module.levels_at(-1.0) == (0, 0, 0)
    assert lights_module.levels_at(2.0) == (20, 20, 60)
    assert lights_module.levels_at(60.0) == (255, 255, 255)
    packet = b"Art-Net\0\x00\x50\x00\x0e\0\0\x01\x00\x00\x04\x01\x02\x03\x00"
    assert lights_module.artnet(1, (1, 2, 3)) == packet

    lights = lights_module.Lights("127.0.0.1")
    lights._where = ("127.0.0.1", receiver.port)
    timed = followed(Engine(load_score(assets.SCORE)), with_ticks(read_performance(assets.PERFORMANCE)))
    heard: list[bytes] = []
    for _, events in timed:
        lights.send(events)
        heard += _waiting(receiver)
    lights.close()
    heard += _waiting(receiver)
    levels = [tuple(packet[18:21]) for packet in heard]
    assert levels[0] == (0, 0, 0) and levels[-1] == (0, 0, 0)
    assert (255, 255, 255) in levels
    assert len(levels) > 50


def _waiting(receiver: Receiver) -> list[bytes]:
    receiver.socket.setblocking(False)
    packets = []
    try:
        while True:
            packets.append(receiver.socket.recv(2048))
    except BlockingIOError:
        return packets


def _loaded(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
