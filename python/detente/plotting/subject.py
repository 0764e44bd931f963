"""The forecast as the charts see it: names that may be shown, their colours, the axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import altair as alt

from detente.errors import ArgumentError, unknown_name
from detente.plotting.style import DASHES, POLICY_COLORS, STATE_COLORS, Chart, finish

if TYPE_CHECKING:
    from detente.forecast import Forecast


class Subject:
    """What a chart is about: a forecast, with what every chart asks of it."""

    def __init__(self, forecast: Forecast) -> None:
        self.forecast = forecast

    # -- names that were asked for, or those that are shown when none were -----------------------

    def policies(self, asked: Sequence[str] | str | None) -> list[str]:
        """All policies by default."""
        known = self.forecast.policies
        return known if asked is None else _chosen("policy", asked, known)

    def outcomes(self, asked: Sequence[str] | str | None) -> list[str]:
        """By default the probabilities and the utility; where there are none, all outcomes."""
        known = self.forecast.outcome_names
        if asked is None:
            kinds = ("probability", "utility")
            return [name for kind in kinds for name in self.of_kind(kind)] or known
        return _chosen("outcome", asked, known)

    def of_kind(self, kind: str) -> list[str]:
        """The outcomes of a kind."""
        estimates = self.forecast.estimates(self.forecast.policies[0])
        return [estimate.name for estimate in estimates if estimate.kind == kind]

    def time_to(self, asked: str | None) -> str:
        """The first ``time_to`` outcome by default."""
        if asked is not None:
            return asked
        first = next(iter(self.of_kind("time_to")), None)
        if first is None:
            raise ArgumentError("the scenario has no time_to outcome")
        return first

    def variable(self, asked: str | None) -> str:
        """The first variable by default."""
        if asked is not None:
            return asked
        first = next(iter(self.forecast.variables), None)
        if first is None:
            raise ArgumentError("the scenario has no variables")
        return first

    def chain(self, asked: str | None) -> str:
        """The first chain by default."""
        known = list(self.forecast.chains)
        if not known:
            raise ArgumentError("the scenario has no chains")
        if asked is not None and asked not in known:
            raise unknown_name("chain", asked, known)
        return known[0] if asked is None else asked

    # -- time ------------------------------------------------------------------------------------

    @property
    def dates(self) -> list[Any]:
        """The report dates, as text; as numbers where there is no calendar."""
        if self.forecast.has_calendar:
            return self.forecast.dates
        times: list[Any] = self.forecast.times.tolist()
        return times

    def outcome_words(self, outcome: str) -> list[str]:
        """A line for the subtitle: the scenario's description of an outcome, where it has one."""
        table = self.forecast.scenario.outcomes
        words = str(table.loc[outcome, "description"]) if outcome in table.index else ""
        return [words] if words else []

    def time_unit(self, outcome: str) -> str:
        """What times are counted in: years; without a calendar what the outcome says."""
        if self.forecast.has_calendar:
            return "years"
        unit: str = self.forecast.estimate(self.forecast.policies[0], outcome).unit
        return unit or "units of time"

    def time_axis(self, column: str = "date") -> alt.X:
        """The axis of time, from left to right."""
        if not self.forecast.has_calendar:
            return alt.X(f"{column}:Q", title="time")
        scale = alt.Scale(type="utc")
        return alt.X(
            f"{column}:T", title=None, scale=scale, axis=alt.Axis(tickCount=5, labelFlush=False)
        )

    def date_tip(self) -> alt.Tooltip:
        """The date in the text under the pointer."""
        if not self.forecast.has_calendar:
            return alt.Tooltip("date:Q", title="time", format=".4g")
        return alt.Tooltip("date:T", format="%Y-%m-%d")

    # -- colours ---------------------------------------------------------------------------------

    def policy_color(self, names: Sequence[str], legend: bool = True) -> alt.Color:
        """A colour for each policy, the same whichever of them are shown."""
        places = [self._all_policies.index(name) for name in names]
        colors = [POLICY_COLORS[place % len(POLICY_COLORS)] for place in places]
        shown = alt.Legend(
            title=None,
            labelLimit=150,
            symbolType="stroke",
            symbolSize=400,
            symbolOpacity=1,
            symbolStrokeWidth=2,
        )
        return alt.Color(
            "policy:N",
            scale=alt.Scale(domain=list(names), range=colors),
            legend=shown if legend else None,
        )

    def policy_dash(self, names: Sequence[str], legend: bool = True) -> alt.StrokeDash:
        """Dashes for the lines of policies, so that not the colour alone tells them apart."""
        places = [self._all_policies.index(name) for name in names]
        dashes = [list(DASHES[place % len(DASHES)]) for place in places]
        dash = alt.StrokeDash("policy:N", scale=alt.Scale(domain=list(names), range=dashes))
        return dash if legend else dash.legend(None)

    @cached_property
    def _all_policies(self) -> list[str]:
        """Those of the scenario: a forecast of some of them shows these in the same colours."""
        return self.forecast.scenario.policies

    def state_scale(self, chain: str) -> alt.Scale:
        """The scenario's colours of states, and others for states that it gives none."""
        states = self.forecast.chains[chain]
        given = self.forecast.scenario.state_colors.get(chain, {})
        colors = [
            given.get(state, STATE_COLORS[position % len(STATE_COLORS)])
            for position, state in enumerate(states)
        ]
        return alt.Scale(domain=states, range=colors)

    # -- finish ----------------------------------------------------------------------------------

    def finish(self, chart: Any, title: str, *lines: str) -> Chart:  # noqa: ANN401
        """Title, and below it what is shown and what the numbers rest on."""
        forecast = self.forecast
        rests_on = f"{forecast.title}: {forecast.n_paths:,} paths, seed {forecast.seed}"
        if forecast.partial:
            rests_on += f" (partial: {forecast.n_paths_requested:,} were asked for)"
        return finish(chart, title, [*lines, rests_on])


def _chosen(kind: str, asked: Sequence[str] | str, known: Sequence[str]) -> list[str]:
    """The names asked for, each once."""
    names = list(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    if not names:
        raise ArgumentError(f"no {kind} is named")
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)
    return names
