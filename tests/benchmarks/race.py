"""Times contenders, each in a fresh process of its own, and prints ratios to ours."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Work = Callable[[], object]
_NOT_HERE = "{} is not installed: pip install -e '.[bench]'"


class Taken(NamedTuple):
    """Least wall time and least processor time of a run in seconds, and the peak memory in MB."""

    seconds: float
    cpu: float
    peak: float


@dataclass
class Race:
    """Contenders for one piece of work; the first is ours.

    Parameters
    ----------
    title : str
        What the work is.
    runs : dict
        Name to a function that prepares the work and gives a callable that does it. The callable
        is run once to warm up, where `repeats` is more than 1, then timed.
    repeats : int
        Times that quick ones are timed; the least is told.
    """

    title: str
    runs: dict[str, tuple[Callable[[], Work], int]] = field(default_factory=dict)

    def add(self, name: str, prepare: Callable[[], Work], repeats: int = 5) -> None:
        self.runs[name] = (prepare, repeats)

    def run(self) -> dict[str, Taken]:
        """Print a line for each contender, and give what each took.

        On a machine that has other work to do the processor's seconds tell more than the clock's.
        """
        print(f"\n{self.title}")
        print(f"  {'':46}{'seconds':>10}{'times ours':>12}{'CPU s':>9}{'peak MB':>9}")
        results: dict[str, Taken] = {}
        for name, (prepare, repeats) in self.runs.items():
            try:
                taken = timed_alone(prepare, repeats)
            except ModuleNotFoundError as absent:
                print(f"  {name:46}{_NOT_HERE.format(absent.name)}", flush=True)
                continue
            results[name] = taken
            ratio = taken.seconds / next(iter(results.values())).seconds
            print(
                f"  {name:46}{taken.seconds:>10.4f}{ratio:>12.1f}{taken.cpu:>9.3f}"
                f"{taken.peak:>9.0f}",
                flush=True,
            )
        return results


def timed_alone(prepare: Callable[[], Work], repeats: int) -> Taken:
    """Time the work in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        taken = pool.apply(_timed, (prepare, repeats))
        pool.close()
        pool.join()
    return taken


def _timed(prepare: Callable[[], Work], repeats: int) -> Taken:
    """Time the work in this process."""
    work = prepare()
    if repeats > 1:
        work()
    seconds, cpu = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        _keep(work())
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Taken(min(seconds), min(cpu), peak)


def _keep(result: Any) -> None:
    """Hold the result until the clock has stopped, so that nothing is skipped as unused."""
    del result
