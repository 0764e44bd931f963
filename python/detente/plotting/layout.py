"""Where the states, arrows and labels of a chain diagram lie; all in pixels, y upwards."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]

WIDTH, HEIGHT = 760.0, 440.0
_RADIUS_X, _RADIUS_Y = 235.0, 150.0
_SMALLEST, _LARGEST = 9.0, 34.0
#: How far an arrow bows to its right, as a share of its length: there and back lie apart.
_BOW = 0.19
#: Mean width of a character and height of a line of the labels.
_CHARACTER, _LINE = 6.2, 15.0


@dataclass(frozen=True)
class Place:
    """The circle of a state.

    Attributes
    ----------
    outwards
        Direction from the middle of the diagram, where the label stands.
    """

    center: Point
    radius: float
    outwards: Point

    @property
    def label(self) -> Point:
        """Where the label begins."""
        # Two lines of text are centred on it: above and below the circle they need room.
        reach = self.radius + 8 + 14 * abs(self.outwards[1])
        return (
            self.center[0] + reach * self.outwards[0],
            self.center[1] + reach * self.outwards[1],
        )

    @property
    def label_align(self) -> str:
        """Which end of the label stands there."""
        if abs(self.outwards[0]) < 0.35:
            return "center"
        return "left" if self.outwards[0] > 0 else "right"


@dataclass(frozen=True)
class Arrow:
    """A bow from one circle to another: a quadratic Bézier curve by its three points."""

    start: Point
    control: Point
    end: Point

    def at(self, share: float) -> Point:
        """The point at a share of the way."""
        a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
        return (
            a * self.start[0] + b * self.control[0] + c * self.end[0],
            a * self.start[1] + b * self.control[1] + c * self.end[1],
        )

    @property
    def bearing(self) -> float:
        """Direction at its end in degrees, clockwise from upwards."""
        across, up = self.end[0] - self.control[0], self.end[1] - self.control[1]
        return math.degrees(math.atan2(across, up)) % 360


def places(shares: Sequence[float]) -> list[Place]:
    """States in their order round an ellipse, from the left clockwise; areas follow the shares."""
    n = len(shares)
    found = []
    for position, share in enumerate(shares):
        angle = math.pi - 2 * math.pi * position / n
        outwards = (math.cos(angle), math.sin(angle))
        center = (
            WIDTH / 2 + (_RADIUS_X * outwards[0] if n > 1 else 0),
            HEIGHT / 2 + (_RADIUS_Y * outwards[1] if n > 1 else 0),
        )
        radius = math.sqrt(_SMALLEST**2 + (_LARGEST**2 - _SMALLEST**2) * max(share, 0))
        found.append(Place(center, radius, outwards))
    return found


def arrow(source: Place, target: Place) -> Arrow:
    """The bow between two circles, from edge to edge."""
    (x0, y0), (x1, y1) = source.center, target.center
    across, up = x1 - x0, y1 - y0
    control = ((x0 + x1) / 2 + _BOW * up, (y0 + y1) / 2 - _BOW * across)
    return Arrow(
        _towards(source.center, control, source.radius + 3),
        control,
        _towards(target.center, control, target.radius + 8),
    )


def label_points(arrows: Sequence[Arrow], texts: Sequence[str]) -> list[Point]:
    """Where the labels of arrows stand: on their bows, as far from the others as they can be.

    One after another takes, of some places along its bow, the one nearest to the middle where no
    label stands yet; where all are taken, the one that is farthest from those that stand.
    """
    taken: list[tuple[Point, str]] = []
    for bow, text in zip(arrows, texts, strict=True):
        ways = [0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72, 0.22, 0.78]
        options = [bow.at(way) for way in ways]
        rooms = [min((_room(p, text, q, other) for q, other in taken), default=1) for p in options]
        free = [point for point, room in zip(options, rooms, strict=True) if room >= 0]
        best = free[0] if free else options[rooms.index(max(rooms))]
        taken.append((best, text))
    return [point for point, _ in taken]


@dataclass(frozen=True)
class Label:
    """Where a label begins, and with which end."""

    point: Point
    align: str


def labels_beside(spots: Sequence[Point], texts: Sequence[str], width: float) -> list[Label]:
    """Labels to the right or left of dots, above or below their lines, clear of one another.

    Each takes the first of eight places that is free of the labels before it and of all dots, and
    within `width`; where none is, the one with the most room.
    """
    taken: list[tuple[Point, str]] = [(spot, "o") for spot in spots]
    found = []
    for (x, y), text in zip(spots, texts, strict=True):
        half = _CHARACTER * len(text) / 2
        options, rooms = [], []
        for up in (11, -11, 25, -25):
            for side, align in ((1, "left"), (-1, "right")):
                middle = (x + side * (8 + half), y + up)
                room = min(_room(middle, text, point, other) for point, other in taken)
                if not half <= middle[0] <= width - half:
                    room = -math.inf
                options.append((middle, Label((x + side * 8, y + up), align)))
                rooms.append(room)
        place = next((k for k, room in enumerate(rooms) if room >= 0), rooms.index(max(rooms)))
        taken.append((options[place][0], text))
        found.append(options[place][1])
    return found


def _room(first: Point, text: str, second: Point, other: str) -> float:
    """Pixels between two labels; negative where they overlap."""
    across = abs(first[0] - second[0]) - _CHARACTER * (len(text) + len(other)) / 2
    up = abs(first[1] - second[1]) - _LINE
    return max(across, up)


def _towards(start: Point, goal: Point, distance: float) -> Point:
    across, up = goal[0] - start[0], goal[1] - start[1]
    length = math.hypot(across, up) or 1.0
    return (start[0] + distance * across / length, start[1] + distance * up / length)
