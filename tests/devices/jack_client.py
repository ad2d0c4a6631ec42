"""A JACK client of any name, run as a program of its own: to other programs a sound card.

    python jack_client.py NAME play FILE CHANNELS [fast]
        the samples of FILE (float32, interleaved), once somebody listens; then silence. ``fast``: the whole
        server goes as fast as it can meanwhile, and loses nothing
    python jack_client.py NAME loop SAMPLES GAIN
        what comes in goes out so much later and softer

Says "ready" when its ports are there, and goes on until it is killed. Nothing but libjack is needed.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
import threading
import time

import numpy as np

AUDIO = b"32 bit float mono audio"
IS_INPUT, IS_OUTPUT, IS_PHYSICAL, IS_TERMINAL = 1, 2, 4, 16
NO_START_SERVER = 1
Process = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)


class Client:
    def __init__(self, name: str) -> None:
        jack = ctypes.CDLL(ctypes.util.find_library("jack") or "libjack.so.0")
        jack.jack_client_open.restype = ctypes.c_void_p
        jack.jack_port_register.restype = ctypes.c_void_p
        jack.jack_port_register.argtypes = [
            ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong,
        ]  # fmt: skip
        jack.jack_port_get_buffer.restype = ctypes.c_void_p
        jack.jack_port_get_buffer.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        jack.jack_port_connected.argtypes = [ctypes.c_void_p]
        jack.jack_set_process_callback.argtypes = [ctypes.c_void_p, Process, ctypes.c_void_p]
        jack.jack_activate.argtypes = [ctypes.c_void_p]
        jack.jack_set_freewheel.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._jack = jack
        self._client = None
        for _ in range(100):  # the server may be starting
            self._client = jack.jack_client_open(name.encode(), NO_START_SERVER, None)
            if self._client:
                return
            time.sleep(0.1)
        sys.exit("no JACK server")

    def port(self, name: str, direction: int) -> int:
        flags = direction | IS_PHYSICAL | IS_TERMINAL
        return self._jack.jack_port_register(self._client, name.encode(), AUDIO, flags, 0)

    def buffer(self, port: int, frames: int) -> np.ndarray:
        address = self._jack.jack_port_get_buffer(port, frames)
        return np.ctypeslib.as_array(ctypes.cast(address, ctypes.POINTER(ctypes.c_float)), (frames,))

    def connected(self, port: int) -> bool:
        return bool(self._jack.jack_port_connected(port))

    def hurry(self, on: bool) -> None:
        self._jack.jack_set_freewheel(self._client, int(on))

    def run(self, process: Process) -> None:  # type: ignore[valid-type]
        self._jack.jack_set_process_callback(self._client, process, None)
        self._jack.jack_activate(self._client)
        print("ready", flush=True)


def play(client: Client, samples: np.ndarray, fast: bool) -> None:
    ports = [client.port(f"out_{number + 1}", IS_OUTPUT) for number in range(samples.shape[1])]
    place = 0
    go = threading.Event()
    if not fast:
        go.set()

    @Process
    def process(frames: int, _data: object) -> int:
        nonlocal place
        heard = go.is_set() and client.connected(ports[0])
        now = samples[place : place + frames] if heard else samples[:0]
        place += len(now)
        for channel, port in enumerate(ports):
            out = client.buffer(port, frames)
            out[: len(now)] = now[:, channel]
            out[len(now) :] = 0.0
        return 0

    client.run(process)
    while fast and not client.connected(ports[0]):
        time.sleep(0.05)
    if fast:
        time.sleep(0.3)  # the listener is still opening
        go.set()
        client.hurry(True)
        while place < len(samples):
            time.sleep(0.05)
        client.hurry(False)
        print("done", flush=True)
    threading.Event().wait()


def loop(client: Client, delay: int, gain: float) -> None:
    heard, told = client.port("in_1", IS_INPUT), client.port("out_1", IS_OUTPUT)
    waiting = np.zeros(delay, np.float32)

    @Process
    def process(frames: int, _data: object) -> int:
        nonlocal waiting
        all_of_it = np.concatenate([waiting, client.buffer(heard, frames)])
        client.buffer(told, frames)[:] = gain * all_of_it[:frames]
        waiting = all_of_it[frames:]
        return 0

    client.run(process)
    threading.Event().wait()


if __name__ == "__main__":
    name, what, *rest = sys.argv[1:]
    if what == "play":
        play(Client(name), np.fromfile(rest[0], np.float32).reshape(-1, int(rest[1])), rest[2:] == ["fast"])
    else:
        loop(Client(name), int(rest[0]), float(rest[1]))
