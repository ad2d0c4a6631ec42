#!/bin/sh
# Make .venv ready: "core" to run the program, "dev" also to test it.
# Does nothing, and needs no network, when nothing it depends on has changed.
set -eu
cd "$(dirname "$0")/.."

# Numba renews a compiled kernel when its own file changes, but not when one it calls does.
kernels=$(cat kernels/*.py | cksum)
if [ "$(cat kernels/__pycache__/compiled-from 2>/dev/null)" != "$kernels" ]; then
    mkdir -p kernels/__pycache__
    rm -f kernels/__pycache__/*.nb[ic]
    echo "$kernels" >kernels/__pycache__/compiled-from
fi

kind=${1:-core}

key=$(cat pyproject.toml constraints.txt scripts/*.sh | cksum)
ready() { [ "$(cat ".venv/ready-$1" 2>/dev/null)" = "$key" ] && .venv/bin/python -c "" 2>/dev/null; }
if ready dev || ready "$kind"; then exit 0; fi

say() { echo "set-up: $*" >&2; }

python=$(sh scripts/find_python.sh) || {
    sh scripts/apt.sh python3 python3-venv || true
    python=$(sh scripts/find_python.sh) || {
        say "Python 3.11 or newer with venv is missing. Install python3 and python3-venv, then try again."
        exit 1
    }
}

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making .venv with $python"
    rm -rf .venv
    "$python" -m venv .venv
fi

# pytest and pyright read the folders through these links; an editable install hides them from pyright.
mkdir -p .dev/repetiteur
for folder in kernels models realtime bridges benchmarks; do
    ln -sfn "../../$folder" ".dev/repetiteur/$folder"
done

say "installing the Python packages ($kind)"
extra="[sound,report]"
if [ "$kind" = dev ]; then extra="[dev]"; fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".$extra"

if [ "$kind" = dev ]; then
    sh scripts/devices.sh || true # it has said what is missing; the tests do without
    sh scripts/browser.sh || true # likewise
    sh scripts/torch.sh || true # likewise
fi
echo "$key" >".venv/ready-$kind"
say "done"
