"""What a backtest leaves behind: a page, its table, its picture and all of it for a program."""

import base64
import io
import json
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from hotspot import __version__
from hotspot.backtesting.backtest_result import Backtest
from hotspot.backtesting.baselines import DENSITY
from hotspot.output.files import replacing_file
from hotspot.output.pages import make_page, write_page
from hotspot.output.text import clean_text, safe_cell

_NO_MARKING = "NO MARKING GIVEN: HANDLE AS SENSITIVE"
_LIMITS = (
    "Places are ranked, not people: nothing here is a ground for a stop, a search or an arrest.",
    "What is not reported or not recorded cannot be foreseen or counted.",
    "The figures hold for this area and these weeks; run it again when the area or the recording "
    "changes.",
)
_WORDS = {
    "first_day": "First day forecast",
    "last_day": "Last day forecast",
    "windows": "Windows",
    "horizon_days": "Days in a window",
    "cells": "Cells of the study area",
    "cell_size_m": "Side of a cell (m)",
    "area_km2": "Study area (km²)",
    "crs": "Coordinates",
    "incidents": "Burglaries counted",
    "refit_days": "Forecasts learn anew after (days)",
    "resamples": "Resamples behind the intervals",
    "seed": "Seed",
}


def write_backtest(
    result: Backtest,
    folder: str | os.PathLike[str],
    *,
    marking: str | None = None,
    inputs: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write a backtest as a page, CSV, PNG and JSON.

    Parameters
    ----------
    result : Backtest
        As `hotspot.backtest` gives it.
    folder : path
        Where to write; it is made where it is missing, and files of the same names are replaced.
    marking : str, optional
        Protective marking that the page carries.
    inputs : mapping of str to str, optional
        Name and SHA-256 of each file that went in.

    Returns
    -------
    list of Path
        ``backtest.html`` (asks nothing of any network, runs nothing), ``backtest.csv`` (a row per
        share of the area and forecast), ``backtest.png`` and ``backtest.json`` (all tables, words
        and settings; no place and no reference). Each is there whole or not at all.

    Raises
    ------
    OutputError
        If a file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd, numpy as np, hotspot as hs
    >>> day = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(120), "D")
    >>> frame = pd.DataFrame({"crime_ref": day.astype(str), "occurred_from": day})
    >>> frame["occurred_to"] = frame["occurred_from"]
    >>> x, y = np.random.default_rng(1).normal(2000, 300, (2, 120))
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700")
    >>> grid = hs.Grid(0, 0, 200, ncols=20, nrows=20, crs="EPSG:27700")
    >>> result = hs.backtest(hs.ProspectiveMap(), incidents, grid, "2025-04-01", "2025-05-01")
    >>> [file.name for file in write_backtest(result, tempfile.mkdtemp())]
    ['backtest.html', 'backtest.csv', 'backtest.png', 'backtest.json']
    """
    place = Path(folder)
    written = [place / f"backtest.{kind}" for kind in ("html", "csv", "png", "json")]
    drawn = io.BytesIO()
    result.plot().savefig(drawn, dpi=150, format="png")
    picture = drawn.getvalue()
    page = _page(result, picture, marking, inputs or {})
    record = json.dumps(backtest_record(result, marking, inputs), indent=2)
    with replacing_file(written[1]) as temporary:
        table = result.table.assign(model=result.table["model"].map(safe_cell))
        table.to_csv(temporary, index=False, lineterminator="\n")
    with replacing_file(written[2]) as temporary:
        temporary.write_bytes(picture)
    with replacing_file(written[3]) as temporary:
        temporary.write_text(record + "\n", encoding="utf-8")
    write_page(page, written[0])
    return written


def backtest_record(
    result: Backtest, marking: str | None = None, inputs: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Put a backtest into what JSON can hold.

    Parameters
    ----------
    result : Backtest
    marking : str, optional
    inputs : mapping of str to str, optional
        As of `write_backtest`.

    Returns
    -------
    dict
    """
    tables = {
        name: json.loads(getattr(result, name).to_json(orient="records", date_format="iso"))
        for name in ("table", "calibration", "curves", "windows")
    }
    return {
        "product": "hotspot backtest",
        "version": __version__,
        "marking": marking,
        "sentences": list(result.sentences()),
        "trust": result.trust(),
        "parameters": dict(result.parameters),
        "inputs": dict(inputs or {}),
        **tables,
    }


def _page(result: Backtest, picture: bytes, marking: str | None, inputs: Mapping[str, str]) -> str:
    told = result.parameters
    return make_page(
        "backtest_page.html.j2",
        style=_style(),
        marking=clean_text(marking or "").strip() or _NO_MARKING,
        first_day=told["first_day"],
        last_day=told["last_day"],
        sentences=result.sentences(),
        shares=_side_by_side(result),
        picture=base64.b64encode(picture).decode("ascii"),
        groups=list(dict.fromkeys(result.calibration["cells"])),
        calibration=_calibration(result),
        trust=(result.trust(), *_LIMITS),
        settings=[(words, told[name]) for name, words in _WORDS.items() if name in told],
        models=list(told["models"].items()),
        inputs=list(inputs.items()),
        version=f"Made with hotspot {__version__}.",
    )


def _side_by_side(result: Backtest) -> list[tuple[str, list[dict[str, str]]]]:
    """For each share of the area, the rows of its table from the best forecast down."""
    tables = []
    for share in result.table["area_share"].unique().tolist():
        rows = result.table[result.table["area_share"] == share].sort_values("rank", kind="stable")
        tables.append((f"{100 * share:.3g} %", [_row(row) for _, row in rows.iterrows()]))
    return tables


def _row(row: pd.Series) -> dict[str, str]:
    """Write a row of the table for people: shares in per cent, differences in points."""
    low, high = 100 * row["difference_low"], 100 * row["difference_high"]
    if row["model"] == DENSITY:
        against, verdict = "", "last year's map"
    else:
        against = f"{100 * row['difference']:+.2f} ({low:+.2f} to {high:+.2f})"
        verdict = "may be noise" if row["noise"] else "finds more" if low > 0 else "finds fewer"
    return {
        "model": row["model"],
        "found": f"{100 * row['hit_rate']:.1f} ({100 * row['low']:.1f} to {100 * row['high']:.1f})",
        "pai": f"{row['pai']:.1f}",
        "pei": f"{row['pei']:.2f}",
        "efficiency": f"{row['search_efficiency']:.2f}",
        "recapture": f"{row['recapture']:.2f}",
        "against": against,
        "verdict": verdict,
    }


def _calibration(result: Backtest) -> list[tuple[str, list[str]]]:
    """Write expected and observed incidents by forecast and group of cells."""
    return [
        (
            str(name),
            [
                f"{expected:,.1f} / {observed:,.1f}"
                for expected, observed in zip(rows["expected"], rows["observed"], strict=True)
            ],
        )
        for name, rows in result.calibration.groupby("model", sort=False)
    ]


def _style() -> Markup:
    sheet = files("hotspot").joinpath("_assets", "backtest_page.css")
    return Markup(sheet.read_text(encoding="utf-8"))
