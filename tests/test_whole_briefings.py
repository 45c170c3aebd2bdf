"""Briefings of the sample as a whole: rows in any order, and with a burglary that never was."""

import csv
import io
import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import hotspot as hs
from hotspot.cli import main
from hotspot.output.own_files import NOTE
from tests.conftest import ROOT
from tests.test_stop_list_products import parts, without_own

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::hotspot.DataWarning")]
#: What is told of rows by their number: the one thing that another order of the rows changes,
#: beside the hashes of the files that were read and what is made of both.
_ROWS = re.compile(r"\brows? \d+(?:(?:, \d+)*(?:,? and \d+(?: more)?)?)")
_HASHES = re.compile(r"\b[0-9a-f]{12,64}\b")
_MADE_AT = re.compile(r'Made at [^.<]*|"made_at": "[^"]*"|"on_stop_list": \d+,?')
_REFERENCE = "0926999999"


def copied(folder: Path) -> Path:
    """Copy the sample, without what takes longest: how well map and lists did lately."""
    made_here = shutil.ignore_patterns("briefing", "*.db", "truth*", "*.py")
    shutil.copytree(ROOT / "sample_data", folder, ignore=made_here)
    path = folder / "briefing.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"backtest = false\nworth = false\n{text}", encoding="utf-8")
    return path


def add_line(path: Path, line: str) -> None:
    """Add a line to a file of text."""
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(f"{line}\r\n")


def shuffled(path: Path) -> None:
    """Exchange the rows below a heading."""
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    random.Random(3).shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])


def hidden_burglary(folder: Path) -> tuple[str, str]:
    """Return a row of a burglary of the newest day, and the UPRN of its home."""
    with (folder / "addresses.csv").open(encoding="utf-8", newline="") as file:
        homes = [row for row in csv.DictReader(file) if not row["parent_uprn"]]
    with (folder / "burglaries.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    burgled = {row["UPRN"] for row in rows}
    newest = rows[-1]
    # The nearest home to the newest burglary that was never burgled: within the rule of others.
    home = min(
        (home for home in homes if home["uprn"] not in burgled),
        key=lambda home: (
            abs(float(home["easting"]) - float(newest["Easting"]))
            + abs(float(home["northing"]) - float(newest["Northing"]))
        ),
    )
    row = newest | {
        "Crime Ref": _REFERENCE, "UPRN": home["uprn"], "Address": home["address"],
        "Easting": home["easting"], "Northing": home["northing"], "MO": "Key from porch",
        "Linked Series": "", "Status": "", "Outcome": "", "Outcome Date": "",
    }  # fmt: skip
    text = io.StringIO()
    csv.DictWriter(text, list(row)).writerow(row)
    return text.getvalue().strip(), home["uprn"]


@pytest.fixture(scope="module")
def briefings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, hs.briefing.Briefing]:
    """Brief a sample with a home on the stop list, shuffled too; and one in which it is burgled."""
    place = tmp_path_factory.mktemp("whole")
    made = {}
    for name in ("never", "shuffled", "stopped"):
        set_up = copied(place / name)
        row, home = hidden_burglary(place / name)
        add_line(place / name / "exclude.csv", _REFERENCE if name == "stopped" else home)
        if name == "stopped":
            add_line(place / name / "burglaries.csv", row)
        if name == "shuffled":
            shuffled(place / name / "burglaries.csv")
            shuffled(place / name / "addresses.csv")
        made[name] = hs.brief(set_up, folder=place / name / "out")
    return made


def contents(made: hs.briefing.Briefing, *, of_rows: bool) -> dict[str, str]:
    """Return every file in the form in which two briefings are compared."""
    found: dict[str, str] = {}
    for path in sorted(made.folder.rglob("*")):
        if not path.is_file() or path.name == "run.json":
            continue
        for name, content in parts(path).items():
            text = without_own(content.decode("utf-8-sig"), made.folder.parent)
            if of_rows:
                text = _HASHES.sub("HASH", _ROWS.sub("ROWS", text))
            if of_rows and path.name == "rejected.csv":
                text = "\n".join(sorted(re.sub(r"^\d+,", "", line) for line in text.splitlines()))
            # What may run in a page is told by its hash, which is of the text that differs.
            text = re.sub(r"'sha256-[A-Za-z0-9+/=]+'", "HASH", text) if of_rows else text
            found[f"{path.relative_to(made.folder).as_posix()} {name}"] = text
    record: dict[str, Any] = json.loads((made.folder / "run.json").read_text(encoding="utf-8"))
    for own in ("made_at", "outputs"):
        del record[own]
    del record["counts"]["on_stop_list"]
    text = json.dumps(record, indent=1)
    found["run.json"] = without_own(_HASHES.sub("HASH", text), made.folder.parent)
    if of_rows:
        found["run.json"] = _ROWS.sub("ROWS", found["run.json"])
    return found


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


def test_a_briefing_of_rows_in_another_order_is_the_same(
    briefings: dict[str, hs.briefing.Briefing],
) -> None:
    told = [contents(briefings[name], of_rows=True) for name in ("never", "shuffled")]
    assert len(told[0]) > 50
    assert differing(*told) == []


def test_a_briefing_is_that_in_which_the_hidden_burglary_never_was(
    briefings: dict[str, hs.briefing.Briefing],
) -> None:
    told = [contents(briefings[name], of_rows=False) for name in ("never", "stopped")]
    assert differing(*told) == []
    counts = [briefings[name].record["counts"]["on_stop_list"] for name in ("never", "stopped")]
    assert counts[1] == counts[0] + 1
    assert not any(_REFERENCE in text for text in told[1].values())


def test_a_backtest_is_that_in_which_the_hidden_burglary_never_was(
    briefings: dict[str, hs.briefing.Briefing],
) -> None:
    told = []
    for name in ("never", "stopped"):
        place = briefings[name].folder.parent
        out = place / "backtest"
        words = ["backtest", str(place / "briefing.toml"), "--folder", str(out)]
        assert main([*words, "--horizon", "28", "--windows", "8"]) == 0
        files = [one for one in sorted(out.iterdir()) if one.name != NOTE and one.suffix != ".png"]
        told.append(
            {
                f"{path.name} {part}": _MADE_AT.sub(
                    "", _HASHES.sub("HASH", without_own(content.decode("utf-8-sig"), place))
                )
                for path in files
                for part, content in parts(path).items()
            }
        )
    assert len(told[0]) > 3
    assert differing(*told) == []
