"""The truth behind the sample: what each offence was, which rows are bad, what was done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import shapely

from hotspot.demo.export import Entry
from hotspot.demo.known_effects import Operation
from hotspot.demo.process import Process


def truth_events(
    ours: Sequence[Entry], theirs: Sequence[Entry], homes: pd.DataFrame
) -> pd.DataFrame:
    """Return per true offence what it was, when and where, and its row in its force's export."""
    other_ref = {entry.detail: entry.cells["Crime Number"] for entry in theirs if entry.detail}
    rows, told = [], homes.to_dict("records")
    for entries in (ours, theirs):
        for number, entry in enumerate(entries, start=2):
            offence = entry.offence
            if offence is None or offence.kind == "void":
                continue
            home = told[offence.home]
            rows.append(
                {
                    "crime_ref": offence.crime_ref, "force": home["force"], "row": number,
                    "kind": offence.kind,
                    "parent_ref": offence.parent.crime_ref if offence.parent else "",
                    "series_id": offence.series,
                    "other_ref": other_ref.get(offence.crime_ref, ""),
                    "occurred_at": f"{offence.time:%Y-%m-%d %H:%M}", "uprn": home["uprn"],
                    "easting": home["easting"], "northing": home["northing"],
                    "beat": home["beat"],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def truth_dirt(entries: Sequence[Entry]) -> pd.DataFrame:
    """Return per bad row of the first force what is wrong and what a reader must do."""
    rows = {id(entry): number for number, entry in enumerate(entries, start=2)}
    return pd.DataFrame(
        {
            "row": rows[id(entry)],
            "crime_ref": entry.offence.crime_ref if entry.offence else entry.cells["Crime Ref"],
            "kind": entry.kind, "outcome": entry.outcome, "detail": entry.detail,
            "same_as_row": str(rows[id(entry.same_as)]) if entry.same_as else "",
        }
        for entry in entries
        if entry.kind
    )  # fmt: skip


def truth_summary(
    seed: int, process: Process, events: pd.DataFrame, dirt: pd.DataFrame, counts: dict[str, int]
) -> dict[str, Any]:
    """Return the parameters, and what a reader should count."""
    rejected = int((dirt["outcome"] == "reject").sum())
    parameters = asdict(process)
    first, last = parameters.pop("first_day"), parameters.pop("last_day")
    return {
        "seed": seed,
        "first_day": f"{first:%Y-%m-%d}", "last_day": f"{last:%Y-%m-%d}",
        "exported_at": f"{process.exported_at:%Y-%m-%d %H:%M}",
        "parameters": parameters,
        "addresses": counts["addresses"], "homes": counts["homes"],
        "events": {"all": len(events), **events["kind"].value_counts().to_dict()},
        "by_force": events["force"].value_counts().to_dict(),
        "reader": {
            "rows": counts["rows"], "accepted": counts["rows"] - rejected, "rejected": rejected,
        },
        "dirt": dict(sorted(Counter(dirt["kind"]).items())),
    }  # fmt: skip


def truth_operation(operation: Operation, process: Process, events: pd.DataFrame) -> dict[str, Any]:
    """Return what the operation was, its true effect, and the counts that a reader can find.

    `without` counts what had happened on treated ground had it never been; the ratio of the rate
    with it to that is `rate_ratio` on average. `counts` are of recorded offences, by true day.
    """
    points = shapely.points(events["easting"], events["northing"])
    when = pd.to_datetime(events["occurred_at"])
    ground = shapely.union_all(list(operation.treated.values()))
    near = np.asarray(shapely.dwithin(points, ground, process.displacement_m))
    inside = {
        "treated": np.asarray(shapely.contains(ground, points)),
        "control": np.asarray(
            shapely.contains(shapely.union_all(list(operation.control.values())), points)
        ),
    }
    inside["ring"] = near & ~inside["treated"]
    end = pd.Timedelta(days=1)
    counts = {
        role: {
            name: int((where & (when >= first) & (when < last + end)).sum())
            for name, (first, last) in (("before", operation.before), ("after", operation.after))
        }
        for role, where in inside.items()
    }
    days = {
        name: [f"{day:%Y-%m-%d}" for day in period]
        for name, period in (("before", operation.before), ("after", operation.after))
    }
    return {
        "name": operation.name, **days,
        "rate_ratio": process.operation_ratio, "displaced_share": process.displaced_share,
        "displacement_m": process.displacement_m,
        "without": operation.counterfactual,
        "expected": round(process.operation_ratio * operation.counterfactual, 1),
        "prevented": operation.prevented, "displaced": operation.displaced,
        "counts": counts,
    }  # fmt: skip


def truth_series(events: pd.DataFrame) -> dict[str, Any]:
    """Return per series its crimes, force by force, its span in days and its extent in metres."""
    told = {}
    for name, crimes in events[events["series_id"] != ""].groupby("series_id"):
        when = pd.to_datetime(crimes["occurred_at"])
        points = crimes[["easting", "northing"]].to_numpy(dtype=float)
        away = np.hypot(*(points[:, None] - points[None, :]).transpose(2, 0, 1))
        told[str(name)] = {
            "crimes": len(crimes),
            "by_force": crimes["force"].value_counts().to_dict(),
            "span_days": round((when.max() - when.min()) / pd.Timedelta(days=1), 1),
            "extent_m": round(float(away.max())),
        }
    return told
