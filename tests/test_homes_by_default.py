"""Lists, zones and rates are of homes by default; other kinds are counted, and chosen by name."""

import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing import brief
from hotspot.cocooning import cocooning_lists
from hotspot.density import rate_surface
from hotspot.near_repeat import near_repeat_pairs
from tests.small_town import usual, write_town

AS_OF = "2026-03-14"
TITLES = [
    "Burglary - Residential - Home",
    "Burglary - Residential - Unconnected Building",
    "Burglary - Business and Community",
    "Burglary - Residential",
    "Shoplifting",
]
TOLD = (
    "Burglary of homes only: 1 burglary of unconnected buildings, 1 of businesses and other "
    "buildings and 1 row of other offences left out."
)
DOORS = gpd.GeoDataFrame(
    {
        "uprn": [f"U{n}" for n in range(5)],
        "address": [f"{n + 1} Street {n}" for n in range(5)],
        "number": [str(n + 1) for n in range(5)],
        "street": [f"Street {n}" for n in range(5)],
    },
    geometry=gpd.points_from_xy(451_000 + 2_000 * np.arange(5), [340_000] * 5),
    crs="EPSG:27700",
)


def crimes(offences: str | None = None) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(
        {
            "Ref": [f"A{n}" for n in range(5)],
            "Date": ["13/03/2026"] * 5,
            "Offence Title": TITLES,
            "UPRN": DOORS["uprn"],
            "E": 451_000 + 2_000 * np.arange(5),
            "N": [340_000] * 5,
        }
    )
    return hs.check_incidents(frame, offences=offences, as_of=AS_OF).accepted


def listed(incidents: gpd.GeoDataFrame) -> int:
    return len(hs.cocooning_targets(incidents, DOORS, AS_OF).query("ring == 0"))


def burgled(incidents: gpd.GeoDataFrame) -> int:
    return int(cocooning_lists(incidents, DOORS, AS_OF).links["link"].eq("Burgled").sum())


def in_zones(incidents: gpd.GeoDataFrame) -> int:
    return int(hs.near_repeat_zones(incidents, AS_OF)["crimes"].sum())


def in_rates(incidents: gpd.GeoDataFrame) -> int:
    period = ("2026-01-01", "2026-12-31")
    rates = rate_surface(incidents, DOORS, bandwidth_m=200, period=period, shrink=0)
    return round(rates.attrs["overall_rate"] * len(DOORS) / 1000)


ASKED = pytest.mark.parametrize("asked", [listed, burgled, in_zones, in_rates])


@ASKED
def test_homes_are_taken_by_default_and_the_rest_is_told(
    asked: Callable[[gpd.GeoDataFrame], int],
) -> None:
    with pytest.warns(hs.DataWarning) as caught:
        assert asked(crimes()) == 2
    (told,) = caught
    assert str(told.message).startswith(TOLD)
    assert 'offences="business"' in str(told.message)
    assert told.filename == __file__


@ASKED
@pytest.mark.parametrize(
    ("offences", "rows"), [("homes", 2), ("burglary", 4), ("business", 1), ("all", 5)]
)
def test_what_is_chosen_by_name_is_taken_without_a_word(
    asked: Callable[[gpd.GeoDataFrame], int], offences: str, rows: int
) -> None:
    assert asked(crimes(offences)[lambda frame: frame["crime_ref"] != ""]) == rows


@ASKED
def test_a_frame_of_other_kinds_alone_or_of_none_that_are_told_is_taken_as_it_is(
    asked: Callable[[gpd.GeoDataFrame], int],
) -> None:
    incidents = crimes()
    assert asked(incidents[incidents["offence_kind"] == "business"]) == 1
    assert asked(incidents[incidents["offence_kind"] != "home"].iloc[:2]) == 2
    assert asked(incidents.drop(columns="offence_kind")) == 5


def test_the_default_applies_where_the_record_of_the_choice_was_lost() -> None:
    incidents = crimes("burglary")
    incidents.attrs = {}
    with pytest.warns(hs.DataWarning, match="1 of businesses and other buildings left out"):
        assert listed(incidents) == 2


def test_pairs_and_densities_are_of_what_they_are_given() -> None:
    incidents = crimes()
    assert len(near_repeat_pairs(incidents, 20_000, 14)) == 10
    surface = hs.kernel_density(incidents, bandwidth_m=200, period=("2026-01-01", "2026-12-31"))
    assert surface.attrs["incidents"] == 5


def test_an_entry_of_the_stop_list_at_another_kind_is_no_unknown_entry() -> None:
    with pytest.warns(hs.DataWarning) as caught:
        hs.cocooning_targets(crimes(), DOORS, AS_OF, exclude=["A2"])
    assert [str(told.message)[:22] for told in caught] == [TOLD[:22]]


@pytest.mark.usefixtures("plain_products")
@pytest.mark.parametrize("choice", ["", 'offences = "burglary"'])
def test_a_briefing_has_chosen_and_does_not_warn(tmp_path: Path, choice: str) -> None:
    write_town(tmp_path, usual())
    set_up = tmp_path / "briefing.toml"
    text = set_up.read_text(encoding="utf-8").replace("[incidents]", f"[incidents]\n{choice}")
    set_up.write_text(text, encoding="utf-8")
    path = tmp_path / "burglaries.csv"
    frame = pd.read_csv(path, dtype=str)
    frame["Offence"] = [TITLES[row % 4] for row in range(len(frame))]
    frame.to_csv(path, index=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        brief(set_up)
    assert not [told for told in caught if "Burglary of homes only" in str(told.message)]
