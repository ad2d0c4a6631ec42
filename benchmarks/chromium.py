"""A real browser for measuring and testing: Chromium without a window, spoken to over two pipes."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# It reads from descriptor 3 and writes to 4.
_AS_3_AND_4 = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for number, pipe in zip((3, 4), pipes):
    os.dup2(pipe, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
PATIENCE_S = 60.0  # on a busy machine
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39}


def found() -> str | None:
    """The browser there is on this machine."""
    return next((program for program in map(shutil.which, NAMES) if program), None)


class Page:
    """One page. ``fetched`` are the addresses asked for since it was opened, ``complaints`` the browser's."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, os.fdopen(read, "rb")
        self._number = 0
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        self.fetched: list[str] = []
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, where: Path | str, width: int = 1100, height: int = 900, scheme: str = "light") -> None:
        """A file, or an address."""
        self._go_to("about:blank")  # what the page before still had to say is not this one's
        self.look(width, height, scheme)
        self.fetched.clear()
        self.complaints.clear()
        self._go_to(where if isinstance(where, str) else where.as_uri())

    def _go_to(self, address: str) -> None:
        self._events.clear()
        self.call("Page.navigate", url=address)
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._next()

    def look(self, width: int, height: int, scheme: str) -> None:
        """Another size of window, light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)  # fmt: skip
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self._evaluated(script)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def becomes(self, script: str, value: Any = True) -> None:
        """Waits until the expression has that value: what happens in a page takes a moment. Until then it
        may fail, too."""
        end_s = time.monotonic() + PATIENCE_S
        while True:
            answer = self._evaluated(script)
            if "exceptionDetails" not in answer and answer["result"].get("value") == value:
                return
            assert time.monotonic() < end_s, f"never {value!r}: {script}: {answer}"
            time.sleep(0.03)

    def _evaluated(self, script: str) -> dict[str, Any]:
        return self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)

    def press(self, key: str) -> None:
        code = _KEYS.get(key) or ord(key.upper())
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def point_at(self, x: float, y: float) -> None:
        self._mouse("mouseMoved", x, y)

    def draw(self, *places: tuple[float, float]) -> None:
        """Press at the first place, move over the others, let go at the last."""
        self.point_at(*places[0])
        self._mouse("mousePressed", *places[0])
        for place in places[1:]:
            self._mouse("mouseMoved", *place, buttons=1)
        self._mouse("mouseReleased", *places[-1])

    def touch(self, *places: tuple[float, float]) -> None:
        """The same with a finger."""
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)
        for k, (x, y) in enumerate(places):
            kind = "touchMove" if k else "touchStart"
            self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.call("Emulation.setTouchEmulationEnabled", enabled=False)

    def _mouse(self, kind: str, x: float, y: float, buttons: int = 0) -> None:
        button = "none" if kind == "mouseMoved" and not buttons else "left"
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, buttons=buttons,
                  clickCount=1)  # fmt: skip

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF", preferCSSPageSize=True)["data"])

    def picture(self, whole: bool = False) -> bytes:
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(shot["data"])

    def _next(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._read.read(1)) != b"\0":
            assert byte, "the browser has gone"
            data += byte
        message = json.loads(data)
        method = message.get("method")
        if method:
            self._events.append(message)
        if method == "Network.requestWillBeSent":
            self.fetched.append(message["params"]["request"]["url"])
        if method == "Log.entryAdded":
            self.complaints.append(message["params"]["entry"]["text"])
        if method == "Runtime.exceptionThrown":
            self.complaints.append(str(message["params"]["exceptionDetails"]))
        return message


@contextmanager
def browsing(program: str, folder: Path) -> Iterator[Page]:
    """``folder``: for the browser's own files."""
    to_read, ours_out = os.pipe()
    ours_in, to_write = os.pipe()
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={folder}"]
    command = [program, *flags, "--remote-debugging-pipe"]
    process = subprocess.Popen(
        [sys.executable, "-c", _AS_3_AND_4, str(to_read), str(to_write), *command],
        pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_read)
    os.close(to_write)
    try:
        yield Page(ours_out, ours_in)
    finally:
        process.terminate()
        process.wait(20)
        os.close(ours_out)
