"""What the page is made of: a fixed table, read once. Nothing else can be fetched by a name."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent / "page"
_KINDS = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}
_TABLE = {
    "/": "page.html",
    "/page.css": "page.css",
    "/theme.js": "theme.js",
    "/page.js": "page.js",
    "/wire.js": "wire.js",
    "/sheet.js": "sheet.js",
    "/marks.js": "marks.js",
    "/glide.js": "glide.js",
    "/bars.js": "bars.js",
    "/panel.js": "panel.js",
    "/curves.js": "curves.js",
    "/controls.js": "controls.js",
    "/inputs.js": "inputs.js",
    "/icon.svg": "icon.svg",
    "/page.webmanifest": "page.webmanifest",
}


@dataclass(frozen=True, slots=True)
class Resource:
    kind: str
    packed: bytes  # gzipped


def resources() -> dict[str, Resource]:
    """By the path of the request."""
    return {path: _read(name) for path, name in _TABLE.items()}


def _read(name: str) -> Resource:
    return Resource(_KINDS[name.rpartition(".")[2]], gzip.compress((_HERE / name).read_bytes(), 9, mtime=0))
