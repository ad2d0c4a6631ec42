"""Puts the mistakes into a drawn score: a shape at each place, with what happened in words.

Shapes tell the kinds apart without colour: a dashed ring for missed, a cross and a ghost of the
played note for wrong, a diamond with a plus for added, small triangles for early and late.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from repetiteur.bridges.report import svg
from repetiteur.bridges.report.drawing import Drawing, Head
from repetiteur.bridges.report.take import Kind, Take, Verdict
from repetiteur.bridges.report.words import Wording, ordinal, spoken

_LETTERS = "CDEFGAB"
Placed = tuple[float, float, Callable[[], None]]  # where in the score, q; how far down; draws it
FARTHEST_STEPS = 9.0  # a ghost farther from its note would be in another staff: its name must do


class Marks:
    """Draws all marks of a take once; ``places`` then holds where each mistake can be found."""

    def __init__(self, drawing: Drawing, take: Take, wording: Wording, late_ms: float) -> None:
        self._late_ms = late_ms
        self.places: dict[Verdict, str] = {}  # the id of its mark, where there is one
        self._drawing, self._take, self._wording = drawing, take, wording
        self._layers: dict[int, Any] = {}
        notes = take.score.notes
        self._order = sorted(drawing.heads, key=lambda k: (float(notes["onset_q"][k]), drawing.heads[k].x))
        self._order_q = [float(notes["onset_q"][k]) for k in self._order]
        self._bars()
        self._tint()
        marks = [*self._at_notes(), *self._extras()]
        for _, _, draw in sorted(marks, key=lambda mark: mark[:2]):
            draw()

    def _layer(self, head: Head) -> Any:
        if head.system not in self._layers:
            self._layers[head.system] = svg.add(self._drawing.systems[head.system].layer, "g", class_="marks")
        return self._layers[head.system]

    def _bars(self) -> None:
        """Something to point at for each bar; it shows when a link leads to it."""
        step, score = self._drawing.step, self._take.score
        first: dict[int, Head] = {}
        for k in self._order:
            first.setdefault(int(score.notes["bar"][k]), self._drawing.heads[k])
        for bar, head in first.items():
            system = self._drawing.systems[head.system]
            after = first.get(bar + 1)
            until = system.width - 10.0 * step
            if after is not None and after.system == head.system:
                until = after.x - 3.0 * step
            x = head.x - 2.5 * step
            band = svg.add(system.layer, "rect", class_="bar", id=f"bar-{bar}", x=x, y=0.0,
                           width=max(until - x, step), height=system.height)  # fmt: skip
            system.layer.insert(0, band)

    def _tint(self) -> None:
        """Notes that no verdict names recede."""
        unplayed = set(self._take.unplayed())
        kinds: dict[int, set[Kind]] = defaultdict(set)
        for verdict in self._take.verdicts:
            if verdict.score_note is not None:
                kinds[verdict.score_note].add(verdict.kind)
        for k, group in self._drawing.groups.items():
            if k in unplayed:
                _mark_class(group, "unplayed")
            elif kinds[k] - {Kind.RIGHT}:
                _mark_class(group, "is-wrong" if Kind.WRONG in kinds[k] else "is-missed")

    def _at_notes(self) -> list[Placed]:
        by_note: dict[int, list[Verdict]] = defaultdict(list)
        for verdict in self._take.verdicts:
            if verdict.score_note is not None and verdict.score_note in self._drawing.heads:
                by_note[verdict.score_note].append(verdict)
        marks = []
        for k, verdicts in by_note.items():
            head = self._drawing.heads[k]
            wrong = [verdict for verdict in verdicts if verdict.kind is not Kind.RIGHT]
            off = [verdict for verdict in verdicts if abs(verdict.deviation_ms) >= self._late_ms]
            q = float(self._take.score.notes["onset_q"][k])
            if wrong:
                marks.append((q, head.y, partial(self._mistake, k, wrong, verdicts)))
            elif off:
                marks.append((q, head.y, partial(self._timing, k, off)))
        return marks

    def _mistake(self, k: int, wrong: list[Verdict], verdicts: list[Verdict]) -> None:
        head, step = self._drawing.heads[k], self._drawing.step
        kind = Kind.WRONG if any(verdict.kind is Kind.WRONG for verdict in wrong) else Kind.MISSED
        told = f"{self._place(wrong[0])}: {'; '.join(map(self._wording.happened, wrong))}"
        right = [ordinal(verdict.time) for verdict in verdicts if verdict.kind is Kind.RIGHT]
        told += f"; right the {' and '.join(dict.fromkeys(right))} time." if right else "."
        group = self._group(head, f"note-{k}", kind.value, told)
        for verdict in wrong:
            self.places[verdict] = f"note-{k}"
        if any(verdict.kind is Kind.MISSED for verdict in wrong):
            svg.add(group, "circle", class_="ring", cx=head.x, cy=head.y, r=2.1 * step)
        if kind is Kind.WRONG:
            _cross(group, head.x, head.y, 1.5 * step)
            played = {v.heard.pitch: v for v in wrong if v.heard is not None}
            for verdict in played.values():
                self._ghost(group, k, head, verdict)

    def _ghost(self, group: Any, k: int, head: Head, verdict: Verdict) -> None:
        """The note that was played instead, beside the one that was meant."""
        step = self._drawing.step
        pitch = verdict.heard.pitch if verdict.heard else 0
        name = self._wording.name(pitch, verdict.q)
        up = self._steps(int(self._take.score.notes["pitch"][k]), pitch, verdict.q)
        up = min(max(up, -FARTHEST_STEPS), FARTHEST_STEPS)
        x, y = head.x + 3.6 * step, head.y - up * step
        svg.add(group, "ellipse", class_="ghost", cx=x, cy=y, rx=1.25 * step, ry=0.9 * step,
                transform=f"rotate(-20 {x:.1f} {y:.1f})")  # fmt: skip
        self._name(group, name, x, y - step)

    def _name(self, group: Any, name: str, x: float, y: float) -> None:
        """Of a played note, above its shape."""
        step = self._drawing.step
        svg.add(group, "text", name, class_="name", x=x, y=y - 0.5 * step, font_size=2.8 * step)

    def _timing(self, k: int, off: list[Verdict]) -> None:
        head, step = self._drawing.heads[k], self._drawing.step
        late = off[0].deviation_ms > 0
        told = f"{self._place(off[0])}: {'; '.join(map(self._wording.happened, off))}."
        group = self._group(head, f"note-{k}", "late" if late else "early", told, reachable=False)
        way = 1.0 if late else -1.0
        tip, back = head.x + way * 3.3 * step, head.x + way * 1.9 * step
        svg.add(group, "polygon", points=svg.points(
            [(tip, head.y), (back, head.y - 0.8 * step), (back, head.y + 0.8 * step)]))  # fmt: skip

    def _extras(self) -> list[Placed]:
        """Added notes: between the notes they came between, at the height of their pitch."""
        together: dict[tuple[float, int], list[Verdict]] = defaultdict(list)
        for verdict in self._take.of(Kind.EXTRA):
            if verdict.heard is not None:
                together[round(verdict.q, 3), verdict.heard.pitch].append(verdict)
        heads = {key: head for key in together if (head := self._place_of(*key)) is not None}
        marks = []
        for (q, pitch), head in heads.items():
            below = any(
                other.system == head.system and abs(other.x - head.x) < 3 * self._drawing.step
                and 0 < head.y - other.y < 5 * self._drawing.step
                for other in heads.values()
            )  # fmt: skip
            draw = partial(self._extra, head, pitch, below, together[q, pitch])
            marks.append((q, head.y, draw))
        return marks

    def _extra(self, head: Head, pitch: int, below: bool, verdicts: list[Verdict]) -> None:
        """``below``: another one is right above, where the name would go."""
        step = self._drawing.step
        told = f"{self._place(verdicts[0])}: {'; '.join(map(self._wording.happened, verdicts))}."
        name = f"extra-{len(self.places)}"
        group = self._group(head, name, Kind.EXTRA.value, told)
        for verdict in verdicts:
            self.places[verdict] = name
        x, y, r = head.x, head.y, 1.6 * step
        svg.add(group, "polygon", points=svg.points([(x, y - r), (x + r, y), (x, y + r), (x - r, y)]))
        plus = f"M{x - r / 2:.1f} {y:.1f}h{r:.1f}M{x:.1f} {y - r / 2:.1f}v{r:.1f}"
        svg.add(group, "path", class_="plus", d=plus)
        spelled = self._wording.name(pitch, verdicts[0].q)
        self._name(group, spelled, *((x + 2.4 * r, y + 1.5 * step) if below else (x, y - r)))

    def _place_of(self, q: float, pitch: int) -> Head | None:
        """Where a note that is not in the score would stand."""
        at = bisect_right(self._order_q, q + 1e-6)
        if not self._order:
            return None
        before = self._order[max(at - 1, 0)]
        here = self._drawing.heads[before]
        x = here.x + 3.4 * self._drawing.step
        if at < len(self._order) and q - self._order_q[at - 1] > 1e-3:
            after = self._drawing.heads[self._order[at]]
            if after.system == here.system:
                share = (q - self._order_q[at - 1]) / (self._order_q[at] - self._order_q[at - 1])
                x = here.x + share * (after.x - here.x)
        around = self._order[max(at - 12, 0) : at + 12]
        near = [k for k in around if self._drawing.heads[k].system == here.system]
        pitches = self._take.score.notes["pitch"]
        nearest = min(near, key=lambda k: (abs(int(pitches[k]) - pitch), abs(self._drawing.heads[k].x - x)))
        up = self._steps(int(pitches[nearest]), pitch, q)
        return Head(here.system, x, self._drawing.heads[nearest].y - up * self._drawing.step)

    def _steps(self, low: int, high: int, q: float) -> float:
        """How far up the page it is from one pitch to another."""
        if self._drawing.steps_per_octave == 12.0:
            return float(high - low)
        return float(_line(self._wording.name(high, q)) - _line(self._wording.name(low, q)))

    def _place(self, verdict: Verdict) -> str:
        place = self._wording.place(verdict.q)
        return place[:1].upper() + place[1:]

    def _group(self, head: Head, name: str, kind: str, told: str, reachable: bool = True) -> Any:
        step = self._drawing.step
        attributes: dict[str, object] = {"id": name, "class_": f"mark {kind}", "data_told": told}
        if reachable:
            attributes |= {"tabindex": 0, "role": "img", "aria_label": spoken(told)}
        group = svg.add(self._layer(head), "g", **attributes)
        svg.add(group, "circle", class_="hit", cx=head.x, cy=head.y, r=2.8 * step)
        return group


def _cross(group: Any, x: float, y: float, r: float) -> None:
    across = 2.0 * r
    down = f"M{x - r:.1f} {y - r:.1f}l{across:.1f} {across:.1f}"
    up = f"M{x - r:.1f} {y + r:.1f}l{across:.1f} {-across:.1f}"
    svg.add(group, "path", class_="cross", d=down + up)


def _mark_class(group: Any, name: str) -> None:
    group.set("class", f"{group.get('class', '')} {name}".strip())


def _line(name: str) -> int:
    """Which line or space of the staff, counted from C0, for ``F♯4``."""
    letter, octave = name[0], name.lstrip("ABCDEFG♯♭")
    return 7 * int(octave) + _LETTERS.index(letter)
