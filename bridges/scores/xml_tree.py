"""Parses XML that strangers wrote: no entities, no network, no bottomless trees."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from repetiteur.bridges.scores.opening import Source
from repetiteur.realtime.errors import InputError


def lxml_etree() -> Any:
    """The parser, imported when a score needs it (it carries no types)."""
    return import_module("lxml.etree")


def parse(source: Source) -> Any:
    """The root element. Raises InputError with the line where the file breaks off."""
    etree = lxml_etree()
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
    )
    try:
        root = etree.fromstring(source.content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        problem = f"not well-formed {source.kind}: {error}"
        raise InputError(source.where, problem, "use a complete copy, or export it again") from None
    if root.tag.startswith("{"):  # a namespace tells us nothing more
        for element in root.iter():
            if isinstance(element.tag, str):
                element.tag = element.tag.rpartition("}")[2]
    return root


def whole(text: str | None, default: int) -> int:
    """The integer an attribute or element holds, or ``default``."""
    try:
        return int(str(text).strip())
    except ValueError:
        return default


def number(text: str | None) -> float | None:
    try:
        value = float(str(text).strip())
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None  # neither inf nor nan
