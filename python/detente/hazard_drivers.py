"""What the hazard of a transition is made of, and why it differs between policies.

The hazard is a product: a baseline times named ratios, or the factors of a `hazard` expression,
which is taken apart at its products and at the terms of an exponential. Its logarithm is therefore
a sum, and so is the mean of that over paths: the contributions of the factors add up to the mean
log hazard, and the differences of contributions between two policies to the difference of the mean
log hazards. Nothing is left over.

The mean is over the paths at risk at a report date: the chain is in a state that the transition
leaves, its guard holds, and the hazard is above 0 and finite. Factors are read at the date itself.
Which paths are at risk differs between policies. Therefore a difference comes in two parts, which
add up to it: what differs on the paths that are at risk under both (`same_paths`), and what is due
to other paths being at risk (`selection`); the formula is at the head of
:mod:`detente.factor_moments`. Over all dates together a path counts once for each date at which it
is at risk.

exp of a contribution is a geometric mean of hazard ratios. It is not the ratio of mean hazards,
which dangerous paths weigh more in; the mean hazard is told with the paths at risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from detente import _core
from detente.comparison import Z95
from detente.errors import unknown_name
from detente.factor_moments import Means, PairMoments, Parted, RiskMoments
from detente.inspection import Inspection, Portion, Terms, check_baseline
from detente.json_numbers import with_numbers
from detente.move_shares import MoveCounts, Share

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from detente.forecast import Forecast
    from detente.plotting import Chart
    from detente.progress import ProgressCallback
    from detente.scenario import Scenario

    Floats = NDArray[np.float64]

#: The sum of all contributions.
WHOLE = "log hazard"

#: Stands for all report dates together.
ALL_DATES = "all"


@dataclass(frozen=True)
class Drivers:
    """What the hazard of a transition is made of, by policy.

    All figures are told at each report date, and at the date ``"all"`` over all of them.

    Attributes
    ----------
    transition, chain
        What was looked at.
    baseline
        The policy that others are compared with.
    factors
        What the hazard is a product of.
    contributions
        Rows by policy, factor and date. Columns: ``mean`` (of the log of the factor over the paths
        at risk) with ``standard_error``, ``low``, ``high`` (95 %), and ``ratio``, exp of the mean.
        The factor ``log hazard`` is the sum of the others.
    differences
        Rows by policy (but the baseline), factor and date. Columns: ``difference`` (of the means,
        the policy's less the baseline's) with ``standard_error``, ``low``, ``high``, ``ratio``
        (its exp), and its two parts ``same_paths`` and ``selection``, each with its ``_error``;
        NaN where no path is at risk under both.
    at_risk
        Rows by policy and date. Columns: ``share`` of paths at risk; ``excluded``, the share in
        which the hazard is 0 or infinite, or a factor negative, so that it has no logarithm;
        ``hazard``, its mean over the paths at risk, with ``standard_error`` (per year, or per unit
        of time). At the date ``"all"`` shares are means over dates.
    shares
        Rows by policy and transition: the columns of :class:`detente.move_shares.Share`.
    title, n_paths, seed, seconds
        What it rests on.
    """

    transition: str
    chain: str
    baseline: str
    factors: list[str]
    contributions: pd.DataFrame = field(repr=False)
    differences: pd.DataFrame = field(repr=False)
    at_risk: pd.DataFrame = field(repr=False)
    shares: pd.DataFrame = field(repr=False)
    title: str
    n_paths: int
    n_paths_requested: int
    seed: int
    first_path: int
    paths_per_draw: int
    dates: list[str] = field(repr=False)
    times: list[float] = field(repr=False)
    scenario: Scenario = field(repr=False)
    seconds: float = 0.0

    @property
    def policies(self) -> list[str]:
        """Names of the policies."""
        return list(dict.fromkeys(self.at_risk.index.get_level_values("policy")))

    @property
    def partial(self) -> bool:
        """Whether it was stopped before it was done."""
        return self.n_paths < self.n_paths_requested

    @property
    def has_calendar(self) -> bool:
        """Whether dates are days of the calendar rather than plain numbers."""
        return self.scenario.start is not None

    def table(self, date: str = ALL_DATES) -> pd.DataFrame:
        """Contributions and differences at one date, a row for each factor and the whole.

        Parameters
        ----------
        date
            A report date as :attr:`dates` writes it; all of them together by default.

        Returns
        -------
        pandas.DataFrame
            Columns by policy and figure: ``mean``, and but for the baseline ``difference``,
            ``low``, ``high``, ``same_paths``, ``selection``. The factors that differ most first,
            the whole last.
        """
        import pandas as pd

        self._check_date(date)
        means: Any = self.contributions.xs(date, level="date")
        columns: dict[tuple[str, str], Any] = {}
        for policy in self.policies:
            columns[policy, "mean"] = means.loc[policy]["mean"]
            if policy != self.baseline:
                rows: Any = self.differences.xs((policy, date), level=("policy", "date"))
                for name in ("difference", "low", "high", "same_paths", "selection"):
                    columns[policy, name] = rows[name]
        table = pd.DataFrame(columns).reindex([*self.ordered_factors(date), WHOLE])
        table.index.name = "factor"
        return table

    def ordered_factors(self, date: str = ALL_DATES) -> list[str]:
        """The factors that differ most between policies first; those of one policy as written."""
        if self.differences.empty:
            return self.factors
        size = self.differences.xs(date, level="date")["difference"].abs()
        largest = size.groupby(level="factor").max().to_dict()
        return sorted(self.factors, key=lambda name: -(largest.get(name) or 0.0))

    def plot(self, policies: Sequence[str] | str | None = None, most: int = 8) -> Chart:
        """Over time: a panel for each of the `most` different factors, a line for each policy."""
        from detente.plotting.hazard_drivers import contribution_lines

        return contribution_lines(self, policies, most)

    def plot_differences(
        self,
        policies: Sequence[str] | str | None = None,
        date: str = ALL_DATES,
        most: int = 20,
    ) -> Chart:
        """Bars: how much each factor adds to the difference from the baseline."""
        from detente.plotting.hazard_drivers import difference_bars

        self._check_date(date)
        return difference_bars(self, policies, date, most)

    def to_json_dict(self) -> dict[str, Any]:
        """What ``detente drivers --json`` prints; None for numbers that do not exist."""
        told: dict[str, Any] = {
            "scenario": self.title,
            "transition": self.transition,
            "chain": self.chain,
            "baseline": self.baseline,
            "paths": self.n_paths,
            "seed": self.seed,
            "paths_per_draw": self.paths_per_draw,
            "dates": [*self.dates, ALL_DATES],
            "factors": self.factors,
            "policies": {name: self._policy_json(name) for name in self.policies},
            "seconds": self.seconds,
            "version": _core.__version__,
        }
        numbers: dict[str, Any] = with_numbers(told)
        return numbers

    def _policy_json(self, policy: str) -> dict[str, Any]:
        shares: Any = self.shares.xs(policy, level="policy")
        risks: Any = self.at_risk.xs(policy, level="policy")
        told = {
            "contributions": _by_factor(self.contributions, policy),
            "at_risk": risks.to_dict("list"),
            "shares": shares.to_dict("index"),
        }
        if policy != self.baseline:
            told["differences"] = _by_factor(self.differences, policy)
        return told

    def _check_date(self, date: str) -> None:
        if date not in (ALL_DATES, *self.dates):
            raise unknown_name("report date", date, [ALL_DATES, *self.dates])

    def _repr_html_(self) -> str:
        html: str = self.table()._repr_html_()  # type: ignore[operator]
        return html


def drivers(
    subject: Scenario | Forecast,
    transition: str,
    policies: Sequence[str] | str | None = None,
    baseline: str | None = None,
    paths: int | None = None,
    seed: int = 0,
    paths_per_draw: int = 1,
    threads: int | None = None,
    progress: ProgressCallback | bool | None = None,
) -> Drivers:
    """What the hazard of a transition is made of, and why it differs between policies.

    What its figures mean is told at the head of :mod:`detente.hazard_drivers`.

    Parameters
    ----------
    subject
        A scenario, or a forecast, whose (first) paths are played once more.
    transition
        Its name; ``chain.name`` where two chains have one of that name.
    policies
        All by default.
    baseline
        The policy that the others are compared with: the first by default.
    paths
        Paths per policy, 10,000 by default; of a forecast at most its own.
    seed, paths_per_draw
        As in :func:`detente.simulate`; without meaning for a forecast, which has its own.
    threads, progress
        As in :func:`detente.simulate`. When the callback returns False, what is done is returned.

    Returns
    -------
    Drivers

    Raises
    ------
    ArgumentError
        A name is unknown, or a number out of range.
    RunError
        A path fails.

    Examples
    --------
    >>> found = detente.drivers(scenario, "reattack", ["talks_now", "nato_first"])  # doctest: +SKIP
    >>> found.table()  # doctest: +SKIP
    """
    terms = Terms.of(subject, policies, paths, seed, paths_per_draw, threads)
    reference = check_baseline(terms.policies, baseline)
    inspection = Inspection(terms, transition)
    sums = _Sums(inspection, reference)
    for portion in inspection.portions(progress):
        sums.add(portion)
    return sums.drivers()


class _Sums:
    """Everything that is summed over the paths of an inspection."""

    def __init__(self, inspection: Inspection, baseline: str) -> None:
        policies, n_dates = inspection.terms.policies, len(inspection.dates)
        self._inspection, self._baseline = inspection, baseline
        self._items = [*inspection.factors, WHOLE]
        self._means = {
            (policy, item): RiskMoments(n_dates) for policy in policies for item in self._items
        }
        self._pairs = {
            (policy, item): PairMoments(n_dates)
            for policy in policies
            if policy != baseline
            for item in self._items
        }
        self._hazards = {policy: RiskMoments(n_dates) for policy in policies}
        self._counts = {policy: [0.0, 0.0] for policy in policies}  # at risk, excluded; by date
        self._moves = {policy: MoveCounts(len(inspection.elements)) for policy in policies}
        #: A value of each item near its mean: sums of squares of distances from it round less.
        self._centres: dict[str, float] = {}

    def add(self, portion: Portion) -> None:
        """Add the paths of a portion under all policies."""
        policies = self._inspection.terms.policies
        read = {name: self._read(portion, name, k) for k, name in enumerate(policies)}
        for position, item in enumerate(self._items):
            for policy, (at_risk, logs) in read.items():
                self._means[policy, item].add(at_risk, logs[position], portion.draws)
                if policy != self._baseline:
                    b, other = read[self._baseline]
                    self._pairs[policy, item].add(
                        at_risk, logs[position], b, other[position], portion.draws
                    )
        for k, name in enumerate(policies):
            self._moves[name].add(self._inspection, portion, k)

    def _read(self, portion: Portion, policy: str, number: int) -> tuple[Any, Floats]:
        """Who is at risk, [date][path], and logs less their centres, [item][date][path]."""
        import numpy as np

        n_factors = len(self._inspection.factors)
        factors = portion.log_factors(number, n_factors)
        is_present = ~np.isnan(factors[0])
        at_risk: Any = np.isfinite(factors).all(axis=0)
        logs = np.empty((n_factors + 1, *at_risk.shape))
        logs[:-1] = np.where(at_risk, factors, 0)
        logs[-1] = logs[:-1].sum(axis=0)
        counts = self._counts[policy]
        counts[0] += at_risk.sum(axis=1)
        counts[1] += (is_present & ~at_risk).sum(axis=1)
        self._hazards[policy].add(at_risk, np.where(at_risk, np.exp(logs[-1]), 0), portion.draws)
        for position, item in enumerate(self._items):
            if item not in self._centres and at_risk.any():
                self._centres[item] = float(logs[position][at_risk][0])
            logs[position][at_risk] -= self._centres.get(item, 0.0)
        return at_risk, logs

    def drivers(self) -> Drivers:
        """All tables."""
        import numpy as np
        import pandas as pd

        inspection, terms = self._inspection, self._inspection.terms
        means, differences = {}, {}
        for (policy, item), moments in self._means.items():
            mean = moments.mean()
            mean = Means(mean.value + self._centres.get(item, 0.0), mean.error)
            means[policy, item] = _mean_rows(mean)
        for (policy, item), pair in self._pairs.items():
            differences[policy, item] = _difference_rows(pair.parted())
        risks, shares = {}, {}
        for policy in terms.policies:
            at_risk, excluded = (np.append(c, np.mean(c)) for c in self._counts[policy])
            hazard = self._hazards[policy].mean()
            risks[policy] = {
                "share": at_risk / inspection.n_done,
                "excluded": excluded / inspection.n_done,
                "hazard": hazard.value,
                "standard_error": hazard.error,
            }
            found = self._moves[policy].shares(inspection.elements, inspection.position)
            shares.update({(policy, name): asdict(share) for name, share in found.items()})
        index = pd.MultiIndex.from_tuples(list(shares), names=["policy", "transition"])
        columns = list(Share.__dataclass_fields__)
        return Drivers(
            transition=inspection.transition,
            chain=inspection.chain,
            baseline=self._baseline,
            factors=inspection.factors,
            contributions=self._frame(means, ["policy", "factor"]),
            differences=self._frame(differences, ["policy", "factor"]),
            at_risk=self._frame(risks, ["policy"]),
            shares=pd.DataFrame(list(shares.values()), index=index, columns=columns),
            title=terms.scenario.title,
            n_paths=inspection.n_done,
            n_paths_requested=terms.n_paths,
            seed=terms.seed,
            first_path=terms.first_path,
            paths_per_draw=terms.paths_per_draw,
            dates=inspection.dates,
            times=inspection.times,
            scenario=terms.scenario,
            seconds=inspection.seconds,
        )

    def _frame(self, columns: dict[Any, dict[str, Floats]], names: list[str]) -> pd.DataFrame:
        """Columns by date under each key, as one table."""
        import pandas as pd

        dates = pd.Index([*self._inspection.dates, ALL_DATES], name="date")
        tables = {key: pd.DataFrame(rows, index=dates) for key, rows in columns.items()}
        return pd.concat(tables, names=names) if tables else pd.DataFrame()


def _mean_rows(mean: Means) -> dict[str, Floats]:
    import numpy as np

    with np.errstate(over="ignore"):
        ratio = np.exp(mean.value)
    return {
        "mean": mean.value,
        "standard_error": mean.error,
        "low": mean.value - Z95 * mean.error,
        "high": mean.value + Z95 * mean.error,
        "ratio": ratio,
    }


def _difference_rows(parted: Parted) -> dict[str, Floats]:
    rows = _mean_rows(parted.difference)
    return {
        "difference": rows.pop("mean"),
        **rows,
        "same_paths": parted.same_paths.value,
        "same_paths_error": parted.same_paths.error,
        "selection": parted.selection.value,
        "selection_error": parted.selection.error,
    }


def _by_factor(table: pd.DataFrame, policy: str) -> dict[str, Any]:
    """Columns of a policy as lists over the dates, by factor."""
    rows: Any = table.xs(policy, level="policy")
    return {name: part.to_dict("list") for name, part in rows.groupby(level="factor", sort=False)}
