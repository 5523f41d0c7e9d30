"""Charts as SVG, which any browser shows: bars with whiskers, and lines. They know nothing of benchmarks."""

import math
from dataclasses import dataclass, field
from html import escape

WIDTH = 480  # of a chart
LABELS = 150  # to the left of bars
VALUES = 76  # to the right of them
ROW = 26
HEAD = 58
PLOT = 190  # height of lines
EDGE = 16

# Both backgrounds get their own colours, by what the reader's system prefers; it works in an <img> as well.
STYLE = """
svg { font: 12px system-ui, sans-serif; }
.page { fill: #ffffff; } .text { fill: #24292f; } .quiet { fill: #656d76; } .axis { stroke: #d0d7de; } .whisker { stroke: #24292f; }
.title { font-size: 14px; font-weight: 600; } .small { font-size: 11px; }
.c0 { fill: #0a6cd6; } .c1 { fill: #afb8c1; }
.l0 { stroke: #0a6cd6; } .l1 { stroke: #bc6c00; } .l2 { stroke: #2c8a4b; } .l3 { stroke: #8250df; }
.t0 { fill: #0a6cd6; } .t1 { fill: #bc6c00; } .t2 { fill: #2c8a4b; } .t3 { fill: #8250df; }
@media (prefers-color-scheme: dark) {
  .page { fill: #16191e; } .text { fill: #e6edf3; } .quiet { fill: #9198a1; } .axis { stroke: #3d444d; } .whisker { stroke: #e6edf3; }
  .c0 { fill: #4493f8; } .c1 { fill: #59626d; }
  .l0 { stroke: #4493f8; } .l1 { stroke: #e3a03c; } .l2 { stroke: #57c27a; } .l3 { stroke: #b792f5; }
  .t0 { fill: #4493f8; } .t1 { fill: #e3a03c; } .t2 { fill: #57c27a; } .t3 { fill: #b792f5; }
}
"""


@dataclass
class Bars:
    """One bar a row: what it is called, its value, and the least and the most that were seen."""

    title: str
    subtitle: str
    rows: list[tuple[str, float, float, float]]
    ours: tuple[str, ...] = ()  # the rows to look at first

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows) + 10

    def draw(self) -> str:
        room = WIDTH - LABELS - VALUES
        most = max((top for _, _, _, top in self.rows), default=0) or 1
        parts = [text(0, 18, self.title, "text title"), text(0, 36, self.subtitle, "quiet small")]
        for index, (name, value, low, high) in enumerate(self.rows):
            top, middle = HEAD + ROW * index, HEAD + ROW * index + 9
            left, right = (LABELS + room * end / most for end in (low, high))
            style, width = "c0" if name in self.ours else "c1", max(1, room * value / most)
            parts += [
                text(LABELS - 8, middle + 4, name, "text", "end"),
                f'<rect class="{style}" x="{LABELS}" y="{top}" width="{width:.1f}" height="18" rx="2"/>',
                text(WIDTH, middle + 4, number(value), "text", "end"),
            ]
            if high > low:
                ends = f"M{left:.1f} {middle - 4}v8M{left:.1f} {middle}H{right:.1f}M{right:.1f} {middle - 4}v8"
                parts.append(f'<path class="whisker" d="{ends}" fill="none" stroke-width="1.2"/>')
        return "\n".join(parts)


@dataclass
class Lines:
    """Values over something that grows; a line is named where it ends."""

    title: str
    subtitle: str
    across: str  # what grows, with its unit
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    logarithmic: bool = False

    @property
    def height(self) -> int:
        return HEAD + PLOT + 44

    def draw(self) -> str:
        points = [point for line in self.lines.values() for point in line]
        scale = math.log10 if self.logarithmic else float
        start, stop = min(scale(x) for x, _ in points), max(scale(x) for x, _ in points)
        step = round_step(max(y for _, y in points) / 4)
        most = step * math.ceil(max(y for _, y in points) / step) or 1
        left, right, bottom = 52, WIDTH - 104, HEAD + PLOT

        def place(x: float, y: float) -> tuple[float, float]:
            return left + (right - left) * (scale(x) - start) / ((stop - start) or 1), bottom - PLOT * y / most

        parts = [text(0, 18, self.title, "text title"), text(0, 36, self.subtitle, "quiet small")]
        for line in range(round(most / step) + 1):
            _, y = place(points[0][0], line * step)
            parts.append(f'<path class="axis" d="M{left} {y:.1f}H{right}"/>')
            parts.append(text(left - 8, y + 4, number(line * step), "quiet small", "end"))
        for x in ticks(start, stop, self.logarithmic):
            parts.append(text(place(x, 0)[0], bottom + 18, number(x), "quiet small", "middle"))
        parts.append(text((left + right) / 2, bottom + 36, self.across, "quiet small", "middle"))
        ends = spread([place(*line[-1])[1] for line in self.lines.values()])
        for index, (name, line) in enumerate(self.lines.items()):
            corners = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in line)
            parts.append(f'<polyline class="l{index % 4}" points="{corners}" fill="none" stroke-width="2" stroke-linejoin="round"/>')
            for x, y in line if len(line) <= 12 else []:
                parts.append('<circle class="t{}" cx="{:.1f}" cy="{:.1f}" r="2.5"/>'.format(index % 4, *place(x, y)))
            parts.append(text(right + 8, ends[index] + 4, name, f"t{index % 4} small"))
        return "\n".join(parts)


def page(charts: list[Bars | Lines], foot: str) -> str:
    """All charts in two columns, each row as high as its higher one."""
    parts, y = [], EDGE
    for index in range(0, len(charts), 2):
        row = charts[index : index + 2]
        for column, chart in enumerate(row):
            x = EDGE * 2 + column * (WIDTH + EDGE * 3)
            parts.append(f'<g transform="translate({x} {y})">\n{chart.draw()}\n</g>')
        y += max(chart.height for chart in row) + EDGE
    width, height = WIDTH * 2 + EDGE * 7, y + 24
    parts.append(text(EDGE * 2, y + 4, foot, "quiet small"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return "\n".join([head, f"<style>{STYLE}</style>", f'<rect class="page" width="{width}" height="{height}"/>', *parts, "</svg>"]) + "\n"


def text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def number(value: float) -> str:
    """Three figures are enough for the eye: 14,800, 96.4, 1 M."""
    if value >= 1e6:
        return f"{value / 1e6:g} M" if value == round(value, -5) else f"{value / 1e6:.1f} M"
    if value >= 100 or value == round(value):
        return f"{round(value, -max(0, int(math.log10(value)) - 2)):,.0f}" if value else "0"
    return f"{value:.3g}"


def round_step(least: float) -> float:
    """The next 1, 2 or 5 with zeros, so that axes have numbers one can think with."""
    power = 10 ** math.floor(math.log10(least)) if least > 0 else 1
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)


def ticks(start: float, stop: float, logarithmic: bool) -> list[float]:
    if logarithmic:
        return [10.0**power for power in range(math.ceil(start - 1e-9), math.floor(stop + 1e-9) + 1)]
    step = round_step((stop - start) / 5 or 1)
    return [step * index for index in range(math.ceil(start / step), math.floor(stop / step) + 1)]


def spread(heights: list[float], apart: float = 14) -> list[float]:
    """Moves names that would lie on each other apart, keeping their order."""
    moved = list(heights)
    previous = -math.inf
    for index in sorted(range(len(heights)), key=heights.__getitem__):
        previous = moved[index] = max(heights[index], previous + apart)
    return moved
