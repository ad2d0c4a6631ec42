#!/bin/sh
# Add python-rtmidi and PyAudio to .venv. PyAudio is compiled, so it needs a compiler and headers.
set -u
cd "$(dirname "$0")/.."

if .venv/bin/python -c "import rtmidi, pyaudio" 2>/dev/null; then exit 0; fi

missing=""
command -v gcc >/dev/null || missing="$missing gcc libc6-dev"
[ -e /usr/include/portaudio.h ] || missing="$missing portaudio19-dev"
[ -e /usr/include/alsa/asoundlib.h ] || missing="$missing libasound2-dev"
include=$(.venv/bin/python -c "import sysconfig; print(sysconfig.get_path('include'))")
[ -e "$include/Python.h" ] || missing="$missing python3-dev"
sh scripts/apt.sh $missing || true # MIDI alone may still work

status=0
for package in python-rtmidi PyAudio; do
    if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt "$package"; then
        echo "set-up: $package did not install; everything that needs no $package works." >&2
        status=1
    fi
done
exit $status
