from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detente
from detente.shards import Shard


@given(of=st.integers(1, 50), paths=st.integers(1, 10**12), first=st.integers(0, 10**15))
def test_shards_cover_the_run_once_and_differ_by_at_most_one_path(
    of: int, paths: int, first: int
) -> None:
    paths = max(paths, of)
    shards = [Shard.parse(f"{number}/{of}", first, paths) for number in range(1, of + 1)]
    begin = first
    for shard in shards:
        assert shard.first_path == begin
        begin += shard.n_paths
    assert begin == first + paths
    sizes = {shard.n_paths for shard in shards}
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1


@given(keep=st.integers(0, 60), of=st.integers(1, 20))
def test_together_shards_keep_the_first_histories_of_the_run(keep: int, of: int) -> None:
    shards = [Shard.parse(f"{number}/{of}", 7, 41) for number in range(1, of + 1)]
    kept = [shard.kept(keep) for shard in shards]
    assert sum(kept) == min(keep, 41)
    for shard, count, following in zip(shards, kept, kept[1:], strict=False):
        assert following == 0 or count == shard.n_paths, "no gap between them"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3", "written as 3/16"),
        ("a/b", "written as 3/16"),
        ("-1/4", "written as 3/16"),
        ("0/4", "there is no shard 0/4"),
        ("5/4", "there is no shard 5/4"),
        ("1/0", "there is no shard 1/0"),
        ("1/200", "100 paths cannot be shared out to 200"),
    ],
)
def test_a_wrong_shard_is_refused(truce: detente.Scenario, text: str, words: str) -> None:
    with pytest.raises(detente.ArgumentError, match=words):
        detente.simulate(truce, paths=100, shard=text)


def test_a_shard_has_the_paths_of_its_range(truce: detente.Scenario) -> None:
    whole = detente.simulate(truce, paths=103, seed=3, keep_outcomes=True)
    shard = detente.simulate(truce, paths=103, seed=3, keep_outcomes=True, shard="2/3")
    assert (shard.first_path, shard.n_paths, str(shard.shard)) == (34, 34, "2/3")
    assert not shard.partial
    part = whole.outcome_columns.isel(path=slice(34, 68))
    assert part.equals(shard.outcome_columns)
    assert np.array_equal(shard.parameter_draws.index, np.arange(34, 68))


def test_a_precision_cannot_choose_the_paths_of_a_shard(truce: detente.Scenario) -> None:
    with pytest.raises(detente.ArgumentError, match="precision"):
        detente.simulate(truce, paths=100, shard="1/2", precision={"relapse_5y": 0.1})
