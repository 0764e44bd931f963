"""Charts as files: one specification, drawn as PNG or SVG, or kept as HTML or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import ArgumentError
from detente.written import write_whole

if TYPE_CHECKING:
    from detente.plotting.style import Chart

#: The endings that name a format.
SUFFIXES = (".png", ".svg", ".html", ".json")

#: Pixels of a PNG for each pixel of the chart.
_SHARPNESS = 2


def check_suffix(path: Path) -> None:
    """Raise an ArgumentError unless the ending names a format."""
    if path.suffix.lower() not in SUFFIXES:
        raise ArgumentError(f"`{path}` must end in one of {', '.join(SUFFIXES)}")


def write_chart(chart: Chart, path: Path) -> None:
    """Write a chart in the format that the ending names; the file appears when it is whole.

    Raises
    ------
    ArgumentError
        The ending names no format.
    StorageError
        The file cannot be written.
    """
    check_suffix(path)
    write_whole(path, _drawn(chart, path.suffix.lower()))


def _drawn(chart: Chart, suffix: str) -> bytes:
    import vl_convert

    specification = chart.to_json()
    if suffix == ".png":
        picture: bytes = vl_convert.vegalite_to_png(specification, scale=_SHARPNESS)
        return picture
    if suffix == ".svg":
        text: str = vl_convert.vegalite_to_svg(specification)
    elif suffix == ".html":
        # The page carries the libraries that draw it: it needs no network.
        text = vl_convert.vegalite_to_html(specification, bundle=True)
    else:
        text = specification + "\n"
    return text.encode()
