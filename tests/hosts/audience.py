"""Programs of others that hear one and the same bar of a session over OSC."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from repetiteur.bridges.hosts.assets import make_assets

from .receiving import Receiver, free_udp_port

ASSETS = Path(make_assets.__file__).parent
EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_S = 60.0
_WITHOUT_A_SCREEN = {
    "QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1",
    "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
}  # fmt: skip


class Program(Protocol):
    """One listener. ``prepare`` writes what it needs and says how it is started."""

    @property
    def name(self) -> str: ...

    @property
    def ports(self) -> Sequence[int]:
        """Where it hears events."""
        ...

    def prepare(self, folder: Path) -> list[str | Path]: ...

    def is_ready(self, said: str) -> bool: ...

    def is_through(self, said: str) -> bool: ...


class Running:
    """A program that was started, and what it prints."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self._file = folder / "said"
        command = program.prepare(folder)
        env = os.environ | _WITHOUT_A_SCREEN | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        with self._file.open("wb") as said:
            self._process = subprocess.Popen(
                command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=said, stderr=said
            )

    def said(self) -> str:
        return self._file.read_text("utf-8", "replace")

    def wait_until(self, so: Callable[[str], bool]) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while not so(self.said()):
            assert time.monotonic() < end_s, f"{self.program.name}: {self.said()[-2000:]}"
            time.sleep(0.02)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Listener:
    """An example that listens, in one language."""

    def __init__(self, name: str, ending: str, *command: str) -> None:
        self.name = name
        self.ports = (free_udp_port(),)
        self._ending, self._command = ending, command

    def prepare(self, folder: Path) -> list[str | Path]:
        return [*self._command, EXAMPLES / f"osc_listener.{self._ending}", str(self.ports[0])]

    def is_ready(self, said: str) -> bool:
        return "listening" in said

    def is_through(self, said: str) -> bool:
        return "\nended" in said


class ListenerInC(Listener):
    def __init__(self) -> None:
        super().__init__("c", "c")

    def prepare(self, folder: Path) -> list[str | Path]:
        program = folder / "listener"
        subprocess.run(["cc", EXAMPLES / "osc_listener.c", "-o", program, "-llo"], check=True)
        return [program, str(self.ports[0])]


class OscDump:
    """liblo's, which prints whatever comes."""

    name = "oscdump"

    def __init__(self) -> None:
        self.ports = (free_udp_port(),)

    def prepare(self, folder: Path) -> list[str | Path]:
        return ["oscdump", "-L", str(self.ports[0])]

    def is_ready(self, said: str) -> bool:
        """It says nothing; its port tells."""
        table = Path("/proc/net/udp").read_text("ascii") + Path("/proc/net/udp6").read_text("ascii")
        return f":{self.ports[0]:04X} " in table

    def is_through(self, said: str) -> bool:
        return '"ended"' in said


class PureData:
    """The patch that ships, in another that says by OSC what comes out of it, and asks for something."""

    name = "pd"

    def __init__(self) -> None:
        self.ports = (free_udp_port(),)
        self.receiver = Receiver()

    def prepare(self, folder: Path) -> list[str | Path]:
        patch = (ASSETS / "repetiteur.pd").read_text("utf-8")
        patch = patch.replace(f" {make_assets.LISTENS};", f" {self.ports[0]};")
        patch = patch.replace(f" {make_assets.SESSION};", f" {self.receiver.port};")
        (folder / "repetiteur.pd").write_text(patch, "utf-8")
        (folder / "wrapper.pd").write_text(
            f"""#N canvas 0 0 450 300 12;
#X obj 20 20 receive repetiteur-beat;
#X obj 20 50 oscformat pd beat;
#X obj 20 80 netsend -u -b;
#X obj 220 20 loadbang;
#X msg 220 50 connect 127.0.0.1 {self.receiver.port};
#X obj 20 110 receive repetiteur-bar;
#X msg 20 140 5;
#X obj 20 170 send repetiteur-goto-bar;
#X obj 120 170 send repetiteur-pause;
#X obj 120 140 bang;
#X obj 220 80 oscformat pd ready;
#X obj 220 110 delay 100;
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
""",
            "utf-8",
        )
        return ["pd", "-nogui", "-noaudio", "-nomidi", "-stderr",
                "-open", "repetiteur.pd", "-open", "wrapper.pd"]  # fmt: skip

    def is_ready(self, said: str) -> bool:
        return self.receiver.has("/pd/ready")

    def is_through(self, said: str) -> bool:
        return self.receiver.has("/pd/beat", 4) and self.receiver.has("/repetiteur/pause")


class SuperCollider:
    """Its class that ships and its example in one interpreter, as starting it takes longest of all."""

    name = "sclang"

    def __init__(self) -> None:
        self.ports = (free_udp_port(), free_udp_port())
        self.receiver = Receiver()

    def prepare(self, folder: Path) -> list[str | Path]:
        shutil.copy(ASSETS / "Repetiteur.sc", folder)
        (folder / "conf.yaml").write_text(f"includePaths:\n  - {folder}\n", "utf-8")
        (folder / "listen.scd").write_text(
            f"""(
var back = NetAddr("127.0.0.1", {self.receiver.port});
var r = Repetiteur({self.ports[1]}, back);
r.on(\\beat, {{ |bar, index, beat, pass| back.sendMsg("/sc/beat", bar, index, beat, pass) }});
r.on(\\bar, {{ r.do("goto/bar", "5") }});
"{EXAMPLES}/osc_listener.scd".load;
)
""",
            "utf-8",
        )
        return ["sclang", "-l", "conf.yaml", "listen.scd", str(self.ports[0])]

    def is_ready(self, said: str) -> bool:
        return "\nlistening" in said

    def is_through(self, said: str) -> bool:
        heard = self.receiver.has("/sc/beat", 4) and self.receiver.has("/repetiteur/goto/bar")
        return heard and "\nended" in said


def those_installed() -> list[Program]:
    has = shutil.which
    programs: list[Program] = [Listener("python", "py", sys.executable)]
    if has("node"):
        programs.append(Listener("javascript", "mjs", "node"))
    if has("cc") and Path("/usr/include/lo/lo.h").exists():
        programs.append(ListenerInC())
    if has("oscdump"):
        programs.append(OscDump())
    if has("pd"):
        programs.append(PureData())
    if has("sclang"):
        programs.append(SuperCollider())
    return programs
