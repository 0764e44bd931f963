"""Charts of a forecast, drawn with Altair; imported when the first one is asked for."""

from __future__ import annotations

from detente.plotting.plots import Plots
from detente.plotting.style import Chart

__all__ = ["Chart", "Plots"]
