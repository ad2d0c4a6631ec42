"""Ears compiled before they are needed, in a process of their own: compiling here would hold up what runs.

What is compiled stays on the disk, and is only loaded by whoever makes ears next.
"""

from __future__ import annotations

from repetiteur.bridges.apart import AWAITED, answering, done_apart

_RATE_HZ = 48_000.0  # any that needs a resampler


def compile_ears_apart() -> None:
    """Waits: two seconds, or half a minute the very first time. Where it fails, ears are compiled when
    they are made. Any thread."""
    done_apart(__name__, None)


def main() -> None:
    from repetiteur.bridges.hearing import AUTO, make_ears

    with answering(AWAITED) as out:
        make_ears(a4=AUTO).warm_up(_RATE_HZ)
        out.write(b"ready")


if __name__ == "__main__":
    main()
