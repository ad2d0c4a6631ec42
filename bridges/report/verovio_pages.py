"""Runs Verovio in a process of its own: what it cannot digest ends that process, not ours.

JSON in on stdin ({"data", "options"}), JSON out on stdout (a list of pages as SVG; empty if it
could not read the score). Run as a file; imports nothing of this program.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    answer = os.dup(1)
    os.dup2(2, 1)  # Verovio tells its troubles on either; they must not get into the answer
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    asked = json.load(sys.stdin)
    toolkit = verovio.toolkit()
    toolkit.setOptions(asked["options"])
    read = toolkit.loadData(asked["data"])
    pages = [toolkit.renderToSVG(page + 1) for page in range(toolkit.getPageCount())] if read else []
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump(pages, out)


if __name__ == "__main__":
    main()
