"""How cost grows: seconds and memory from 10,000 to 1,000,000, drawn as a picture for the pages."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from tests.benchmarks import cocooning
from tests.benchmarks.cases import clustered
from tests.benchmarks.race import Work, timed_alone

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "growth.svg"
SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000)
# The last day of `clustered`, and a day on which what is live is live.
AS_OF = "2017-12-31"


def pairs(events: int) -> Work:
    import hotspot as hs

    incidents = clustered(events)
    return lambda: hs.near_repeat_pairs(incidents)


def chains(events: int) -> Work:
    import hotspot as hs

    incidents = clustered(events)
    return lambda: hs.label_repeats(incidents)


def zones(events: int) -> Work:
    import hotspot as hs

    incidents = clustered(events)
    return lambda: hs.near_repeat_zones(incidents, AS_OF)


def knox(events: int) -> Work:
    import hotspot as hs

    incidents = clustered(events)
    return lambda: hs.knox_test(incidents, permutations=999, seed=1)


def density(events: int) -> Work:
    import hotspot as hs

    incidents = clustered(events)
    grid = hs.Grid.over(incidents, 100.0, margin_m=400.0)
    return lambda: hs.kernel_density(incidents, grid, 400.0)


def forecast(events: int) -> Work:
    import hotspot as hs

    incidents = clustered(events)
    grid = hs.Grid.over(incidents, 250.0)
    return lambda: hs.ProspectiveMap().fit(incidents, AS_OF).predict(grid, 7)


def lists(addresses: int) -> Work:
    from hotspot.cocooning import cocooning_lists

    homes, crimes = cocooning.addresses(addresses), cocooning.burglaries(addresses)
    return lambda: cocooning_lists(crimes, homes, cocooning.AS_OF)


KINDS: dict[str, Callable[[int], Work]] = {
    "near-repeat pairs": pairs,
    "labels and chain ids": chains,
    "near-repeat zones": zones,
    "Knox test, 999 permutations": knox,
    "density, cells of 100 m": density,
    "forecast of a week (ProMap)": forecast,
    "lists with messages, of addresses": lists,
}


class Growth:
    """Every kind of work at every size, each in a process of its own."""

    def rows(self) -> Iterator[dict[str, str | float]]:
        """Yield what a kind of work took at a size."""
        for kind, prepare in KINDS.items():
            for size in SIZES:
                taken = timed_alone(partial(prepare, size), repeats=2)
                yield {"kind": kind, "size": size, **taken._asdict()}

    def run(self) -> None:
        """Print the table, and draw it."""
        print("\nHow cost grows: seconds and peak memory, by how many there are")
        print(f"  {'':36}{'size':>10}{'seconds':>10}{'CPU s':>9}{'peak MB':>9}")
        rows = []
        for row in self.rows():
            rows.append(row)
            print(
                f"  {row['kind']:36}{row['size']:>10,}{row['seconds']:>10.3f}{row['cpu']:>9.2f}"
                f"{row['peak']:>9.0f}",
                flush=True,
            )
        draw(pd.DataFrame(rows))
        print(f"  drawn: docs/{PICTURE.name}")


def draw(table: pd.DataFrame) -> None:
    """Draw seconds and memory against size, a line for each kind of work."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    figure, (time, memory) = plt.subplots(1, 2, figsize=(11, 5.2), layout="constrained")
    lines = ("-", "--", "-.", ":")
    for nth, (kind, rows) in enumerate(table.groupby("kind", sort=False)):
        look = {"marker": "osD^vXP*"[nth % 8], "linestyle": lines[nth % 4], "color": f"C{nth}"}
        time.plot(rows["size"], rows["seconds"], label=kind, **look)
        memory.plot(rows["size"], rows["peak"], label=kind, **look)
    sizes = np.array([table["size"].min(), table["size"].max()])
    least = table["seconds"].min()
    time.plot(sizes, least * sizes / sizes[0], color="0.75", zorder=0)
    time.annotate("twice as many,\ntwice as long", (sizes[1], least * sizes[1] / sizes[0]),
                  color="0.4", fontsize=8, ha="right", va="top")  # fmt: skip
    for axes, title in ((time, "seconds"), (memory, "peak memory of the process, MB")):
        axes.set(xscale="log", yscale="log", xlabel="burglaries (addresses, for lists)")
        axes.set_xticks([10**power for power in range(12) if sizes[0] <= 10**power <= sizes[1]])
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter("{x:,g}")
        axes.xaxis.set_minor_formatter("")
        axes.yaxis.set_minor_formatter("")
        axes.set_title(title, loc="left")
        axes.grid(alpha=0.3)
    figure.legend(*time.get_legend_handles_labels(), loc="outside lower center", ncols=4,
                  frameon=False)  # fmt: skip
    # Neither a date nor random ids: the same numbers give the same file.
    with plt.rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none"}):
        figure.savefig(PICTURE, metadata={"Date": None})
    plt.close(figure)


def contenders() -> Growth:
    return Growth()
