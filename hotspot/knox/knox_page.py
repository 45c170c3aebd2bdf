"""The page of a Knox test: the grid of ratios, every cell, and what the test was run with."""

from typing import TYPE_CHECKING

import pandas as pd

from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage

if TYPE_CHECKING:
    from hotspot.knox.test_result import KnoxTest

_DATES = {
    "midpoint": "the middle of its window",
    "from": "the start of its window",
    "to": "the end of its window",
    "aoristic": "all days of its window, by their share of its hours",
}
_COLUMNS = (
    ("Distance", "head"), ("Time", "text"), ("Pairs", "n"), ("By chance", "n"),
    ("Times chance", "n"), ("z", "n"), ("p", "n"), ("p, whole table", "n"), ("q", "n"),
)  # fmt: skip


def knox_page(test: "KnoxTest") -> ResultPage:
    """Return what the page of a Knox test says.

    Parameters
    ----------
    test : KnoxTest

    Returns
    -------
    ResultPage
    """
    *sentences, limits = test.summary().splitlines()
    return ResultPage(
        title="Do burglaries follow each other here? The Knox test",
        scope="Pairs of burglaries that are near in space and time, against what chance gives.",
        sentences=sentences,
        picture_text="Grid of times chance by distance and time. The table below holds the figures",
        limits=(limits, PLACES_NOT_PEOPLE),
        sections=(
            PageSection(
                "Times chance, by distance and time",
                tables=[_grid(test)],
                note="In bold: more than chance, the whole table allowed for.",
            ),
            PageSection("Every cell", tables=[_cells(test.table)]),
        ),
        settings=(
            ("Burglaries counted", f"{test.events:,}"),
            ("Each is counted at", _DATES.get(test.date, test.date)),
            ("Distance", test.metric),
            ("Permutations of the dates", f"{test.permutations:,}"),
            ("Seed", test.seed),
        ),
    )


def _grid(test: "KnoxTest") -> PageTable:
    """Return the ratios by distance and time, those above chance in bold."""
    ratio, raised = test.grid("ratio"), test.raised()
    heads = [("Distance", "head"), *((str(label), "n") for label in ratio.columns)]
    rows: list[list[str | Cell]] = []
    for (distance, values), above in zip(ratio.iterrows(), raised.to_numpy(), strict=True):
        kinds = ["n more" if each else "n" for each in above]
        cells = [Cell(_number(value), kind) for value, kind in zip(values, kinds, strict=True)]
        rows.append([str(distance), *cells])
    return PageTable.of(heads, rows)


def _cells(table: pd.DataFrame) -> PageTable:
    rows = [
        [row["distance_band"], row["time_band"], f"{row['observed']:,.10g}",
         f"{row['expected']:,.1f}", _number(row["ratio"]), _number(row["z"]),
         *(_number(row[name], ".3g") for name in ("p_value", "p_table", "q_value"))]
        for _, row in table.iterrows()
    ]  # fmt: skip
    return PageTable.of(_COLUMNS, rows, kind="small")


def _number(value: float, form: str = ",.2f") -> str:
    return "" if pd.isna(value) else format(value, form)
