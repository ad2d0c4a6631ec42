#!/bin/sh
# A browser for the tests that open the practice report. Without one they are skipped.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null; then exit 0; fi
done
sh "$(dirname "$0")/apt.sh" chromium fonts-dejavu-core
