"""Hear a session over OSC, with nothing but Python's own library; it says where the player is.

    repetiteur follow score.musicxml --midi piano --osc 127.0.0.1:9000
    python osc_listener.py 9000
"""

from __future__ import annotations

import socket
import struct
import sys


def read(packet: bytes) -> tuple[str, list[int | float | str]]:
    """Address and arguments of a message; Repetiteur sends nothing but i, f and s."""

    def text(start: int) -> tuple[str, int]:
        end = packet.index(b"\0", start)
        return packet[start:end].decode(), end + 4 - end % 4

    address, place = text(0)
    tags, place = text(place)
    values: list[int | float | str] = []
    for tag in tags[1:]:
        if tag == "s":
            word, place = text(place)
            values.append(word)
        else:
            values += struct.unpack_from(">" + tag, packet, place)
            place += 4
    return address, values


listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.bind(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9000))
print("listening", flush=True)
while True:
    address, values = read(listener.recv(8192))
    if address == "/repetiteur/beat":
        print(f"bar {values[0]} beat {values[2]}", flush=True)
    elif address == "/repetiteur/mistake":
        print(f"{values[1]}: expected {values[3]}, played {values[5]}", flush=True)
    elif address == "/repetiteur/state":
        print(values[0], flush=True)
        if values[0] == "ended":
            break
