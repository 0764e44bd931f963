"""What a forecast says to who must choose: ranks, regret, dominance, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from detente.results import Results

if TYPE_CHECKING:
    import pandas as pd

    from detente.dominance import Dominance
    from detente.forecast import Forecast
    from detente.ranking import Better, Over, Ranking


class Decisions(Results):
    """The part of a forecast that weighs its policies against one another, path by path."""

    def rank(
        self,
        outcome: str = "utility",
        better: Better | None = None,
        over: Over | None = None,
        policies: Sequence[str] | str | None = None,
    ) -> Ranking:
        """How often each policy is the best, its rank, and its expected regret.

        Regret is what the best policy on the same path, or for the same parameters, has more. The
        formulas are at the head of :mod:`detente.ranking`.

        Parameters
        ----------
        outcome
            The utility by default. A ``time_to`` is read as whether the time is reached.
        better
            ``"higher"`` or ``"lower"``: which way the outcome is better. Of the utility higher is.
        over
            ``"paths"``: a policy is best on a path, knowing what chance does on it. ``"draws"``: it
            is best in expectation, for one draw of the parameters; needs ``paths_per_draw`` above
            1. By default over draws where paths share them.
        policies
            Those that can be chosen; all by default.

        Returns
        -------
        detente.Ranking
            With ``.table``, ``.ranks`` (the probability of every rank) and ``.to_json_dict()``. Its
            intervals rest on paths, or on draws where paths share them, which are then the
            independent units. Over draws the noise of the few paths of a draw, which would make
            the best of them look too good, is taken out of the differences between policies
            (:mod:`detente.draw_means`), and standard errors are those of 200 resamples of the
            draws, in each of which it is taken out anew. Have a few hundred draws.

        Raises
        ------
        ArgumentError
            There is no such outcome, its direction is not said, single paths were not kept, a path
            has no reading of it (`over` paths), or no paths share draws (`over` draws).

        Examples
        --------
        >>> forecast.rank().table[["best", "regret"]]  # doctest: +SKIP
        >>> forecast.rank("added_deaths", better="lower").ranks  # doctest: +SKIP
        """
        from detente.ranking import ranking_of

        return ranking_of(cast("Forecast", self), outcome, better, over, policies)

    def dominance(
        self, first: str, second: str, outcome: str = "utility", better: Better | None = None
    ) -> Dominance:
        """Whether a policy dominates another stochastically, to the first and the second order.

        The definitions and tests are at the head of :mod:`detente.dominance`. The distributions are
        those over paths, in which what is not known and chance are both.

        Parameters
        ----------
        first, second
            Policies: does the first dominate the second?
        outcome
            The utility by default; any but a ``time_to``.
        better
            ``"higher"`` or ``"lower"``: which way the outcome is better. Of the utility higher is.

        Returns
        -------
        detente.Dominance
            With ``.first_order`` and ``.second_order``: a verdict ("yes", "no" or "not decided", at
            95 %), how large a share of the area between the functions violates dominance, and by
            how much at worst; with ``.curves`` and ``.plot()``.

        Raises
        ------
        ArgumentError
            A name is unknown or the same twice, the direction of the outcome is not said, it is a
            ``time_to``, no path has a reading of it, or single paths were not kept.

        Examples
        --------
        >>> forecast.dominance("talks_now", "fight_on").verdict  # doctest: +SKIP
        """
        from detente.dominance import dominance_of

        return dominance_of(cast("Forecast", self), first, second, outcome, better)

    def variance_reductions(self) -> pd.DataFrame:
        """How many times fewer paths shared randomness needs, for all pairs of policies.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``first`` and ``second`` policy and outcome. Columns: ``variance_reduction``
            (variance of the difference between independent runs over that on shared paths; of
            draws, where paths share them) with its 95 % interval ``low``, ``high``, and
            ``correlation`` of the two estimates; NaN where the two never differ. A ``time_to`` with
            a ``given`` is left out.

        Raises
        ------
        ArgumentError
            There is one policy alone, or single paths were not kept.

        Examples
        --------
        >>> table = forecast.variance_reductions()  # doctest: +SKIP
        >>> table.loc["drift"].loc["talks_now"]  # doctest: +SKIP
        """
        from detente.variance_reductions import variance_reduction_table

        return variance_reduction_table(cast("Forecast", self))

    def band_intervals(self) -> pd.DataFrame:
        """The ends of every epistemic band with their 95 % intervals.

        The ends are quantiles of the draws, which more paths to a draw do not make surer; more
        draws do. The formula is at the head of :mod:`detente.band_intervals`.

        Returns
        -------
        pandas.DataFrame
            Indexed by policy and outcome. Columns: ``band_low`` and ``band_high`` as in
            :attr:`Forecast.outcomes`, each with ``_from`` and ``_to``, the ends of its interval,
            and ``n_draws``. A ``time_to`` with a ``given`` is left out.

        Raises
        ------
        ArgumentError
            No paths share draws of uncertain parameters, or single paths were not kept.
        """
        from detente.band_intervals import band_interval_table

        return band_interval_table(self)
