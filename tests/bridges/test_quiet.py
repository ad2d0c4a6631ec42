from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from repetiteur.bridges.quiet import python_alone_on_stderr, quiet_stderr


def test_libraries_are_silent_for_a_moment(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"a library\n")
    os.write(2, b"heard again\n")
    assert capfd.readouterr().err == "heard again\n"


@pytest.fixture(params=["descriptor 2", "caught"])
def stderr(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Printed to descriptor 2, as in a terminal, or caught before."""
    with open(2, "w", encoding="utf-8", closefd=False) as straight:
        if request.param == "descriptor 2":
            monkeypatch.setattr(sys, "stderr", straight)
        yield


def test_libraries_are_silent_while_python_speaks(capfd: pytest.CaptureFixture[str], stderr: None) -> None:
    former = sys.stderr
    with pytest.raises(ZeroDivisionError), python_alone_on_stderr():
        os.write(2, b"a library\n")
        print("us: \u266f", file=sys.stderr)
        with quiet_stderr():
            print("us again", file=sys.stderr)
        raise ZeroDivisionError
    sys.stderr.flush()
    os.write(2, b"heard again\n")
    assert sys.stderr is former
    assert capfd.readouterr().err == "us: \u266f\nus again\nheard again\n"
