"""What it costs that judging begins when the last table was surveyed: computed, no call is made.

    python benchmarks/barrier.py

Calls take times that are distributed log-normally (sigma 0.5), those of the judge half as long as
those of the survey, as many of each as there are tables. Told is how much sooner all would be done
if judging filled the slots that the last tables leave free, with nothing else to fill them.
"""

from __future__ import annotations

import heapq
import random
import statistics
from collections.abc import Sequence

SPREAD = 0.5
JUDGED = 0.5
ROUNDS = 300


def seconds(calls: Sequence[float], slots: int) -> float:
    """When the last call ends."""
    free = [0.0] * slots
    for call in calls:
        heapq.heapreplace(free, free[0] + call)
    return max(free)


def gain(tables: int, slots: int, chance: random.Random) -> float:
    """The share of time that could be saved."""
    surveyed = [chance.lognormvariate(0, SPREAD) for _ in range(tables)]
    judged = [JUDGED * chance.lognormvariate(0, SPREAD) for _ in range(tables)]
    apart = seconds(surveyed, slots) + seconds(judged, slots)
    return 1 - seconds([*surveyed, *judged], slots) / apart


def main() -> None:
    """Print a table of means."""
    chance = random.Random(1)  # noqa: S311
    print("in flight  tables  saved")
    for slots in (4, 16, 64):
        for tables in (20, 100, 500):
            mean = statistics.mean(gain(tables, slots, chance) for _ in range(ROUNDS))
            print(f"{slots:9}  {tables:6}  {mean:5.0%}")


if __name__ == "__main__":
    main()
