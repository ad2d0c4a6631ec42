"""Other programs really receive our events: Pure Data and SuperCollider with the files that ship, and
liblo. Each is skipped where it is not installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from repetiteur.bridges.hosts.assets import make_assets

if TYPE_CHECKING:
    from tests.hosts.conftest import Receiver

ASSETS = Path(make_assets.__file__).parent
BEATS = [("1", 0, beat, 1) for beat in (1, 2, 3, 4)]


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program}")


@needs("oscdump")
def test_liblo_prints_what_it_is_told(tmp_path: Path, one_bar: Callable[[int], None], free_port: int) -> None:
    file = tmp_path / "heard"
    with file.open("wb") as heard:
        dump = subprocess.Popen(["oscdump", "-L", str(free_port)], stdout=heard, stderr=heard)
        try:
            time.sleep(0.5)
            one_bar(free_port)
            time.sleep(0.5)
        finally:
            dump.terminate()
            dump.wait(5.0)
    lines = [" ".join(line.split()[1:]) for line in file.read_text("utf-8").splitlines()]
    for bar, index, beat, time_through in BEATS:
        assert f'/repetiteur/beat siii "{bar}" {index} {beat} {time_through}' in lines
    assert '/repetiteur/state s "following"' in lines
    assert sum(line.startswith("/repetiteur/match iisfiif ") for line in lines) == 4


@needs("pd")
def test_the_pure_data_patch(
    tmp_path: Path, one_bar: Callable[[int], None], free_port: int, receiver: Receiver
) -> None:
    """Beats come out of ``[receive repetiteur-beat]``, and what is asked of it reaches the session."""
    patch = (ASSETS / "repetiteur.pd").read_text("utf-8")
    patch = patch.replace(f" {make_assets.LISTENS};", f" {free_port};")
    patch = patch.replace(f" {make_assets.SESSION};", f" {receiver.port};")
    (tmp_path / "repetiteur.pd").write_text(patch, "utf-8")
    wrapper = f"""#N canvas 0 0 450 300 12;
#X obj 20 20 receive repetiteur-beat;
#X obj 20 50 oscformat pd beat;
#X obj 20 80 netsend -u -b;
#X obj 220 20 loadbang;
#X msg 220 50 connect 127.0.0.1 {receiver.port};
#X obj 20 110 receive repetiteur-bar;
#X msg 20 140 5;
#X obj 20 170 send repetiteur-goto-bar;
#X obj 120 170 send repetiteur-pause;
#X obj 120 140 bang;
#X obj 220 80 oscformat pd ready;
#X obj 220 110 delay 300;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 3 0 4 0;
#X connect 4 0 2 0;
#X connect 5 0 6 0;
#X connect 6 0 7 0;
#X connect 5 0 9 0;
#X connect 9 0 8 0;
#X connect 3 0 11 0;
#X connect 11 0 10 0;
#X connect 10 0 2 0;
"""
    (tmp_path / "wrapper.pd").write_text(wrapper, "utf-8")
    files = ["-open", "repetiteur.pd", "-open", "wrapper.pd"]
    command = ["pd", "-nogui", "-noaudio", "-nomidi", "-stderr", *files]
    with (tmp_path / "log").open("wb") as log:
        pd = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
        try:
            assert receiver.until(lambda here: bool(here.values("/pd/ready")))
            one_bar(free_port)
            assert receiver.until(lambda here: len(here.values("/pd/beat")) == 4)
            assert receiver.until(lambda here: bool(here.values("/repetiteur/pause")), 2.0)
        finally:
            pd.kill()
            pd.wait(5.0)
    assert receiver.values("/pd/beat") == BEATS
    assert receiver.values("/repetiteur/goto/bar") == [(5.0,)]
    assert "error" not in (tmp_path / "log").read_text("utf-8", "replace").lower()


@needs("sclang")
def test_the_supercollider_class(
    tmp_path: Path, one_bar: Callable[[int], None], free_port: int, receiver: Receiver
) -> None:
    shutil.copy(ASSETS / "Repetiteur.sc", tmp_path)
    (tmp_path / "conf.yaml").write_text(f"includePaths:\n  - {tmp_path}\n", "utf-8")
    (tmp_path / "listen.scd").write_text(
        f"""(
var back = NetAddr("127.0.0.1", {receiver.port});
var r = Repetiteur({free_port}, back);
r.on(\\beat, {{ |bar, index, beat, pass| back.sendMsg("/sc/beat", bar, index, beat, pass) }});
r.on(\\bar, {{ r.do("goto/bar", "5") }});
back.sendMsg("/sc/ready");
)
""",
        "utf-8",
    )
    env = os.environ | {
        "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1", "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path), "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
    }  # fmt: skip
    with (tmp_path / "log").open("wb") as log:
        sclang = subprocess.Popen(
            ["sclang", "-l", "conf.yaml", "listen.scd"], cwd=tmp_path, env=env,
            stdin=subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            ready = receiver.until(lambda here: bool(here.values("/sc/ready")), 60.0)
            assert ready, (tmp_path / "log").read_text("utf-8", "replace")[-2000:]
            one_bar(free_port)
            assert receiver.until(lambda here: len(here.values("/sc/beat")) == 4)
            assert receiver.until(lambda here: bool(here.values("/repetiteur/goto/bar")), 2.0)
        finally:
            sclang.kill()
            sclang.wait(10.0)
    assert receiver.values("/sc/beat") == BEATS
    assert receiver.values("/repetiteur/goto/bar") == [("5",)]
