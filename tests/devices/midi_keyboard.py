"""A keyboard, run as a program of its own: a virtual MIDI output that sends what it reads.

    python midi_keyboard.py NAME     each line of stdin: the bytes of a message, in hexadecimal

Says "ready" when the port is there, and "sent" after each message.
"""

from __future__ import annotations

import sys
from importlib import import_module

rtmidi = import_module("rtmidi")

for api in rtmidi.get_compiled_api():
    try:
        port = rtmidi.MidiOut(api, "keys")
        port.open_virtual_port(sys.argv[1])
    except (rtmidi.RtMidiError, NotImplementedError):
        continue
    break
else:
    sys.exit("no MIDI system")
print("ready", flush=True)
for line in sys.stdin:
    port.send_message(bytes.fromhex(line))
    print("sent", flush=True)
port.close_port()
port.delete()  # a client that ends without a word stays in JACK's list for as long as it likes
