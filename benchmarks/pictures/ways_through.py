"""A menuet and trio as the graph a player moves through."""

from __future__ import annotations

from repetiteur.benchmarks.pictures.sheet import Sheet
from repetiteur.realtime.playorder import play_order
from repetiteur.realtime.score import END, Edge, Segment
from repetiteur.realtime.signs import Jump, JumpKind, RepeatEnd, Signs, Until, Volta

SIGNS = Signs(  # in three-four: a repeat, a second one with two endings, Fine, a trio, D.C. al Fine
    end_q=72.0,
    repeat_starts=(0.0, 24.0),
    repeat_ends=(RepeatEnd(24.0), RepeatEnd(42.0)),
    voltas=(Volta(36.0, 42.0, (1,)), Volta(42.0, 48.0, (2,))),
    jumps=(Jump(JumpKind.DA_CAPO, 72.0, Until.FINE),),
    fines=(48.0,),
)
NAMES = "A", "B", "1.", "2.", "trio"
LEFT, TOP, HIGH, GAP, PX_A_QUARTER = 24.0, 96.0, 36.0, 58.0, 6.6
ARC, FURTHER_DOWN = 26.0, 22.0  # height of an arc, and how much lower each longer way back runs


def ways_through() -> str:
    sheet = Sheet(760, 262, "The segments of a menuet and trio, and the ways between them")
    order, _ = play_order(SIGNS)
    boxes = _boxes(order.segments)
    for name, (x, width) in zip(NAMES, boxes, strict=True):
        sheet.box(x, TOP, width, HIGH)
        sheet.text(x + width / 2, TOP + 23, name, anchor="middle")
    ways = [edge for edge in order.edges if edge.target != END]
    for edge in ways:
        if edge.target > edge.source:
            _onward(sheet, edge, boxes)
    back = [edge for edge in ways if edge.target <= edge.source]
    for number, edge in enumerate(sorted(back, key=lambda edge: _length(edge, boxes))):
        _back(sheet, edge, boxes, ARC + number * FURTHER_DOWN)
    notated = ", ".join(NAMES[segment].removesuffix(".") for segment in order.notated)
    sheet.text(LEFT, 26, f"The notation asks for {notated}")
    asked = "solid: asked for, after the visits named; dashed: nobody asks for it, but players do it"
    sheet.text(LEFT, 250, asked, "soft")
    return sheet.markup()


def _boxes(segments: tuple[Segment, ...]) -> list[tuple[float, float]]:
    """Left edge and width of each."""
    x, found = LEFT, []
    for segment in segments:
        found.append((x, PX_A_QUARTER * (segment.end_q - segment.start_q)))
        x += found[-1][1] + GAP
    return found


def _length(edge: Edge, boxes: list[tuple[float, float]]) -> float:
    return sum(boxes[edge.source]) - boxes[edge.target][0]


def _kind(edge: Edge) -> str:
    return "line" if edge.when else "line dashed"


def _visits(edge: Edge) -> str:
    return ", ".join({1: "1st", 2: "2nd", 3: "3rd"}[visit] for visit in edge.when)


def _onward(sheet: Sheet, edge: Edge, boxes: list[tuple[float, float]]) -> None:
    """Straight to the next segment, above those in between to another."""
    begin, end = sum(boxes[edge.source]), boxes[edge.target][0]
    middle, y = (begin + end) / 2, TOP + HIGH / 2
    if edge.target == edge.source + 1:
        sheet.arrow([(begin + 3, y), (end - 3, y)], _kind(edge))
        sheet.text(middle, y - 7, _visits(edge), "soft", "middle")
    else:
        sheet.arc((begin - 6, TOP - 2), (end + 6, TOP - 2), ARC, _kind(edge))
        sheet.text(middle, TOP - ARC - 8, _visits(edge), "soft", "middle")


def _back(sheet: Sheet, edge: Edge, boxes: list[tuple[float, float]], height: float) -> None:
    """Below the segments, the longer the lower."""
    begin, end = sum(boxes[edge.source]) - 6, boxes[edge.target][0] + height / 3
    sheet.arc((begin, TOP + HIGH + 2), (end, TOP + HIGH + 2), -height, _kind(edge))
    sheet.text((begin + end) / 2, TOP + HIGH + height - 4, _visits(edge), "soft", "middle")
