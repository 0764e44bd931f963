"""A ranking as people read it, in a terminal and in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from detente.html_parts import number_cells, part
from detente.number_format import Figure, figure, plain

if TYPE_CHECKING:
    from detente.ranking import Ranking, Standing


def heads(ranking: Ranking) -> list[str]:
    """What stands above the columns."""
    share = "best on paths" if ranking.over == "paths" else "best in draws"
    return [f"mean {ranking.outcome}", share, "mean rank", "regret"]


def figures(standing: Standing) -> list[Figure]:
    """A row: the mean, how often the policy is the best, its mean rank, its expected regret."""
    reach = 2 * standing.mean_rank_error
    rank = figure(
        standing.mean_rank, max(1.0, standing.mean_rank - reach), standing.mean_rank + reach
    )
    return [
        Figure(plain(standing.estimate, 3)),
        figure(100 * standing.best, 100 * standing.best_low, 100 * standing.best_high, " %"),
        Figure(rank.main),
        figure(standing.regret, standing.regret_low, standing.regret_high),
    ]


def facts(ranking: Ranking) -> str:
    """What the ranking rests on, and which way it goes."""
    kind = "paths" if ranking.over == "paths" else "draws of the parameters"
    return f"over {ranking.n:,} {kind} · {ranking.better} is better"


def legend(ranking: Ranking) -> str:
    """What the columns say."""
    if ranking.over == "paths":
        meaning = (
            "Best on paths: the share of histories that end best under the policy, ties shared. "
            "Regret: what the best policy on the same history has more, in the mean; it takes "
            "knowing chance to avoid it all."
        )
    else:
        meaning = (
            "Best in draws: how probable it is, for all that is not known about the parameters, "
            "that the policy has the best expectation. Regret: what the best policy for the same "
            "parameters is expected to have more. The noise of the paths of a draw is taken out."
        )
    return (
        f"{meaning} With each its 95 % interval. The policy with the best mean need not be the "
        "best often, and one that is often best can be costly where it is not."
    )


def ranking_html(ranking: Ranking) -> str:
    """What a notebook shows."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads(ranking))
    rows = "".join(
        f"<tr><th>{escape(name)}</th>{number_cells(figures(standing))}</tr>"
        for name, standing in ranking.standings.items()
    )
    unit = f" ({ranking.unit})" if ranking.unit else ""
    return part(
        f"<h1>Policies ranked by {escape(ranking.outcome + unit)}</h1>"
        f"<p class='fact'>{escape(facts(ranking))}</p>"
        f"<div class='wide'><table><thead><tr><th></th>{top}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div><p class='fact'>{escape(legend(ranking))}</p>"
    )
