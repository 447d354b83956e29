"""Three charts as plain SVG, readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 200, 44, 48
COLOURS = ("#2a6fdb", "#e07b29", "#3a9e5f", "#b0475a", "#7d5bbe", "#7a7a7a", "#17999f")
Points = Sequence[tuple[float, float]]
Scale = Callable[[float], float]


def _document(title: str, body: Iterable[str], height: int = HEIGHT) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="system-ui, sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>\n'
        f'<text x="{LEFT}" y="24" font-size="15" fill="#222">{escape(title)}</text>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _text(x: float, y: float, text: str, anchor: str = "start", colour: str = "#444") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _line(points: Points, colour: str, width: float = 2, dash: str = "") -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"'
        f' stroke-linejoin="round"{dashes}/>'
    )


def _frame(
    x: Scale, y: Scale, x_ticks: Mapping[float, str], y_ticks: Mapping[float, str], x_name: str
) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for value, label in y_ticks.items():
        parts.append(_line([(LEFT, y(value)), (right, y(value))], "#dddddd", 1))
        parts.append(_text(LEFT - 8, y(value) + 4, label, "end"))
    parts += [_text(x(value), bottom + 18, label, "middle") for value, label in x_ticks.items()]
    parts.append(_text((LEFT + right) / 2, HEIGHT - 10, x_name, "middle"))
    return parts


def _legend(names: Iterable[str]) -> list[str]:
    parts = []
    for number, name in enumerate(names):
        top = TOP + 10 + 22 * number
        colour = COLOURS[number % len(COLOURS)]
        parts.append(_line([(WIDTH - RIGHT + 12, top), (WIDTH - RIGHT + 30, top)], colour, 3))
        parts.append(_text(WIDTH - RIGHT + 36, top + 4, name))
    return parts


def shares(title: str, series: Mapping[str, Points]) -> str:
    """The share of the limit over seconds."""
    longest = max((points[-1][0] for points in series.values() if points), default=1.0)
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT

    def x(second: float) -> float:
        return LEFT + (right - LEFT) * second / longest

    def y(share: float) -> float:
        return bottom - (bottom - TOP) * min(share, 1.1) / 1.1

    y_ticks = {step / 5: f"{step * 20} %" for step in range(6)}
    x_ticks = {float(second): str(second) for second in range(0, int(longest) + 1, 10)}
    parts = _frame(x, y, x_ticks, y_ticks, "seconds since the first request")
    parts.append(_line([(LEFT, y(0.95)), (right, y(0.95))], "#222222", 1, "4 4"))
    for number, points in enumerate(series.values()):
        drawn = [(x(second), y(share)) for second, share in points]
        parts.append(_line(drawn, COLOURS[number % len(COLOURS)]))
    return _document(title, parts + _legend(series))


def growth(title: str, series: Mapping[str, Points], x_name: str) -> str:
    """Seconds against rows, both logarithmic."""
    everything = [point for points in series.values() for point in points]
    low_x, high_x = _decades([px for px, _ in everything])
    low_y, high_y = _decades([py for _, py in everything])
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT

    def x(rows: float) -> float:
        return LEFT + (right - LEFT) * (math.log10(rows) - low_x) / (high_x - low_x)

    def y(seconds: float) -> float:
        return bottom - (bottom - TOP) * (math.log10(seconds) - low_y) / (high_y - low_y)

    x_ticks = {10.0**power: f"{10**power:,}" for power in range(low_x, high_x + 1)}
    y_ticks = {10.0**power: f"{10.0**power:g} s" for power in range(low_y, high_y + 1)}
    parts = _frame(x, y, x_ticks, y_ticks, x_name)
    for number, points in enumerate(series.values()):
        colour = COLOURS[number % len(COLOURS)]
        drawn = [(x(rows), y(seconds)) for rows, seconds in points]
        parts.append(_line(drawn, colour))
        parts += [
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{colour}"/>' for px, py in drawn
        ]
    return _document(title, parts + _legend(series))


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def bars(title: str, values: Mapping[str, float], unit: str) -> str:
    """One bar a contestant."""
    left, step = 230, 44
    height = TOP + step * len(values) + 20
    most = max(values.values())
    parts = []
    for number, (name, value) in enumerate(values.items()):
        top = TOP + step * number
        length = (WIDTH - left - 120) * value / most
        colour = COLOURS[number % len(COLOURS)]
        parts.append(_text(left - 10, top + 20, name, "end"))
        parts.append(
            f'<rect x="{left}" y="{top}" width="{length:.1f}" height="28" rx="3" fill="{colour}"/>'
        )
        parts.append(_text(left + length + 8, top + 20, f"{value:,.0f} {unit}"))
    return _document(title, parts, height)
