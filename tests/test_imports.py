"""Who may import whom, and that importing does nothing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("kernels", "models", "realtime", "bridges", "benchmarks")  # each may import itself and those before

KERNELS_MAY = {"numpy", "numba", "llvmlite"}
MODELS_MAY = {"numpy", "numba", "torch", "safetensors"}
REALTIME_MAY = {"numpy"}
# The musical core touches nothing outside: no files, sockets, devices, processes.
NOT_IN_THE_CORE = {
    "asyncio", "ctypes", "fcntl", "glob", "http", "io", "mmap", "multiprocessing", "os", "pathlib",
    "select", "selectors", "shutil", "signal", "socket", "socketserver", "sqlite3", "ssl", "subprocess",
    "sys", "tempfile", "urllib",
}  # fmt: skip
LAZY = ("rich", "rtmidi", "pyaudio", "torch", "mido", "lxml", "verovio")


def modules() -> list[Path]:
    return sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def imported(path: Path) -> Iterator[str]:
    """Full names of everything imported anywhere in the file, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            module = node.module or ""
            if module == "repetiteur":
                yield from (f"repetiteur.{alias.name}" for alias in node.names)
            else:
                yield module


def foreign(path: Path) -> set[str]:
    """Top-level names of what it imports from outside this program and the standard library."""
    tops = {name.partition(".")[0] for name in imported(path)}
    return tops - set(sys.stdlib_module_names) - {"repetiteur"}


@cache
def needs_torch(path: Path) -> bool:
    """Whether importing the file imports torch, by way of others too: only training, GPUs and comparisons
    do that."""
    at_once = ast.parse(path.read_text("utf-8")).body
    lines = [ast.unparse(node) for node in at_once if isinstance(node, ast.Import | ast.ImportFrom)]
    ours = [re.match(r"(?:import|from) repetiteur\.([\w.]+)", line) for line in lines]
    others = [(ROOT / found[1].replace(".", "/")).with_suffix(".py") for found in ours if found]
    return any(re.match(r"(import|from) torch\b", line) for line in lines) or any(
        needs_torch(other) for other in others if other.is_file()
    )


def called(path: Path) -> set[str]:
    """Names of functions called plainly, as in ``print(...)``."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def test_imports_run_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        for name in imported(path)
        if name.startswith("repetiteur.")
        and LAYERS.index(name.split(".")[1]) > LAYERS.index(layer_of(path))
        and not _is_command(path)
    ]
    assert not wrong, "\n".join(wrong)


def _is_command(path: Path) -> bool:
    """The terminal is the one door to the measuring scripts: these commands only call them."""
    name = path.relative_to(ROOT).as_posix()
    return name.startswith("bridges/terminal/bench") or name == "bridges/terminal/evaluate.py"


@pytest.mark.parametrize(
    ("layer", "allowed"), [("kernels", KERNELS_MAY), ("models", MODELS_MAY), ("realtime", REALTIME_MAY)]
)
def test_inner_layers_use_few_libraries(layer: str, allowed: set[str]) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {sorted(foreign(path) - allowed)}"
        for path in modules()
        if layer_of(path) == layer and foreign(path) - allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_is_imported_that_is_not_declared() -> None:
    """What users install is enough; the comparison with python-osc is for developers, and a script that
    is run by its path has its neighbours."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    extras = ("devices", "report", "sound", "models")
    lines = project["dependencies"] + [line for extra in extras for line in optional[extra]]
    declared = {re.split(r"[<>=]", line)[0].lower().removeprefix("python-") for line in lines}
    wrong = {
        (path.relative_to(ROOT).as_posix(), name) for path in modules() for name in foreign(path) - declared
    }
    assert wrong <= {("benchmarks/wire_cost.py", "pythonosc"), ("benchmarks/peers/sound_child.py", "child")}


def test_the_core_touches_nothing_outside() -> None:
    wrong = []
    for path in modules():
        if layer_of(path) not in ("kernels", "realtime"):
            continue
        names = {name.partition(".")[0] for name in imported(path)} & NOT_IN_THE_CORE
        names |= {"open", "print", "input"} & called(path)
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in names]
    assert not wrong, "\n".join(wrong)


def test_importing_everything_has_no_side_effect() -> None:
    names = []
    for path in modules():
        if needs_torch(path):
            continue  # without torch the others must still import
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        names.append("repetiteur." + name.removesuffix(".__init__"))
    script = f"""
import importlib, sys, threading
for name in {names!r}:
    importlib.import_module(name)
heavy = [name for name in {LAZY!r} if name in sys.modules]
assert not heavy, f"imported too early: {{heavy}}"
assert threading.active_count() == 1, threading.enumerate()
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / ".dev"), "PATH": ""},
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_package_list_is_complete() -> None:
    """setuptools takes what pyproject.toml names; a folder left out would be missing once installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = {path.parent.relative_to(ROOT) for path in modules()}
    there = {"repetiteur." + folder.as_posix().replace("/", ".") for folder in folders}
    assert set(project["tool"]["setuptools"]["packages"]) == there
    assert all((ROOT / folder / "__init__.py").exists() for folder in folders)


def test_every_layer_is_typed() -> None:
    assert all((ROOT / layer / "py.typed").exists() for layer in LAYERS)
