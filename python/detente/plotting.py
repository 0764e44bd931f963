"""Charts of a forecast, drawn with Altair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import altair as alt

from detente.errors import ArgumentError, unknown_name
from detente.estimates import SHARES

if TYPE_CHECKING:
    from detente.forecast import Forecast

Chart = alt.Chart | alt.LayerChart | alt.FacetChart | alt.VConcatChart | alt.HConcatChart

#: Colours for policies, told apart by most kinds of colour vision (after Okabe and Ito 2008).
POLICY_COLORS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
    "#56B4E9", "#7A5195", "#8C8C00", "#A0522D", "#555555",
)  # fmt: skip
#: Colours for states that the scenario gives none.
STATE_COLORS = (
    "#B5473C", "#E0A458", "#8DB48E", "#4C7A9F", "#2F4858", "#9A77A8", "#C9C1B4", "#6B8F71",
    "#D98E73", "#7F8C8D", "#B7A57A", "#5C6B73",
)  # fmt: skip

_WIDE = 640
_PANEL = 250


class Plots:
    """The charts of a forecast: ``forecast.plot.occupancy("conflict")``.

    Each method returns an Altair chart, which notebooks show and ``chart.save`` writes.
    """

    def __init__(self, forecast: Forecast) -> None:
        self._forecast = forecast

    def occupancy(
        self, chain: str | None = None, policies: Sequence[str] | str | None = None
    ) -> Chart:
        """Share of paths in each state over time: stacked areas, a panel for each policy.

        Parameters
        ----------
        chain
            The first chain by default.
        policies
            All by default.
        """
        chain = self._first_chain(chain)
        names = self._policies(policies)
        occupancy = self._forecast.occupancy(chain)
        states = self._forecast.chains[chain]
        rows = []
        for policy in names:
            shares = occupancy.sel(policy=policy).to_numpy()
            for position, state in enumerate(states):
                rows += [
                    {"policy": policy, "date": date, "state": state, "order": position, "share": y}
                    for date, y in zip(self._dates(), shares[:, position].tolist(), strict=True)
                ]
        width = _WIDE if len(names) == 1 else _PANEL
        base = alt.Chart(alt.InlineData(values=rows), width=width, height=width * 0.55)
        area = base.mark_area(line=False, opacity=0.92).encode(
            x=self._time_axis(),
            y=alt.Y(
                "share:Q", stack="zero", axis=alt.Axis(format="%", title="share of paths")
            ).scale(domain=[0, 1]),
            color=alt.Color("state:N", title=chain, scale=self._state_scale(chain)),
            order=alt.Order("order:Q"),
            tooltip=["policy:N", "state:N", self._tooltip_date(), _percent_tip("share")],
        )
        return self._finish(_panels(area, names), f"States of {chain}")

    def incidence(
        self, outcome: str | None = None, policies: Sequence[str] | str | None = None
    ) -> Chart:
        """Cumulative incidence of a ``time_to`` outcome: a line with its 95 % interval per policy.

        Parameters
        ----------
        outcome
            The first ``time_to`` by default.
        policies
            All by default.
        """
        if outcome is None:
            outcome = next(iter(self._of_kind("time_to")), None)
            if outcome is None:
                raise ArgumentError("the scenario has no time_to outcome")
        names = self._policies(policies)
        incidence = self._forecast.incidence(outcome)
        rows = []
        for policy in names:
            for date, (y, low, high) in zip(
                self._dates(), incidence.sel(policy=policy).to_numpy().tolist(), strict=True
            ):
                rows.append({"policy": policy, "date": date, "share": y, "low": low, "high": high})
        base = alt.Chart(alt.InlineData(values=rows), width=_WIDE, height=_WIDE * 0.5).encode(
            x=self._time_axis(), color=self._policy_color(names)
        )
        band = base.mark_area(opacity=0.25).encode(
            y=alt.Y("low:Q", axis=alt.Axis(format="%", title="paths by then")), y2="high:Q"
        )
        line = base.mark_line(strokeWidth=2).encode(
            y="share:Q",
            tooltip=["policy:N", self._tooltip_date(), _percent_tip("share")],
        )
        return self._finish(alt.layer(band, line), f"Cumulative incidence of {outcome}")

    def bands(
        self, variable: str | None = None, policies: Sequence[str] | str | None = None
    ) -> Chart:
        """A variable over time: median, middle half and middle 90 % of the paths, per policy.

        Parameters
        ----------
        variable
            The first variable by default.
        policies
            All by default.
        """
        if variable is None:
            variable = next(iter(self._forecast.variables), None)
            if variable is None:
                raise ArgumentError("the scenario has no variables")
        names = self._policies(policies)
        bands = self._forecast.bands(variable)
        statistics = [str(name) for name in bands.coords["statistic"].values]
        rows = []
        for policy in names:
            values = bands.sel(policy=policy).to_numpy().tolist()
            for date, row in zip(self._dates(), values, strict=True):
                figures = dict(zip(statistics, row, strict=True))
                rows.append({"policy": policy, "date": date, **figures})
        width = _WIDE if len(names) == 1 else _PANEL
        base = alt.Chart(alt.InlineData(values=rows), width=width, height=width * 0.55).encode(
            x=self._time_axis(),
            color=self._policy_color(names, legend=False),
        )
        unit = self._forecast.variables[variable]
        title = f"{variable}, {unit}" if unit else variable
        wide = base.mark_area(opacity=0.18).encode(
            y=alt.Y("q05:Q", title=title).scale(zero=False), y2="q95:Q"
        )
        middle = base.mark_area(opacity=0.3).encode(y="q25:Q", y2="q75:Q")
        tips = [alt.Tooltip(f"{name}:Q", format=".4g") for name in ("q05", "q50", "q95")]
        line = base.mark_line(strokeWidth=2).encode(
            y="q50:Q", tooltip=["policy:N", self._tooltip_date(), *tips]
        )
        subtitle = "median, middle half and middle 90 % of the paths"
        return self._finish(_panels(alt.layer(wide, middle, line), names), str(variable), subtitle)

    def outcomes(
        self,
        outcomes: Sequence[str] | str | None = None,
        policies: Sequence[str] | str | None = None,
    ) -> Chart:
        """Estimates with their 95 % intervals: a panel for each outcome, a line for each policy.

        Parameters
        ----------
        outcomes
            All probabilities by default, and the utility where there is one.
        policies
            All by default.
        """
        chosen = self._outcomes(outcomes)
        names = self._policies(policies)
        panels = [self._outcome_panel(outcome, names) for outcome in chosen]
        rows = [alt.hconcat(*panels[start : start + 2]) for start in range(0, len(panels), 2)]
        return self._finish(alt.vconcat(*rows), "Outcomes by policy", "95 % Monte Carlo intervals")

    def _outcome_panel(self, outcome: str, names: Sequence[str]) -> Chart:
        estimates = {policy: self._forecast.estimate(policy, outcome) for policy in names}
        is_share = next(iter(estimates.values())).kind in SHARES
        rows = [
            {"policy": policy, "estimate": item.estimate, "low": item.low, "high": item.high}
            for policy, item in estimates.items()
            if item.n > 0
        ]
        unit = next(iter(estimates.values())).unit
        axis = alt.Axis(format="%") if is_share else alt.Axis(format="~g")
        title = f"{outcome}, {unit}" if unit else outcome
        base = alt.Chart(alt.InlineData(values=rows), width=260, height=17 * len(names)).encode(
            y=alt.Y("policy:N", sort=list(names), title=None),
            color=self._policy_color(names, legend=False),
        )
        tips: list[Any] = ["policy:N"]
        tips += [
            alt.Tooltip(f"{name}:Q", format=".2%" if is_share else ".4g")
            for name in ("estimate", "low", "high")
        ]
        interval = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
            x=alt.X("low:Q", title=title, axis=axis).scale(zero=False), x2="high:Q"
        )
        dot = base.mark_point(filled=True, size=60, opacity=1).encode(x="estimate:Q", tooltip=tips)
        return alt.layer(interval, dot)

    def tradeoff(self, x: str, y: str, policies: Sequence[str] | str | None = None) -> Chart:
        """Two outcomes against one another: a dot for each policy, with both 95 % intervals.

        Parameters
        ----------
        x, y
            Names of outcomes.
        policies
            All by default.
        """
        names = self._policies(policies)
        rows = []
        kinds = {}
        for policy in names:
            row: dict[str, Any] = {"policy": policy}
            for axis, outcome in (("x", x), ("y", y)):
                item = self._forecast.estimate(policy, outcome)
                kinds[axis] = (item.kind in SHARES, item.unit)
                row |= {axis: item.estimate, f"{axis}_low": item.low, f"{axis}_high": item.high}
            rows.append(row)
        base = alt.Chart(alt.InlineData(values=rows), width=_WIDE * 0.8, height=_WIDE * 0.6).encode(
            color=self._policy_color(names, legend=False)
        )
        x_axis = alt.X("x:Q", title=_axis_title(x, kinds["x"][1]), axis=_axis(kinds["x"][0]))
        y_axis = alt.Y("y:Q", title=_axis_title(y, kinds["y"][1]), axis=_axis(kinds["y"][0]))
        x_axis, y_axis = x_axis.scale(zero=False, padding=30), y_axis.scale(zero=False, padding=20)
        across = base.mark_rule(opacity=0.5).encode(x=alt.X("x_low:Q"), x2="x_high:Q", y="y:Q")
        along = base.mark_rule(opacity=0.5).encode(y=alt.Y("y_low:Q"), y2="y_high:Q", x="x:Q")
        dot = base.mark_point(filled=True, size=80, opacity=1).encode(x=x_axis, y=y_axis)
        name = base.mark_text(align="left", dx=8, dy=-6).encode(x="x:Q", y="y:Q", text="policy:N")
        return self._finish(alt.layer(dot, across, along, name), f"{y} against {x}")

    def paths(
        self, chain: str | None = None, policy: str | None = None, n_paths: int = 30
    ) -> Chart:
        """Single histories as ribbons, one line for each path, coloured by state.

        Needs ``keep_paths``.

        Parameters
        ----------
        chain, policy
            The first by default.
        n_paths
            How many of the kept paths to show.
        """
        chain = self._first_chain(chain)
        name = self._forecast.policies[0] if policy is None else self._policies(policy)[0]
        kept = self._forecast.paths[chain].sel(policy=name)[:n_paths]
        dates = self._dates()
        rows = []
        for path, states in zip(kept["path"].to_numpy().tolist(), kept.to_numpy(), strict=True):
            begin = 0
            for position in range(1, len(states)):
                if position == len(states) - 1 or states[position] != states[begin]:
                    row = {"path": path, "from": dates[begin], "to": dates[position]}
                    rows.append({**row, "state": str(states[begin])})
                    begin = position
        chart = (
            alt.Chart(alt.InlineData(values=rows), width=_WIDE, height=13 * len(kept["path"]))
            .mark_bar(height=9)
            .encode(
                x=self._time_axis("from"),
                x2="to:T" if self._forecast.has_calendar else "to:Q",
                y=alt.Y(
                    "path:O",
                    title="path",
                    axis=alt.Axis(ticks=False, domain=False, titlePadding=12),
                ),
                color=alt.Color("state:N", title=chain, scale=self._state_scale(chain)),
                tooltip=["path:O", "state:N"],
            )
        )
        return self._finish(chart, f"Single paths of {chain} under {name}")

    def overview(self) -> list[tuple[str, Chart]]:
        """The charts of a report, each with a title."""
        charts: list[tuple[str, Chart]] = [("Outcomes by policy", self.outcomes())]
        charts += [
            (f"States of {chain} over time", self.occupancy(chain))
            for chain in self._forecast.chains
        ]
        charts += [
            (f"Cumulative incidence of {outcome}", self.incidence(outcome))
            for outcome in self._of_kind("time_to")
        ]
        charts += [
            (f"{variable} over time", self.bands(variable)) for variable in self._forecast.variables
        ]
        return charts

    # -- parts -----------------------------------------------------------------------------------

    def _finish(self, chart: Any, title: str, subtitle: str = "") -> Chart:  # noqa: ANN401
        text = f"{self._forecast.n_paths:,} paths, seed {self._forecast.seed}"
        subtitle = f"{subtitle}; {text}" if subtitle else text
        finished: Chart = (
            chart.properties(title=alt.TitleParams(title, subtitle=subtitle, anchor="start"))
            .configure_view(stroke=None)
            .configure_axis(gridColor="#8882", domainColor="#888", tickColor="#888")
            .configure_header(labelFontWeight="bold", title=None)
            .configure_title(fontSize=15, subtitleColor="#777", offset=12)
        )
        return finished

    def _dates(self) -> list[Any]:
        if self._forecast.has_calendar:
            return self._forecast.dates
        times: list[Any] = self._forecast.times.tolist()
        return times

    def _time_axis(self, column: str = "date") -> alt.X:
        if not self._forecast.has_calendar:
            return alt.X(f"{column}:Q", title="time")
        scale = alt.Scale(type="utc")
        return alt.X(
            f"{column}:T", title=None, scale=scale, axis=alt.Axis(tickCount=5, labelFlush=False)
        )

    def _tooltip_date(self) -> alt.Tooltip:
        if not self._forecast.has_calendar:
            return alt.Tooltip("date:Q", title="time", format=".4g")
        return alt.Tooltip("date:T", format="%Y-%m-%d")

    def _policy_color(self, names: Sequence[str], legend: bool = True) -> alt.Color:
        known = self._forecast.policies
        colors = [POLICY_COLORS[known.index(name) % len(POLICY_COLORS)] for name in names]
        return alt.Color(
            "policy:N",
            scale=alt.Scale(domain=list(names), range=colors),
            legend=alt.Legend(title=None, symbolOpacity=1) if legend else None,
        )

    def _state_scale(self, chain: str) -> alt.Scale:
        states = self._forecast.chains[chain]
        given = self._forecast.scenario.state_colors.get(chain, {})
        colors = [
            given.get(state, STATE_COLORS[position % len(STATE_COLORS)])
            for position, state in enumerate(states)
        ]
        return alt.Scale(domain=states, range=colors)

    def _policies(self, policies: Sequence[str] | str | None) -> list[str]:
        known = self._forecast.policies
        if policies is None:
            return known
        names = [policies] if isinstance(policies, str) else list(policies)
        for name in names:
            if name not in known:
                raise unknown_name("policy", name, known)
        return names

    def _outcomes(self, outcomes: Sequence[str] | str | None) -> list[str]:
        known = self._forecast.outcome_names
        if outcomes is None:
            kinds: tuple[Literal["probability", "utility"], ...] = ("probability", "utility")
            return [name for kind in kinds for name in self._of_kind(kind)] or known
        names = [outcomes] if isinstance(outcomes, str) else list(outcomes)
        for name in names:
            if name not in known:
                raise unknown_name("outcome", name, known)
        return names

    def _of_kind(self, kind: str) -> list[str]:
        estimates = self._forecast.estimates(self._forecast.policies[0])
        return [estimate.name for estimate in estimates if estimate.kind == kind]

    def _first_chain(self, chain: str | None) -> str:
        known = list(self._forecast.chains)
        if not known:
            raise ArgumentError("the scenario has no chains")
        if chain is not None and chain not in known:
            raise unknown_name("chain", chain, known)
        return known[0] if chain is None else chain


def _panels(chart: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - layered or single charts
    """One panel for each policy, three side by side; a policy alone needs none."""
    if len(names) == 1:
        return chart
    facet = alt.Facet("policy:N", sort=list(names), title=None)
    return chart.facet(facet=facet, columns=2 if len(names) in (2, 4) else 3)


def _percent_tip(column: str) -> alt.Tooltip:
    return alt.Tooltip(f"{column}:Q", format=".1%")


def _axis(is_share: bool) -> alt.Axis:
    return alt.Axis(format="%") if is_share else alt.Axis(format="~g")


def _axis_title(outcome: str, unit: str) -> str:
    return f"{outcome}, {unit}" if unit else outcome
