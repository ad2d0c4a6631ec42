#!/bin/sh
# Install the named Debian packages, or say plainly what is missing and fail.
if [ $# -eq 0 ]; then exit 0; fi

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root="sudo"
else
    as_root="none"
fi

install() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@" >/dev/null 2>&1
}

if [ "$as_root" != none ] && command -v apt-get >/dev/null; then
    echo "set-up: installing $*" >&2
    if install "$@"; then exit 0; fi
    $as_root apt-get -q update >/dev/null 2>&1 # the lists may be old or absent
    if install "$@"; then exit 0; fi
fi
echo "set-up: missing system packages: $*" >&2
echo "set-up: get them with: sudo apt-get install $*" >&2
exit 1
