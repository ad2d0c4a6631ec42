"""Settings a running session lets its operator change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Property:
    """One setting: its default, what it may be, and what it does."""

    name: str
    default: float | str
    lowest: float | None
    highest: float | None
    choices: tuple[str, ...]
    about: str

    def accept(self, value: object) -> float | str | None:
        """The value in its right type, or None when it is not allowed."""
        if self.choices:
            text = str(value)
            return text if text in self.choices else None
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return None
        if self.lowest is None or self.highest is None:
            return number
        return number if self.lowest <= number <= self.highest else None


PROPERTIES: dict[str, Property] = {
    item.name: item
    for item in (
        Property("mode", "follow", None, None, ("follow", "wait", "step", "listen"),
                 "follow: judge and follow; wait: never coast; step: only Next and Prev move;"
                 " listen: report notes only"),
        Property("tempo", 1.0, 0.25, 4.0, (), "expected speed as a factor of the printed tempo"),
        Property("transpose", 0.0, -48.0, 48.0, (), "semitones the player sounds above the score"),
        Property("octave", "exact", None, None, ("exact", "any"),
                 "any: a right pitch in a wrong octave counts as right"),
        Property("repeats", "notated", None, None, ("notated", "none"),
                 "which way is expected at a repeat sign; the other stays possible"),
        Property("rate", 50.0, 1.0, 100.0, (), "positions per second at most"),
    )
}  # fmt: skip
