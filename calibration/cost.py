"""COST: seconds of a check against the seconds of the gradients that it checks, after compilation.

Knows nothing of verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from calibration.kinds import Kind
from calibration.roads import DTYPES, ROADS, STANDING, Watch, build
from calibration.values import Given, drawn
from trivium.backend import Program
from trivium.compare.agreement import Point, compare
from trivium.compare.comparison import Cost
from trivium.zoo import mlp

MEASURED = Kind("128-100-64-32-10, batch 32, tanh", mlp(b=32, widths=(128, 100, 64, 32, 10)), drawn)


@dataclass(frozen=True)
class CostRow:
    """Medians in seconds: of each road's gradient, of replaying all steps of all roads, of the noise runs."""

    net: str
    parameters: int
    compile: dict[str, float]
    gradient: dict[str, float]
    recorded: dict[str, float]
    replay: float
    noise: float
    compared: float

    @property
    def ratio(self) -> float:
        """Replay over the sum of the gradients."""
        return self.replay / sum(self.gradient.values())


def cost(*, times: int) -> CostRow:
    """One network of about 20,000 parameters, every entry, three roads, both precisions."""
    spec, given = MEASURED.spec, MEASURED.given(0)
    compiled, gradient, recorded, runs = {}, {}, {}, []
    for name in ROADS:
        for dtype in DTYPES:
            watch = Watch()
            road = build(STANDING.backends[name], spec, dtype)
            key = f"{name} {dtype}"
            compiled[key] = watch.seconds
            gradient[key] = _seconds(road.plain, given, times)
            recorded[key] = _seconds(road.recorded, given, times)
            runs.append(road.run(given))
    point = Point("calibration", spec, given, tuple(runs))
    costs, total = [], []
    for _ in range(times):
        watch = Watch()
        costs.append(compare(spec, [point], STANDING.backends, STANDING.scaler, cost=Cost()).cost)
        total.append(watch.seconds)
    parameters = sum(int(g.size) for n, g in runs[0].untapped.items())
    replay, noise = median(c.replay for c in costs), median(c.noise for c in costs)
    return CostRow(MEASURED.name, parameters, compiled, gradient, recorded, replay, noise, median(total))


def _seconds(program: Program, given: Given, times: int) -> float:
    """The median of so many runs, after one that warms up."""
    found = [_once(program, given) for _ in range(times + 1)]
    return median(found[1:])


def _once(program: Program, given: Given) -> float:
    watch = Watch()
    program(given)
    return watch.seconds
