"""Print the share of the cases that are right, by layout and by kind, and each that is wrong."""

import os
from pathlib import Path

import pandas as pd

from tests.address_cases import parses, real, streets

WHAT = "door: number and street are right; whole: every part, the text, and whether it is a home"


def shares(cases: pd.DataFrame, by: str) -> str:
    """Return a line per layout or kind: how many cases, how many doors and wholes are right."""
    wrong = cases["wrong"]
    door = ~wrong.str.contains(r"(?:^|; )(?:number|street)(?:;|$)|^row|^not read", regex=True)
    table = pd.DataFrame({by: cases[by], "cases": 1, "door": door, "whole": wrong == ""})
    table = table.groupby(by, sort=False).sum()
    table.loc["all"] = table.sum()
    for right in ("door", "whole"):
        table[f"{right} %"] = (100 * table[right] / table["cases"]).round(1)
    return table.to_string()


def faults(cases: pd.DataFrame) -> str:
    """Return the cases that are wrong by what is wrong: a layout that is not read stands once."""
    left = cases[cases["wrong"] != ""]
    unread = left[left["wrong"].str.startswith("not read")].drop_duplicates(["layout", "wrong"])
    parsed = left[~left["wrong"].str.startswith("not read")]
    return "\n".join(
        f"{case.layout}, {case.kind}: {case.address}\n    wrong: {case.wrong}"
        for case in pd.concat([unread, parsed]).itertuples()
    )


if __name__ == "__main__":
    parsed = parses.measured()
    print(f"{WHAT}\n\n{shares(parsed, 'layout')}\n\n{shares(parsed, 'kind')}\n\n{faults(parsed)}\n")
    walked = streets.measured()
    right = (walked["wrong"] == "").groupby(walked["kind"], sort=False).agg(["size", "sum"])
    print(
        f"streets: {right['sum'].sum()} of {len(walked)} right\n{right.to_string(header=False)}\n"
    )
    for street in walked[walked["wrong"] != ""].itertuples():
        print(f"{street.kind}: {street.title}\n    wrong: {street.wrong}")
    if folder := os.environ.get("HOTSPOT_DATA"):
        for table in real.measured(Path(folder)):
            print(f"\n{table.to_string(index=False)}")
