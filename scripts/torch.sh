#!/bin/sh
# Add torch to .venv: training needs it, and the tests of networks. Hearing and following do not.
set -u
cd "$(dirname "$0")/.."

if .venv/bin/python -c "import torch" 2>/dev/null; then exit 0; fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch && exit 0
echo "set-up: torch did not install; all but training works, and its tests are left out." >&2
exit 1
