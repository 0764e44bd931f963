# The private compiled module. Arrays are read-only views that keep their owner.
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detente.errors import Diagnostic

__version__: str
compiler: str
build_type: str

def instruction_set() -> str: ...
def instruction_sets() -> list[str]: ...
def philox4x32(counter: Sequence[int], key: int) -> list[int]: ...

class Prior:
    name: str
    def mean(self) -> float: ...
    def standard_deviation(self) -> float: ...
    def density(self, x: float) -> float: ...
    def cdf(self, x: float) -> float: ...
    def quantile(self, u: float) -> float: ...

class Parameter:
    name: str
    prior: Prior
    source: str
    unit: str
    description: str
    yaml: str

class Source:
    key: str
    cite: str
    date: str | None
    url: str
    note: str

class Lever:
    name: str
    default_value: float
    low: float | None
    high: float | None
    unit: str
    description: str

class Policy:
    name: str
    description: str

class State:
    name: str
    description: str
    color: str

class Chain:
    name: str
    description: str
    states: list[State]

class Variable:
    name: str
    unit: str
    source: str
    description: str

class Outcome:
    name: str
    kind: str
    unit: str
    description: str
    source: str
    text: str

class Overrides:
    parameters: dict[str, float | str]
    levers: dict[str, float]
    policies: str | None
    keep_policies: list[str]
    def __init__(self) -> None: ...

class Scenario:
    title: str
    description: str
    name: str
    yaml: str
    hash: str
    included_files: list[Path]
    start: str | None
    horizon: float
    step: float
    utility: str
    warnings: list[Diagnostic]
    sources: list[Source]
    levers: list[Lever]
    parameters: list[Parameter]
    correlated_pairs: list[tuple[str, str]]
    variables: list[Variable]
    chains: list[Chain]
    policies: list[Policy]
    outcomes: list[Outcome]

def load(path: str | os.PathLike[str], overrides: Overrides = ...) -> Scenario: ...
def parse(
    text: str,
    name: str = ...,
    overrides: Overrides = ...,
    folder: str | os.PathLike[str] | None = ...,
) -> Scenario: ...
def json_schema() -> str: ...

class PlanItem:
    text: str

class PlanChange:
    name: str
    values: list[float | str]

class Plan:
    title: str
    scenarios: list[PlanItem]
    policies: list[PlanItem]
    parameters: list[PlanChange]
    levers: list[PlanChange]
    seeds: list[str]
    paths: list[int]
    paths_per_draw: int
    sobol: bool
    keep_paths: int
    keep_outcomes: bool
    def misfits(self, scenario: Scenario, /) -> list[Diagnostic]: ...
    def unknown_scenario(self, index: int, known: list[str], /) -> Diagnostic: ...

def load_plan(path: str | os.PathLike[str]) -> Plan: ...

class Transition:
    name: str
    chain: str
    sources: list[str]
    targets: list[str]

class PolicySettings:
    levers: dict[str, float]
    rules: dict[str, str]
    schedule: list[tuple[str, dict[str, float]]]

def transitions(scenario: Scenario) -> list[Transition]: ...
def movers(scenario: Scenario) -> dict[str, list[str]]: ...
def counted_transitions(scenario: Scenario) -> dict[int, str]: ...
def policy_settings(scenario: Scenario) -> dict[str, PolicySettings]: ...
def two_sided_student_quantile(level: float, degrees: float) -> float: ...

class Estimate:
    name: str
    kind: str
    unit: str
    estimate: float
    standard_error: float
    low: float
    high: float
    n: int
    hits: int
    has_given: bool
    given_share: float
    censored_share: float
    standard_deviation: float
    minimum: float
    maximum: float
    restricted_mean: float
    band_low: float
    band_high: float
    between_variance: float
    within_variance: float
    epistemic_share: float
    n_draws: int
    quantiles: NDArray[np.float64]
    incidence: NDArray[np.float64]
    incidence_low: NDArray[np.float64]
    incidence_high: NDArray[np.float64]

class Occupancy:
    chain: str
    states: list[str]
    share: NDArray[np.float64]

class Band:
    variable: str
    unit: str
    def mean(self) -> NDArray[np.float64]: ...
    def quantiles(self) -> NDArray[np.float64]: ...

class KeptPaths:
    chains: list[str]
    variables: list[str]
    n_paths: int
    states: NDArray[np.int8]
    values: NDArray[np.float64]

class OutcomeColumn:
    name: str
    values: NDArray[np.float64]

class PolicyForecast:
    name: str
    outcomes: list[Estimate]
    occupancy: list[Occupancy]
    bands: list[Band]
    kept: KeptPaths
    columns: list[OutcomeColumn]

class Forecast:
    quantile_levels: ClassVar[list[float]]
    title: str
    scenario_hash: str
    seed: int
    paths_per_draw: int
    sobol: bool
    first_path: int
    n_paths: int
    n_paths_requested: int
    threads: int
    instruction_set: str
    wall_seconds: float
    times: NDArray[np.float64]
    dates: list[str]
    policies: list[PolicyForecast]
    parameter_names: list[str]
    parameter_columns: list[OutcomeColumn]
    partial: bool
    def merged_with(self, following: Forecast, over_gap: bool = False) -> Forecast: ...
    def serialize(self) -> bytes: ...
    @staticmethod
    def deserialize(state: bytes, /) -> Forecast: ...

class RunOptions:
    n_paths: int
    first_path: int
    seed: int
    paths_per_draw: int
    sobol: bool
    levels: list[float]
    policies: list[str]
    threads: int
    keep_paths: int
    keep_outcomes: bool
    scenario_hash: str
    block_paths: int
    def __init__(self) -> None: ...

class MemoryNeed:
    threads: int
    block: int
    waiting: int
    summaries: int
    readings: int
    histories: int
    def total(self) -> int: ...

def memory_needed(scenario: Scenario, options: RunOptions) -> MemoryNeed: ...

#: Paths of a block at most.
MOST_BLOCK_PATHS: int

def run(
    scenario: Scenario,
    options: RunOptions,
    progress: Callable[[int, int, float], object] | None = None,
) -> tuple[Forecast, BaseException | None]: ...

class NamedValue:
    name: str
    value: float

class ValueChange:
    name: str
    before: float
    after: float

class StateChange:
    chain: str
    before: str
    after: str

class ActiveHazard:
    element: str
    hazard: float
    ratios: list[NamedValue]
    clock_left: float

class TraceFiring:
    time: float
    date: str
    element: str
    kind: str
    chain: str
    cumulative_hazard: float
    hazard: float
    competing: list[ActiveHazard]
    states: list[StateChange]
    variables: list[ValueChange]

class TraceRow:
    time: float
    date: str
    states: list[str]
    variables: list[float]

class Trace:
    policy: str
    path: int
    chain_names: list[str]
    variable_names: list[str]
    parameters: list[NamedValue]
    firings: list[TraceFiring]
    rows: list[TraceRow]
    outcomes: list[NamedValue]

def trace(
    scenario: Scenario, policy: str, path: int, seed: int, paths_per_draw: int, sobol: bool
) -> Trace: ...

class ListedInstruction:
    text: str
    nanoseconds: float

class ListedLine:
    kind: str
    name: str
    instructions: list[ListedInstruction]
    nanoseconds: float

class Listing:
    lines: list[ListedLine]
    n_held: int

class PolicyListing:
    n_steps: int
    states: list[Listing]

def list_steps(scenario: Scenario, policy: int, states: list[list[int]]) -> PolicyListing: ...

class InspectedMoves:
    path: NDArray[np.uint64]
    time: NDArray[np.float64]
    element: NDArray[np.uint32]
    source: NDArray[np.int8]
    target: NDArray[np.int8]
    values: NDArray[np.float64]
    states: NDArray[np.int8]

class InspectedPolicy:
    name: str
    log_factors: NDArray[np.float64]
    moves: InspectedMoves
    outcomes: NDArray[np.float64]

class Inspection:
    first_path: int
    n_paths: int
    policies: list[InspectedPolicy]
    parameters: NDArray[np.float64]

class Inspector:
    times: list[float]
    dates: list[str]
    factors: list[str]
    elements: list[str]
    def __init__(
        self,
        scenario: Scenario,
        transition: int,
        policies: list[str],
        seed: int,
        paths_per_draw: int,
        sobol: bool,
        threads: int,
    ) -> None: ...
    def paths(self, first_path: int, n_paths: int) -> Inspection: ...
