"""Commands and briefings take the same burglaries, and tell which they took."""

import html
import json
from pathlib import Path

import pytest

from hotspot._errors import DataError
from hotspot.briefing import brief
from hotspot.cli import main
from tests.small_town import Burglary, usual, write_burglaries

pytestmark = [
    pytest.mark.filterwarnings("ignore::hotspot.DataWarning"),
    pytest.mark.usefixtures("plain_products"),
]

OTHERS = [
    Burglary("B/1", "2026-02-20 12:00", offence="Burglary - Business and Community"),
    Burglary("B/2", "2026-02-21 12:00", offence="Burglary - Residential - Unconnected Building"),
    Burglary("T/1", "2026-02-22 12:00", offence="Theft from motor vehicle"),
]
TAKEN = (
    "Offences counted: burglary of homes, 46 rows, all of them recorded as residential (homes and "
    "sheds mixed). Left out: 1 burglary of unconnected buildings, 1 of businesses and other "
    "buildings and 1 row of other offences."
)


@pytest.mark.parametrize("told_in_set_up", [False, True])
def test_check_and_brief_take_burglary_of_homes_by_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], told_in_set_up: bool
) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", [*usual(), *OTHERS])
    if told_in_set_up:
        made = brief(incidents={"path": path}, output={"folder": tmp_path / "briefing"})
    else:
        made = brief(path)
    assert made.check.headline() == "Used 46. Other burglary 2. Not burglary 1. Could not use 0."
    assert made.record["reading"]["offences"]["sentence"] == TAKEN
    page = html.unescape((made.folder / "briefing.html").read_text(encoding="utf-8"))
    assert TAKEN in page
    assert main(["check", str(path), "--json"]) == 0
    checked = json.loads(capsys.readouterr().out)
    assert checked["headline"] == made.check.headline()
    assert TAKEN in checked["notes"]


def test_all_burglary_is_taken_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", [*usual(), *OTHERS])
    for choice, used in (("burglary", 48), ("business", 1), ("all", 49), ("homes", 46)):
        assert main(["check", str(path), "--offence", choice]) == 0
        assert capsys.readouterr().out.startswith(f"Used {used}.")


def test_a_briefing_without_a_burglary_of_a_home_lists_what_there_is(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", OTHERS)
    with pytest.raises(DataError, match=r"In the data are .*'Theft from motor vehicle' \(1\)"):
        brief(path)
