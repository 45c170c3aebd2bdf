"""Addresses are prepared and burglaries matched once: it is the same as each time anew."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from hotspot.briefing import input_files
from hotspot.briefing.config import IncidentSettings
from hotspot.cocooning import cocooning_lists, plan
from hotspot.cocooning.doors import prepare_doors
from hotspot.cocooning.lists import lists_among
from hotspot.cocooning.matching import events_of, match_addresses, rows_in_order
from hotspot.cocooning.plan import list_visits
from hotspot.cocooning.rings import homes_around
from hotspot.cocooning.settings import read_settings
from hotspot.cocooning.two_clocks import with_clocks
from hotspot.density import hotspots, kernel_density
from hotspot.geo import area_positions
from hotspot.grid import Grid
from hotspot.incidents.layout import read_layout
from hotspot.incidents.stop_list import StopList
from hotspot.output.tables import _cell, _cells
from hotspot.worth.replay import HotspotSettings, Town, _cells_touched, _hot, _same_street
from tests import naive

AS_OF = pd.Timestamp("2026-03-02")
STREETS = ("Mill Lane", "Mill Row", "High Street", "Station Road")


@pytest.fixture(scope="module")
def addresses():
    """Four streets of 30 homes, two of them side by side, and a block of flats."""
    rows = [
        (f"{nth * 100 + n:05d}", f"{n} {street}", str(n), street, n * 9.0, nth * 60.0, None)
        for nth, street in enumerate(STREETS)
        for n in range(1, 31)
    ]
    flats = [
        (f"9{n:04d}", f"Flat {n}, 31 Mill Lane", "31", "Mill Lane", 290.0, 0.0, "00199")
        for n in range(1, 5)
    ]
    names = ["uprn", "address", "number", "street", "x", "y", "parent_uprn"]
    frame = pd.DataFrame([*rows, *flats], columns=names)
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")


@pytest.fixture(scope="module")
def crimes(addresses):
    """Burglaries told by UPRN, by text as people write it, by place, and by nothing."""
    random = np.random.default_rng(3)
    at = addresses.iloc[random.integers(0, len(addresses), 80)].reset_index(drop=True)
    kind = np.arange(80) % 4
    found = AS_OF - pd.to_timedelta(random.integers(0, 300, 80), unit="D") + pd.Timedelta(hours=9)
    told = at["address"].str.upper().str.replace("ROAD", "RD").str.replace("STREET", "ST")
    frame = pd.DataFrame(
        {
            "crime_ref": [f"B{n:03d}" for n in range(80)],
            "occurred_from": found,
            "occurred_to": found,
            "uprn": at["uprn"].where(kind == 0, None),
            "address": told.where((kind == 1) | (kind == 2), None).where(kind != 2, "Mill Ln"),
        }
    )
    moved = at.geometry.translate(3.0, 2.0).to_numpy()
    made = gpd.GeoDataFrame(frame, geometry=moved, crs="EPSG:27700")
    made.attrs["resolution"] = "day"
    return made


def test_lists_of_doors_made_ready_are_those_of_the_addresses_near(addresses, crimes) -> None:
    options = {"exclude": ["B007", addresses["uprn"].iloc[40]]}
    anew = cocooning_lists(crimes, addresses, AS_OF, max_visits=20, **options)
    doors = prepare_doors(addresses)
    match_addresses(crimes, doors)
    kept = lists_among(doors, crimes, addresses, AS_OF, None, 20, None, options)
    for one, other in zip(anew, kept, strict=True):
        assert len(one)
        assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
    assert {**anew.targets.attrs, "issued": 0} == {**kept.targets.attrs, "issued": 0}


def test_events_of_some_rows_are_those_of_these_rows_alone(addresses, crimes) -> None:
    random, doors = np.random.default_rng(8), prepare_doors(addresses)
    many = crimes.iloc[random.integers(0, len(crimes), 300)].reset_index(drop=True)
    begun = many["occurred_from"] + pd.to_timedelta(random.integers(0, 9, 300) * 12, "h")
    ended = begun + pd.to_timedelta(random.integers(0, 3, 300) * 12, "h")
    many = many.assign(occurred_from=begun, occurred_to=ended)
    many["crime_ref"] = [f"R{n:02d}" for n in random.integers(0, 90, 300)]
    ordered = rows_in_order(many, doors)
    for share in (0.1, 0.5, 1.0):
        chosen = random.random(300) < share
        alone = events_of(rows_in_order(many[chosen], doors))
        assert_frame_equal(events_of(ordered[chosen[ordered["row"]]]), alone)
    several = events_of(ordered)["refs"].map(len)
    assert several.max() > 1


def test_one_reference_twice_ends_no_event_before_it(addresses) -> None:
    home, day = addresses.iloc[5], pd.Timestamp("2026-02-01")
    told = [("A", 0, 1), ("B", 3, 5), ("B", 3, 4)]
    twice = gpd.GeoDataFrame(
        {
            "crime_ref": [ref for ref, *_ in told],
            "uprn": home["uprn"],
            "occurred_from": [day + pd.Timedelta(days=begun) for _, begun, _ in told],
            "occurred_to": [day + pd.Timedelta(days=ended) for *_, ended in told],
        },
        geometry=[home.geometry, home.geometry, shapely.Point(home.geometry.x + 1, 0)],
        crs="EPSG:27700",
    )
    doors = prepare_doors(addresses)
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        events = events_of(rows_in_order(twice.iloc[order], doors))
        assert events["refs"].tolist() == [("A",), ("B",)]
        ended = (events["ended"] - day).dt.days
        # The second row of B was once taken for a part of what had ended two days before.
        assert ended.tolist() == [1, 5]


def test_what_was_matched_is_not_looked_for_again(addresses, crimes, monkeypatch) -> None:
    doors = prepare_doors(addresses)
    each = [match_addresses(crimes.iloc[[row]], doors) for row in reversed(range(len(crimes)))]
    whole = match_addresses(crimes, prepare_doors(addresses))
    assert_frame_equal(pd.concat(each[::-1]), whole)
    assert set(whole["how"]) >= {"uprn", "text", "place"}
    # All is known: neither a text is read nor a neighbour looked for.
    monkeypatch.setattr("hotspot.cocooning.matching._by_text", None)
    monkeypatch.setattr(type(doors._reader), "read", lambda self, rows: [0 for _ in rows])
    assert_frame_equal(match_addresses(crimes, doors), whole)


def test_each_stop_list_bars_its_own_doors(addresses) -> None:
    doors = prepare_doors(addresses)
    for entries in (("00001",), ("00199",), (), ("1",)):
        stop = StopList.of(entries)
        barred = stop.matches(doors.uprn) | stop.matches(doors.parent)
        for _ in range(2):
            assert doors.barred(stop).tolist() == barred.tolist()
    assert doors.barred(StopList.of(["00199"])).sum() == 4


@pytest.mark.parametrize("seed", range(5))
def test_homes_of_the_street_are_those_of_every_building_asked(seed) -> None:
    random = np.random.default_rng(seed)
    street = random.integers(-1, 4, 60)
    x, y = random.integers(0, 5, (2, 60)) * 100.0
    town = Town(None, np.arange(60), 60, x, y, street)
    burgled = random.integers(0, 60, 6)
    listed = SimpleNamespace(
        live=pd.DataFrame({"door": [*burgled, -1]}),
        to_visit=np.ones(7, dtype=bool),
        no_home=np.zeros(7, dtype=bool),
    )
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    wanted = naive.same_street(street.tolist(), points, burgled.tolist(), 200.0)
    assert _same_street(listed, town, 200.0).tolist() == wanted
    assert any(wanted)


def test_cells_made_once_are_those_made_one_by_one() -> None:
    times = pd.Series(pd.to_datetime(["2026-01-01 10:00", None, "2026-01-01 10:00"]))
    mixed = [True, None, "=1", pd.Timestamp("2026-01-01"), pd.NaT, 3, 1.0, float("nan"), "", "=1"]
    summer = pd.Timestamp("2026-07-01 10:00", tz="UTC")
    for column in (
        times,
        times.dt.tz_localize("Europe/London"),
        pd.Series(mixed, dtype=object),
        pd.Series([summer, summer.tz_convert("Europe/London")], dtype=object),
        pd.Series(["a", "=b", None, "a"]),
        pd.Series(["a", "=b", "a"], dtype="category"),
        pd.Series([1.5, float("nan")]),
        pd.Series([1, None], dtype="Int64"),
    ):
        assert _cells(column) == [_cell(value) for value in column]


@pytest.mark.parametrize("within", [None, shapely.box(60, 20, 700, 500)])
def test_hotspots_of_a_past_day_are_those_drawn_within_the_area(within) -> None:
    random = np.random.default_rng(5)
    found = AS_OF - pd.to_timedelta(random.integers(0, 500, 90), unit="D")
    frame = pd.DataFrame({"crime_ref": [f"B{n}" for n in range(90)], "occurred_from": found})
    at = gpd.points_from_xy(*(random.integers(0, 4, (2, 90)) * 200.0))
    known = gpd.GeoDataFrame(frame.assign(occurred_to=found), geometry=at, crs="EPSG:27700")
    known.attrs["resolution"] = "day"
    hot = HotspotSettings(within=within, bandwidth_m=150.0, area_share=0.1)
    grid = Grid(0, 0, 50, ncols=16, nrows=16, crs="EPSG:27700")
    inside = None if within is None else grid.centres_within(within)
    # Some on the borders of cells, where either holds them.
    at = np.concatenate(
        [random.uniform(-20, 820, (300, 2)), random.integers(0, 17, (99, 2)) * 50.0]
    )
    points = shapely.points(at)
    period = (AS_OF.normalize() - pd.Timedelta(days=364), AS_OF.normalize())
    drawn = kernel_density(known, grid, 150.0, within=within, period=period)
    wanted = area_positions(points, hotspots(drawn, area_share=0.1), name="rank") >= 0
    touched = _cells_touched(grid, *at.T)
    assert _hot(known, touched, AS_OF, hot, grid, inside).tolist() == wanted.tolist()
    assert 0 < wanted.sum() < 300


def test_doors_of_a_ring_are_due_as_one_alone_is(addresses, crimes) -> None:
    settings, problems = read_settings("2026-03-02 21:40", None, {"preset": "swordfish"})
    assert not problems
    rows = [("V1", 1, 0), ("V2", 1, 1), ("V3", 2, 0), ("V4", 1, 2)]
    visits = pd.DataFrame(rows, columns=["visit_id", "attempt", "ring"])
    visits["recorded"] = pd.Timestamp("2026-03-01 10:00")
    first = pd.DataFrame(
        {
            "visit_id": ["V3"], "attempt": [2.0], "first_as_of": [pd.Timestamp("2026-02-27 12:00")],
            "act_by": [pd.Timestamp("2026-02-28 12:00")],
        }
    )  # fmt: skip
    ledger = SimpleNamespace(asked=lambda: first)
    together = with_clocks(visits, settings, ledger)
    alone = [with_clocks(visits.iloc[[row]], settings, ledger) for row in range(len(visits))]
    assert_frame_equal(pd.concat(alone), together)
    assert together["act_by"].nunique() > 1


def test_a_list_in_few_words_asks_for_the_same_doors(crimes, addresses):
    doors = prepare_doors(addresses)
    settings, _ = read_settings(AS_OF, None, {})
    words, few = (
        list_visits(crimes, doors, None, settings, in_words=in_words).rows
        for in_words in (True, False)
    )
    names = ["visit_id", "ring", "attempt", "doors"]
    assert len(few) > 10
    assert list(few.columns) == names
    assert few["ring"].is_monotonic_increasing
    by_id = [rows[names].sort_values("visit_id", ignore_index=True) for rows in (words, few)]
    assert_frame_equal(*by_id)
    # What is listed up to a number turns on the rank: it is worked out.
    most, _ = read_settings(AS_OF, 3, {})
    ranked = list_visits(crimes, doors, None, most, in_words=False)
    assert ranked.scheduled.sum() == 3
    assert {*names, "expected", "act_by"} <= set(ranked.rows.columns)


def test_homes_around_a_burglary_are_found_once(crimes, addresses, monkeypatch):
    doors, asked = prepare_doors(addresses), []

    def counted(*args):
        asked.append(args[1:4])
        return homes_around(*args)

    monkeypatch.setattr(plan, "homes_around", counted)
    settings, _ = read_settings(AS_OF, None, {})
    first, second = (list_visits(crimes, doors, None, settings).links for _ in range(2))
    assert len(asked) == len(set(asked)) > 0
    assert_frame_equal(first, second)


def test_a_file_is_read_once_however_often_its_rows_are_checked(tmp_path, monkeypatch):
    rows = [f"B{n},2026-02-{n + 1:02d},{1000 + n},2000" for n in range(12)]
    (tmp_path / "crimes.csv").write_text(
        "\n".join(["crime_ref,occurred_from,easting,northing", *rows]), "utf-8"
    )
    reads = []

    def counted(*args, **named):
        reads.append(named)
        return read_layout(*args, **named)

    monkeypatch.setattr(input_files, "read_layout", counted)
    settings = IncidentSettings(path=tmp_path / "crimes.csv", crs="EPSG:27700")
    found = input_files.open_burglaries(settings, StopList(("B3",), (1,)), None, None)
    assert found.left_out == 1
    assert len(found.check.accepted) == 11
    # A second time with the columns of addresses, which may name what is on the list.
    assert [named["addresses"] for named in reads] == [False, True]
