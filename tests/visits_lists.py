"""Lists and rows to put into a ledger."""

import pandas as pd


def targets(
    *rows: tuple[object, ...], as_of: str = "2026-03-02 07:00", **columns: object
) -> pd.DataFrame:
    """Make a list of (visit_id, ring, act_by) with what else `cocooning_targets` gives."""
    frame = pd.DataFrame(list(rows), columns=["visit_id", "ring", "act_by"])
    frame["act_by"] = pd.to_datetime(frame["act_by"])
    frame["uprn"] = "0" + frame["visit_id"]
    frame["address"] = frame["visit_id"] + " Mill Lane"
    frame["area"] = "Harbour"
    frame["newest"] = pd.Timestamp("2026-03-01 06:00")
    frame = frame.assign(**columns)
    frame.attrs["as_of"] = as_of
    frame.attrs["parameters"] = {"visit_days": 14, "distance_m": 400.0, "window_days": 42}
    return frame


def visit(visit_id: str, result: object, visited_at: object, **more: object) -> dict[str, object]:
    return {"visit_id": visit_id, "result": result, "visited_at": visited_at, **more}
