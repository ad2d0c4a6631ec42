"""Names of ornaments in the file formats, and what each lets a player do."""

from __future__ import annotations

from repetiteur.realtime.score import Ornament

MUSICXML = {
    "trill-mark": Ornament.TRILL,
    "wavy-line": Ornament.TRILL,
    "shake": Ornament.TRILL,
    "mordent": Ornament.MORDENT,
    "inverted-mordent": Ornament.MORDENT,
    "schleifer": Ornament.MORDENT,
    "turn": Ornament.TURN,
    "inverted-turn": Ornament.TURN,
    "delayed-turn": Ornament.TURN,
    "delayed-inverted-turn": Ornament.TURN,
    "vertical-turn": Ornament.TURN,
    "inverted-vertical-turn": Ornament.TURN,
    "haydn": Ornament.TURN,
    "tremolo": Ornament.TREMOLO,
    "arpeggiate": Ornament.ARPEGGIO,
    "glissando": Ornament.GLISSANDO,
    "slide": Ornament.GLISSANDO,
}

MEI = {
    "trill": Ornament.TRILL,
    "mordent": Ornament.MORDENT,
    "turn": Ornament.TURN,
    "arpeg": Ornament.ARPEGGIO,
    "gliss": Ornament.GLISSANDO,
}

KERN = {
    "T": Ornament.TRILL,
    "t": Ornament.TRILL,
    "M": Ornament.MORDENT,
    "m": Ornament.MORDENT,
    "W": Ornament.MORDENT,
    "w": Ornament.MORDENT,
    "S": Ornament.TURN,
    "$": Ornament.TURN,
    "O": Ornament.TRILL,
    ":": Ornament.ARPEGGIO,
}
