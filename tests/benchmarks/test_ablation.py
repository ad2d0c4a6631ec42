from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from repetiteur.benchmarks import ablation, ablation_table
from repetiteur.benchmarks.ablation import AblationRow, Job, apart, measure_one, row
from repetiteur.benchmarks.ablation_patch import become, change, home
from repetiteur.benchmarks.ablation_variants import AS_IT_IS, VARIANTS
from repetiteur.benchmarks.takes import read_takes
from repetiteur.bridges.terminal import bench

NAMES = sorted({name for variant in VARIANTS for name in variant.settings})
ROW = AblationRow("as it is", {}, 0.98, 0.98, 0.99, 0.001, 0.99, 0.9, 0.9, 12, 0.6, 0.8, 1.0, 50.0)


def modules() -> Iterator[ModuleType]:
    for package in ("repetiteur.kernels", "repetiteur.realtime"):
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
            yield importlib.import_module(found.name)


def names_in(code: CodeType) -> set[str]:
    inner = (names_in(part) for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*inner)


def names_used(module: ModuleType) -> set[str]:
    """All names that the module's functions and methods speak."""
    known = list(vars(module).values())
    known += [method for kind in known if isinstance(kind, type) for method in vars(kind).values()]
    functions = (getattr(thing, "py_func", thing) for thing in known)
    own = [f for f in functions if isinstance(f, FunctionType) and f.__module__ == module.__name__]
    return set().union(*(names_in(function.__code__) for function in own))


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_reaches_the_code_that_uses_it(name: str) -> None:
    module, constant = home(name)
    assert constant in names_used(module)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_nobody_keeps_the_old_value_of_what_a_variant_sets(variant) -> None:
    for name in variant.settings:
        module, constant = home(name)
        value = getattr(module, constant)
        others = [m for m in modules() if getattr(m, constant, None) is value and constant in names_used(m)]
        users = {f"{other.__name__.removeprefix('repetiteur.')}.{constant}" for other in others}
        assert users <= set(variant.settings)


@pytest.mark.parametrize("variant", VARIANTS[1:], ids=lambda variant: variant.name)
def test_every_variant_is_another_follower(variant) -> None:
    now = {name: getattr(*home(name)) for name in variant.settings}
    assert now and all(now[name] != value for name, value in variant.settings.items())
    assert all(type(now[name]) is type(value) for name, value in variant.settings.items())


def test_as_it_is_comes_first_and_changes_nothing() -> None:
    assert VARIANTS[0] is AS_IT_IS
    assert not AS_IT_IS.settings


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError):
        change("kernels.beam.WIDTH", 10.0)


def test_too_late_once_kernels_may_be_compiled() -> None:
    with pytest.raises(RuntimeError):
        become({}, "nowhere")


def _cost_far_away() -> float:
    from repetiteur.kernels.relocate import AWAY_S, _away

    return float(_away(AWAY_S))


def test_a_process_apart_compiles_what_it_is_told_into_its_own_cache(tmp_path: Path) -> None:
    import repetiteur.kernels as kernels

    before = sorted(Path(kernels.__path__[0]).rglob("relocate._away*.nbc"))
    with apart({"kernels.relocate.AWAY": -3.0}, str(tmp_path), 1) as pool:
        assert pool.submit(_cost_far_away).result() == -1.5
    assert list(tmp_path.rglob("relocate._away*.nbc"))
    assert sorted(Path(kernels.__path__[0]).rglob("relocate._away*.nbc")) == before


def test_a_row_says_how_far_it_is_from_the_first() -> None:
    worse = replace(ROW, variant="without", within_25=0.95, lost_share=0.002, jump_median_s=float("inf"))
    first, second = ablation_table.cells([ROW, worse])
    by_head = dict(zip(ablation_table.head(), second, strict=True))
    assert first[0] == "as it is" and not any("(" in cell for cell in first)
    assert by_head["≤25 ms %"] == "95.0 (−3.0)"  # noqa: RUF001
    assert by_head["lost %"] == "0.20 (+0.10)"
    assert by_head["≤50"] == "98.0 (=)"
    assert by_head["jumps, median s"] == "∞"


def test_one_take_as_a_row(measuring_set: Path) -> None:
    (take,) = read_takes(measuring_set)
    measured = measure_one(Job(take, jumps=True))
    figures = row(AS_IT_IS, [measured])
    assert (figures.match, figures.insertion, figures.deletion) == (1.0, 1.0, 1.0)
    assert figures.moves_in_50 == 0.0
    assert figures.jumps == 0  # there is not enough of it to be back in


def test_json_alone_on_stdout(measuring_set: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ablation, "measure_variants", lambda variants, takes, workers: iter([ROW] * len(variants))
    )
    parser = argparse.ArgumentParser()
    bench.arguments(parser)
    assert bench.run(parser.parse_args(["ablation", str(measuring_set), "--json"])) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(VARIANTS)
