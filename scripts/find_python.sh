#!/bin/sh
# Print a Python that is new enough and can make environments, or fail.
for name in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1; then
        command -v "$name"
        exit 0
    fi
done
exit 1
