"""The door to the charts of a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from detente.plotting import chains, curves, figures, states
from detente.plotting.style import Chart
from detente.plotting.subject import Subject

if TYPE_CHECKING:
    from detente.forecast import Forecast


class Plots:
    """The charts of a forecast: ``forecast.plot.occupancy("conflict")``.

    Each method returns an Altair chart, which notebooks show and ``chart.save`` writes.
    """

    def __init__(self, forecast: Forecast) -> None:
        self._forecast = forecast
        self._subject = Subject(forecast)

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
        subject = self._subject
        return states.occupancy(subject, subject.chain(chain), subject.policies(policies))

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
        subject = self._subject
        return curves.incidence(subject, subject.time_to(outcome), subject.policies(policies))

    def hazard(
        self,
        outcome: str | None = None,
        since: str | None = None,
        policies: Sequence[str] | str | None = None,
    ) -> Chart:
        """Hazard of a ``time_to`` outcome against time: a line of steps for each policy.

        The estimate is that of :meth:`Forecast.hazard`. The axis ends at twice the largest
        estimate; intervals may reach beyond it.

        Parameters
        ----------
        outcome
            The first ``time_to`` by default.
        since
            Another ``time_to``, from whose moment time is counted, such as the ceasefire for a
            relapse; needs ``keep_outcomes``. The start of the forecast by default.
        policies
            All by default.
        """
        subject = self._subject
        return curves.hazard(subject, subject.time_to(outcome), since, subject.policies(policies))

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
        subject = self._subject
        return curves.bands(subject, subject.variable(variable), subject.policies(policies))

    def outcomes(
        self,
        outcomes: Sequence[str] | str | None = None,
        policies: Sequence[str] | str | None = None,
    ) -> Chart:
        """Estimates with their 95 % intervals: a panel for each outcome, a line for each policy.

        Where :attr:`Forecast.outcomes` has an epistemic band, it is drawn too, thin and pale.

        Parameters
        ----------
        outcomes
            All probabilities by default, and the utility where there is one.
        policies
            All by default.
        """
        subject = self._subject
        return figures.outcomes(subject, subject.outcomes(outcomes), subject.policies(policies))

    def comparison(
        self,
        baseline: str | None = None,
        outcomes: Sequence[str] | str | None = None,
        policies: Sequence[str] | str | None = None,
    ) -> Chart:
        """Paired differences to a baseline: a panel for each outcome, a line for each policy.

        The numbers are those of :meth:`Forecast.compare`, and need ``keep_outcomes``. Where they
        have an epistemic band, it is drawn too, thin and pale.

        Parameters
        ----------
        baseline
            The first policy by default.
        outcomes
            All probabilities by default, and the utility where there is one.
        policies
            All but the baseline by default.
        """
        subject = self._subject
        first = self._forecast.policies[0] if baseline is None else subject.policies(baseline)[0]
        return figures.comparison(
            subject, first, subject.outcomes(outcomes), subject.policies(policies)
        )

    def tradeoff(self, x: str, y: str, policies: Sequence[str] | str | None = None) -> Chart:
        """Two outcomes against one another: a dot for each policy, with both 95 % intervals.

        Parameters
        ----------
        x, y
            Names of outcomes.
        policies
            All by default.
        """
        subject = self._subject
        (across,), (up,) = subject.outcomes(x), subject.outcomes(y)
        return figures.tradeoff(subject, across, up, subject.policies(policies))

    def dominance(
        self,
        first: str,
        second: str,
        outcome: str = "utility",
        better: Literal["higher", "lower"] | None = None,
    ) -> Chart:
        """Two policies' distribution functions, and their differences of first and second order.

        The verdicts are those of :meth:`Forecast.dominance`, and need ``keep_outcomes``.

        Parameters
        ----------
        first, second
            Policies: does the first dominate the second?
        outcome
            The utility by default.
        better
            ``"higher"`` or ``"lower"``: which way the outcome is better. Of the utility higher is.
        """
        return self._forecast.dominance(first, second, outcome, better).plot()

    def chain(self, chain: str | None = None, policy: str | None = None) -> Chart:
        """The states of a chain as circles, its transitions as arrows.

        Circles grow with the share of paths that end in the state. Arrows carry how often a path
        makes the move: from ``count`` outcomes of its transitions where there are any, else from
        the histories that ``keep_paths`` kept, else the names of the transitions alone. Dashed
        arrows are moves that effects make and no transition does.

        Parameters
        ----------
        chain, policy
            The first by default.
        """
        subject = self._subject
        return chains.diagram(subject, subject.chain(chain), subject.policies(policy)[0])

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
        subject = self._subject
        return states.ribbons(subject, subject.chain(chain), subject.policies(policy)[0], n_paths)

    def overview(self) -> list[tuple[str, Chart]]:
        """The charts of a report, each with a title."""
        forecast = self._forecast
        charts: list[tuple[str, Chart]] = [("Outcomes by policy", self.outcomes())]
        if forecast.has_outcome_columns and len(forecast.policies) > 1:
            charts.append((f"Differences to {forecast.policies[0]}", self.comparison()))
        charts += [
            (f"States of {chain} over time", self.occupancy(chain)) for chain in forecast.chains
        ]
        first = forecast.policies[0]
        charts += [
            (f"States of {chain} and their transitions, {first}", self.chain(chain))
            for chain in forecast.chains
        ]
        charts += [
            (f"Cumulative incidence of {outcome}", self.incidence(outcome))
            for outcome in self._subject.of_kind("time_to")
        ]
        charts += [
            (f"{variable} over time", self.bands(variable)) for variable in forecast.variables
        ]
        return charts
