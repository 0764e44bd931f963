"""Where the names of dots can stand without covering one another."""

from __future__ import annotations

from collections.abc import Sequence

#: Width of a letter and height of a line, in sizes of the font.
_LETTER, _LINE = 0.58, 1.2

#: Shifts of the left end of a name from its dot that are tried in turn, in pixels.
_SHIFTS = ((7.0, -7.0), (7.0, 9.0), (7.0, -20.0), (7.0, -33.0))


def label_places(
    dots: Sequence[tuple[float, float]], names: Sequence[str], width: float, font_size: float
) -> list[tuple[float, float] | None]:
    """The left end of each name's middle line, in pixels from the top left; None: there is no room.

    Earlier names have the choice.

    Parameters
    ----------
    dots
        Positions in pixels, from the top left.
    names
        One for each of the first dots; later dots have none, and are not covered either.
    width
        No name ends further right than that.
    font_size
        In pixels.
    """
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots]
    places: list[tuple[float, float] | None] = []
    for (x, y), name in zip(dots, names, strict=False):
        long, half = _LETTER * font_size * len(name), _LINE * font_size / 2
        places.append(None)
        for dx, dy in _SHIFTS:
            left = min(x + dx, width - long)
            box = (left, y + dy - half, left + long, y + dy + half)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                places[-1] = (left, y + dy)
                break
    return places


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
