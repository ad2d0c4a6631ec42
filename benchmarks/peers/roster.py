"""Which peers there are, and what each of them can be asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Peer:
    """``online``: it reports while notes come in. ``labels``: it says which note is which."""

    name: str
    package: str
    online: bool
    labels: bool


ROSTER = (
    Peer("pthmm", "matchmaker", online=True, labels=False),
    Peer("arzt", "matchmaker", online=True, labels=False),
    Peer("dixon", "matchmaker", online=True, labels=False),
    Peer("hmm", "matchmaker", online=True, labels=False),
    Peer("outerhmm", "matchmaker", online=True, labels=False),
    Peer("OTM", "parangonar", online=True, labels=True),
    Peer("OPTM", "parangonar", online=True, labels=True),
    Peer("TOLTW", "parangonar", online=True, labels=True),
    Peer("OLTW", "parangonar", online=True, labels=True),
    Peer("DualDTW", "parangonar", online=False, labels=True),
)
