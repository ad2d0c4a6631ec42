"""A short text as a QR code for the terminal: a link to photograph with a telephone.

ISO/IEC 18004, and of it only what a link needs: bytes, error correction L, versions 1 to 5 (one block
of codewords, one alignment pattern), mask 0.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_BLOCKS = {1: (19, 7), 2: (34, 10), 3: (55, 15), 4: (80, 20), 5: (108, 26)}  # data and correction codewords
_QUIET = 2  # light modules around it; four are asked for, two do
_FORMAT = 0b111011111000100  # correction L, mask 0, as the standard lists it
_INK = "\x1b[38;5;16;48;5;231m"  # black on white, whatever the terminal's own colours
_PLAIN = "\x1b[0m"
_HALVES = " ▀▄█"


def for_terminal(text: str) -> str:
    """Two modules to a character. Empty where the text is too long."""
    modules = code(text)
    if modules is None:
        return ""
    framed = np.pad(modules, _QUIET)
    framed = np.pad(framed, ((0, len(framed) % 2), (0, 0)))
    rows = framed[0::2] + 2 * framed[1::2]
    return "\n".join(_INK + "".join(_HALVES[cell] for cell in row) + _PLAIN for row in rows)


def code(text: str) -> np.ndarray | None:
    """The modules, 1 for dark; None where the text is too long."""
    content = text.encode()
    version = next((v for v, (data, _) in _BLOCKS.items() if len(content) + 2 <= data), None)
    if version is None:
        return None
    modules, fixed = _frame(version)
    bits = _bits(content, *_BLOCKS[version])
    for row, column in _path(len(modules)):
        if not fixed[row, column]:
            dark = next(bits, 0)
            modules[row, column] = dark ^ ((row + column) % 2 == 0)
    return modules


def _bits(content: bytes, data: int, correction: int) -> Iterator[int]:
    """Byte mode, length, content, the end, padding, correction: bit by bit."""
    whole = (0b0100 << 8 | len(content)) << 8 * len(content) | int.from_bytes(content, "big")
    words = (whole << 4).to_bytes(len(content) + 2, "big")
    padded = words + bytes(0xEC if k % 2 == 0 else 0x11 for k in range(data - len(words)))
    for word in padded + _correction(padded, correction):
        yield from (word >> bit & 1 for bit in range(7, -1, -1))


def _correction(data: bytes, count: int) -> bytes:
    """Reed-Solomon: the remainder of the data divided by (x - 1)(x - 2)(x - 4)..."""
    divisor = [1]
    for k in range(count):
        root = _power(k)
        longer = [*divisor, 0]
        divisor = [longer[i] ^ (_times(divisor[i - 1], root) if i else 0) for i in range(len(longer))]
    rest = [0] * count
    for word in data:
        factor = word ^ rest[0]
        rest = [a ^ _times(b, factor) for a, b in zip([*rest[1:], 0], divisor[1:], strict=True)]
    return bytes(rest)


def _times(a: int, b: int) -> int:
    """In the field of 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _power(k: int) -> int:
    value = 1
    for _ in range(k):
        value = _times(value, 2)
    return value


def _frame(version: int) -> tuple[np.ndarray, np.ndarray]:
    """The patterns that are always there, and which modules they take."""
    size = 17 + 4 * version
    modules = np.zeros((size, size), np.uint8)
    fixed = np.zeros((size, size), bool)
    line = np.arange(size) % 2 == 0
    modules[6], modules[:, 6] = line, line
    fixed[6], fixed[:, 6] = True, True
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        area = slice(max(top - 1, 0), top + 8), slice(max(left - 1, 0), left + 8)
        modules[area], fixed[area] = 0, True
        modules[top : top + 7, left : left + 7] = _rings(7)
    if version > 1:
        at = slice(size - 9, size - 4)
        modules[at, at], fixed[at, at] = _rings(5), True
    fixed[:9, :9] = fixed[:9, size - 8 :] = fixed[size - 8 :, :9] = True
    format_bits = [_FORMAT >> bit & 1 for bit in range(14, -1, -1)]
    around = [(8, k) for k in (0, 1, 2, 3, 4, 5, 7, 8)] + [(k, 8) for k in (7, 5, 4, 3, 2, 1, 0)]
    apart = [(size - 1 - k, 8) for k in range(7)] + [(8, size - 8 + k) for k in range(8)]
    for place in (around, apart):
        for (row, column), bit in zip(place, format_bits, strict=True):
            modules[row, column] = bit
    modules[size - 8, 8] = 1
    return modules, fixed


def _rings(size: int) -> np.ndarray:
    """A dark ring, a light one, dark in the middle."""
    away = np.abs(np.arange(size) - size // 2)
    ring = np.maximum(away[:, None], away[None, :])
    return (ring != size // 2 - 1).astype(np.uint8)


def _path(size: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, up and down by turns, around the vertical line."""
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            yield row, right
            yield row, right - 1
        upwards = not upwards
