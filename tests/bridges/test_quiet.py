from __future__ import annotations

import os
import sys

import pytest

from repetiteur.bridges.quiet import python_alone_on_stderr, quiet_stderr


def test_libraries_are_silent_for_a_moment(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet_stderr():
        os.write(2, b"a library\n")
    os.write(2, b"heard again\n")
    assert capfd.readouterr().err == "heard again\n"


def test_libraries_are_silent_while_python_speaks(capfd: pytest.CaptureFixture[str]) -> None:
    former = sys.stderr
    with pytest.raises(ZeroDivisionError), python_alone_on_stderr():
        os.write(2, b"a library\n")
        print("us: \u266f", file=sys.stderr)
        with quiet_stderr():
            print("us again", file=sys.stderr)
        raise ZeroDivisionError
    os.write(2, b"heard again\n")
    assert sys.stderr is former
    assert capfd.readouterr().err == "us: \u266f\nus again\nheard again\n"
