from __future__ import annotations

import re

import pytest

from repetiteur.bridges.report.by_bar import bars_played
from repetiteur.bridges.report.charts import HEIGHT, WIDTH, dynamics_chart, tempo_chart, timing_chart
from repetiteur.bridges.report.take import Take

CHARTS = [tempo_chart, timing_chart, dynamics_chart]


@pytest.mark.parametrize("chart", CHARTS)
def test_every_bar_tells_its_figures(chart, demo: Take) -> None:
    bars = bars_played(demo)
    told = re.findall(r"<title>(bar [^<]+)</title>", chart(demo, bars))
    labels = demo.score.bar_labels
    assert [text.split(",")[0].split(":")[0] for text in told] == [f"bar {labels[bar.bar]}" for bar in bars]
    assert sum(", second time" in text for text in told) == sum(bar.time == 2 for bar in bars)


@pytest.mark.parametrize("chart", CHARTS)
def test_repeats_and_restarts_cut_the_curve(chart, demo: Take) -> None:
    drawn = chart(demo, bars_played(demo))
    assert drawn.count('class="cut"') == 2
    assert re.findall(r'class="begun"[^>]*>(\w+)<', drawn) == ["repeat", "again"]


@pytest.mark.parametrize("chart", CHARTS)
def test_nothing_is_drawn_outside_or_fetched(chart, demo: Take) -> None:
    drawn = chart(demo, bars_played(demo))
    points = [pair.split(",") for run in re.findall(r'points="([^"]+)"', drawn) for pair in run.split()]
    assert points and all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)
    assert "http" not in drawn


def test_a_faster_bar_is_higher(demo: Take) -> None:
    bars = bars_played(demo)
    heights = [float(y) for y in re.findall(r'class="main" d="M[\d.]+ ([\d.]+)H', tempo_chart(demo, bars))]
    tempi = [bar.quarter_bpm for bar in bars if bar.quarter_bpm]
    assert heights.index(max(heights)) == tempi.index(min(tempi))
    assert heights.index(min(heights)) == tempi.index(max(tempi))
