"""A public map names no home, and what it hides cannot be worked out."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hotspot._errors import ConfigError, DataError
from hotspot.maps import colours
from hotspot.maps.disclosure import FEW, SHOWN, cells_with_homes, protected
from hotspot.maps.public import _period, public_map
from hotspot.maps.saving import page_text, save_map
from tests.conftest import incidents_at

X, Y = 640000.0, 370000.0
CRS = "EPSG:27700"
SETTINGS = {"lag_days": 0, "as_of": "2026-02-28", "months": 1}


def homes(places: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    numbers = range(len(places))
    return gpd.GeoDataFrame(
        {
            "uprn": [f"10009{number:07d}" for number in numbers],
            "address": [f"{number} Secret Street" for number in numbers],
        },
        geometry=gpd.points_from_xy([X + x for x, _ in places], [Y + y for _, y in places]),
        crs=CRS,
    )


def in_square(column: int, row: int, number: int) -> list[tuple[float, float]]:
    """Spread points inside one square of 500 m, off its edges."""
    steps = np.linspace(30.37, 460.41, max(number, 2))[:number]
    return [(500 * column + step, 500 * row + 251.77) for step in steps]


def burglaries(places: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    """Put burglaries of February 2026 at places, with text that must never be published."""
    frame = incidents_at(
        [X + x for x, _ in places],
        [Y + y for _, y in places],
        [396 + number % 28 for number in range(len(places))],
        address="9 Secret Street",
        uprn="100099999999",
    )
    frame["crime_ref"] = [f"REF/{number:06d}" for number in range(len(places))]
    return frame


def town(counts: list[list[int]], held: int = 10) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make burglaries and homes of squares with these counts, the first row in the south."""
    squares = [(c, r, n) for r, row in enumerate(counts) for c, n in enumerate(row)]
    crimes = [place for column, row, number in squares for place in in_square(column, row, number)]
    at = [place for column, row, _ in squares for place in in_square(column, row, held)]
    return burglaries(crimes), homes(at)


def facts(page: str) -> list[dict[str, Any]]:
    """Read from a page what it tells of each place."""
    found = re.search(r"hotspotMap\.layer\((\[\[.*?\]\]), ?(\{.*?\})\);\n", page)
    assert found
    rows = json.loads(found[1])
    return [
        {"shape": shapely.geometry.shape(shape), "name": name, "count": told, "homes": held}
        for shape, _, (name, told, held, _) in rows
    ]


def bounds(told: str) -> tuple[float, float | None]:
    """Tell what a reader knows of a count."""
    if told == "not shown":
        return 0, None
    if told.startswith("fewer than"):
        return 0, int(told.split()[-1]) - 1
    return int(told.replace(",", "")), int(told.replace(",", ""))


def least_possible(known: list[tuple[float, float | None]], total: int) -> list[float]:
    """Work out the least that each count can be, for a reader who knows the total as well."""
    number = len(known)
    least = []
    for place in range(number):
        answer = linprog(
            np.eye(number)[place], A_eq=np.ones((1, number)), b_eq=[total], bounds=known
        )
        assert answer.status == 0
        least.append(answer.fun)
    return least


@given(
    counts=st.lists(st.lists(st.integers(0, 6), min_size=3, max_size=3), min_size=1, max_size=4),
    smallest=st.integers(2, 5),
)
@settings(max_examples=10, deadline=None)
def test_no_small_count_can_be_worked_out_from_all_that_a_page_tells(
    counts: list[list[int]], smallest: int
) -> None:
    total = sum(map(sum, counts))
    if not total:
        return
    incidents, addresses = town(counts)
    try:
        page = page_text(public_map(incidents, addresses, smallest=smallest, **SETTINGS))
    except DataError as error:
        refused = str(error)
    else:
        refused = None
    if refused is not None:
        assert "could be worked out" in refused
        # Only where there is no larger count to hide among.
        assert max(map(max, counts)) < smallest
        return

    places = facts(page)
    least = least_possible([bounds(place["count"]) for place in places], total)

    assert len(places) == sum(map(len, counts))
    for place, fewest in zip(places, least, strict=True):
        if place["count"].isdigit():
            assert int(place["count"]) >= smallest
        elif place["count"] != "not shown":
            assert fewest == 0


@given(
    counts=st.lists(st.integers(0, 9), min_size=1, max_size=8),
    enough=st.lists(st.booleans(), min_size=8, max_size=8),
    smallest=st.integers(2, 5),
)
@settings(max_examples=20, deadline=None)
def test_hiding_is_enough_and_keeps_what_need_not_be_hidden(
    counts: list[int], enough: list[bool], smallest: int
) -> None:
    numbers, homes_enough = np.array(counts), np.array(enough[: len(counts)])
    try:
        status = protected(numbers, 9 * homes_enough, 8, smallest)
    except DataError:
        status = np.where(homes_enough & (numbers < smallest), FEW, "withheld")
        assert any(least > 0 for least in _least(numbers, status, smallest))
        return

    least = np.array(_least(numbers, status, smallest))
    secret = ~homes_enough | (numbers < smallest)

    assert (status[secret] != SHOWN).all()
    assert (least[secret] == 0).all()
    if not secret.any():
        assert (status == SHOWN).all()


def _least(numbers: np.ndarray, status: np.ndarray, smallest: int) -> list[float]:
    known = [
        {SHOWN: (int(number), int(number)), FEW: (0, smallest - 1)}.get(state, (0, None))
        for number, state in zip(numbers, status, strict=True)
    ]
    return least_possible(known, int(numbers.sum()))


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_every_cell_holds_the_minimum_and_no_cell_overlaps_another(data: st.DataObject) -> None:
    number = data.draw(st.integers(8, 60))
    spread = data.draw(st.sampled_from([400, 3000, 20000]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    at = homes([tuple(place) for place in rng.uniform(0, spread, (number, 2))])

    cells = cells_with_homes(at.geometry, 500.0, minimum=8)

    inside = gpd.sjoin(at, cells, predicate="intersects")
    assert inside.groupby("index_right").size().tolist() == cells["homes"].tolist()
    assert cells["homes"].min() >= 8
    assert cells["homes"].sum() == number
    assert cells.geometry.area.sum() == pytest.approx(cells.union_all().area)


def test_a_saved_map_holds_no_point_reference_address_or_date(tmp_path: Path) -> None:
    incidents, addresses = town([[9, 2, 5], [0, 1, 7]])

    page = save_map(
        public_map(incidents, addresses, **SETTINGS), tmp_path / "public.html"
    ).read_text(encoding="utf-8")

    for text in [*incidents["crime_ref"], *addresses["address"], *addresses["uprn"]]:
        assert text not in page
    for text in ("Secret Street", "REF/", "100099999999", "1000900"):
        assert text not in page
    corners = shapely.get_coordinates([place["shape"] for place in facts(page)])
    for frame in (incidents, addresses):
        degrees = frame.to_crs("EPSG:4326").geometry
        for point in degrees:
            assert np.hypot(*(corners - [point.x, point.y]).T).min() > 1e-4
            assert f"{point.x:.6f}"[:-1] not in page
            assert f"{point.y:.6f}"[:-1] not in page
        for point in frame.geometry:
            assert f"{point.x:.0f}" not in page
            assert f"{point.y:.0f}" not in page
    told = re.findall(r"\d{1,2} [A-Z][a-z]+ 2026", page)
    assert set(told) <= {"1 February 2026", "28 February 2026"}


def test_cells_show_their_counts_and_the_total_to_the_nearest_ten() -> None:
    incidents, addresses = town([[9, 2, 5], [0, 1, 7]])

    page = page_text(public_map(incidents, addresses, title="Quay & Town", **SETTINGS))

    # From the north-west, as one reads.
    assert [place["count"] for place in facts(page)] == [
        "fewer than 3", "fewer than 3", "not shown", "9", "fewer than 3", "5",
    ]  # fmt: skip
    assert "about 20 burglaries in 6 places" in page
    assert "Quay &amp; Town" in page
    assert "PUBLIC" not in page
    assert "MARKING" not in page
    assert "OFFICIAL" not in page
    assert "can be subtracted from each other: a year and its quarters" in page
    assert "at least 8 addresses" in page


def test_shades_are_of_rates_and_a_place_with_few_homes_has_none() -> None:
    # As many burglaries among ten times the homes are a tenth of the rate.
    places = [*in_square(0, 0, 100), *in_square(1, 0, 400), *in_square(2, 0, 99)]
    crimes = [*in_square(0, 0, 12), *in_square(1, 0, 12), *in_square(2, 0, 300)]

    page = page_text(public_map(burglaries(crimes), homes(places), **SETTINGS))

    found = re.search(r"hotspotMap\.layer\((\[\[.*?\]\]), ?(\{.*?\})\);\n", page)
    assert found
    rows = json.loads(found[1])
    assert [row[2][1:] for row in rows] == [
        ["12", "100", "120.0"],
        ["12", "400", "30.0"],
        ["300", "99", "none: fewer than 100 addresses"],
    ]
    by_rate = [row[1] for row in rows]
    assert by_rate[0] > by_rate[1]
    assert by_rate[2] == len(colours.RATES)
    # 300 burglaries of 99 homes would be this many of 1,000.
    assert "3,030" not in page
    assert "fewer than 100 addresses" in page


def test_areas_are_counted_by_name_and_those_with_few_homes_are_withheld() -> None:
    incidents, addresses = town([[9, 8, 5, 6]])
    thinned = pd.concat([addresses[:30], addresses[30:33]])
    areas = gpd.GeoDataFrame(
        {"area": ["Quay <b>", "Town", "Park", "Moor"]},
        geometry=[shapely.box(X + 500 * n, Y, X + 500 * n + 500, Y + 500) for n in range(4)],
        crs=CRS,
    )

    page = page_text(public_map(incidents, thinned, areas, **SETTINGS))

    told = {place["name"]: (place["count"], place["homes"]) for place in facts(page)}
    assert told["Moor"] == ("not shown", "fewer than 8")
    # One alone could be had by subtraction from a total known elsewhere.
    assert told["Quay <b>"] == ("not shown", "10")
    assert told["Park"] == ("5", "10")
    assert "<b>" not in page.replace('"<b>', "")


def test_areas_may_bring_their_number_of_addresses() -> None:
    incidents, _ = town([[9, 8]])
    areas = gpd.GeoDataFrame(
        {"area": ["Quay", "Town"], "addresses": [40, 8]},
        geometry=[shapely.box(X + 500 * n, Y, X + 500 * n + 500, Y + 500) for n in range(2)],
        crs=CRS,
    )

    assert [
        place["count"] for place in facts(page_text(public_map(incidents, None, areas, **SETTINGS)))
    ] == ["9", "8"]
    areas["addresses"] = [7, None]
    with pytest.raises(DataError, match="No area has 8 addresses"):
        public_map(incidents, None, areas, **SETTINGS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda i, a: (i, None), "Give the addresses"),
        (lambda i, a: (i, a[:7]), "only 7 addresses"),
        (lambda i, a: (i, pd.concat([a[:7]] * 2, ignore_index=True)), "only 7 addresses"),
        (lambda i, a: (i, a[:10]), "lie in no place with known addresses"),
        (lambda i, a: (i[:2], a[:10]), "could be worked out from the total"),
        (lambda i, a: (i[:0], a), "The incidents are empty: there is no row"),
        (lambda i, a: (i, a.to_crs("EPSG:4326")), "not in metres"),
        (lambda i, a: (i.assign(occurred_to=pd.Timestamp("2026-02-20")), a), None),
    ],
)
def test_where_the_floor_cannot_be_proven_no_map_is_made(change: Any, sentence: str | None) -> None:
    incidents, addresses = change(*town([[9, 8, 5]]))

    if sentence is None:
        public_map(incidents, addresses, **SETTINGS)
    else:
        with pytest.raises(DataError, match=sentence):
            public_map(incidents, addresses, **SETTINGS)


def test_areas_that_overlap_and_areas_without_homes_are_refused() -> None:
    incidents, addresses = town([[9, 8]])
    box = shapely.box(X, Y, X + 600, Y + 500)
    areas = gpd.GeoDataFrame(
        {"area": ["Quay", "Town"]},
        geometry=[box, shapely.box(X + 400, Y, X + 1000, Y + 500)],
        crs=CRS,
    )

    with pytest.raises(DataError, match="Quay and Town overlap"):
        public_map(incidents, addresses, areas, **SETTINGS)
    with pytest.raises(DataError, match="column 'addresses'"):
        public_map(incidents, None, areas, **SETTINGS)


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_point_on_a_border_counts_once_for_the_first_area_by_name(order: list[int]) -> None:
    incidents = burglaries([(500.0, 100.0)] * 9 + [(700.0, 100.0)] * 9)
    at = [(100.0 + step, 50.0) for step in range(9)] + [(500.0, 60.0)]
    addresses = homes(at + [(600.0 + step, 50.0) for step in range(9)])
    areas = gpd.GeoDataFrame(
        {"area": ["Quay", "Town"]},
        geometry=[shapely.box(X + 500 * n, Y, X + 500 * n + 500, Y + 500) for n in range(2)],
        crs=CRS,
    )

    page = page_text(public_map(incidents, addresses, areas.iloc[order], **SETTINGS))

    told = {place["name"]: (place["count"], place["homes"]) for place in facts(page)}
    assert told == {"Quay": ("9", "10"), "Town": ("9", "9")}


@pytest.mark.parametrize(
    ("as_of", "last_day"), [("2026-01-31", "2026-02-01"), ("2026-01-31 08:00", "2026-01-01")]
)
def test_a_month_counts_when_its_last_day_has_ended(as_of: str, last_day: str) -> None:
    days = pd.Series(pd.date_range("2025-12-01", "2026-01-30", periods=40)).dt.normalize()
    incidents = town([[20, 20]])[0].assign(occurred_from=days, occurred_to=days)

    assert _period(incidents, as_of, 0, 1)[1] == pd.Timestamp(last_day)


def test_only_whole_months_that_are_old_enough_are_counted() -> None:
    incidents, addresses = town([[20, 20]])
    late = incidents.assign(
        occurred_from=pd.Timestamp("2026-03-03"), occurred_to=pd.Timestamp("2026-03-03")
    )
    both = pd.concat([incidents, late], ignore_index=True)

    def told(**options: Any) -> list[str]:
        return [
            place["count"] for place in facts(page_text(public_map(both, addresses, **options)))
        ]

    assert told(lag_days=3, months=1) == ["20", "20"]
    assert told(as_of="2026-03-31", lag_days=0, months=1) == ["20", "20"]
    with pytest.raises(DataError, match="No incident is of January 2025 to December 2025"):
        public_map(both, addresses)


@pytest.mark.parametrize("months", [1, 2, 3, 12])
def test_editions_made_day_by_day_count_the_same_burglaries_or_none_in_common(months: int) -> None:
    incidents = town([[20, 20]])[0]
    days = pd.Series(pd.date_range("2024-01-01", "2026-12-31", periods=40)).dt.normalize()
    incidents = incidents.assign(occurred_from=days, occurred_to=days)

    spans = set()
    for as_of in pd.date_range("2026-01-05", "2026-12-30", freq="9D"):
        start, end = _period(incidents, as_of, 28, months)
        assert end <= as_of - pd.Timedelta(days=27)
        spans.add((start, end))

    ordered = sorted(spans)
    assert all(early[1] <= late[0] for early, late in itertools.pairwise(ordered))


@pytest.mark.parametrize("enough", [(1, 1, 1), (1, 1, 0), (1, 0, 0)])
def test_not_even_who_knows_the_rule_and_the_total_can_prove_a_burglary(
    enough: tuple[int, ...],
) -> None:
    homes, smallest, most = np.array([30, 20, 10]) * enough, 3, 14
    told: dict[Any, list[tuple[int, ...]]] = {}
    for counts in itertools.product(range(most), repeat=3):
        if sum(counts) >= most:
            continue
        try:
            status = protected(np.array(counts), homes, 8, smallest)
        except DataError:
            continue
        page = tuple(
            n if state == SHOWN else state for n, state in zip(counts, status, strict=True)
        )
        told.setdefault((page, sum(counts)), []).append(counts)

    assert told
    for possible in told.values():
        for place in range(3):
            could_be = [counts[place] for counts in possible]
            if enough[place] and min(could_be) >= smallest:
                continue
            assert min(could_be) == 0


def test_the_page_says_how_many_lie_in_no_place_and_tells_nothing_by_it() -> None:
    incidents, addresses = town([[40, 40, 40, 40]])
    stray = incidents[:6].set_geometry(gpd.points_from_xy([X - 9000] * 6, [Y] * 6, crs=CRS))

    def note(strays: int) -> str:
        both = pd.concat([incidents, stray[:strays]], ignore_index=True)
        page = page_text(public_map(both, addresses, **SETTINGS))
        found = re.search(r"Left out: .*? in no place with known addresses", page)
        assert found
        return found[0]

    assert "about 10 burglaries" in note(6)
    assert note(0) == note(1) == note(4)
    assert "fewer than 10 burglaries" in note(0)


def test_what_nobody_lives_in_fills_no_place() -> None:
    incidents, addresses = town([[9]], held=8)
    flats = addresses.assign(parent_uprn=[None, *["100090000000"] * 7])
    shops = addresses.assign(classification=["RD03", "Shop", *["RD04"] * 6])
    spelt = addresses.assign(uprn=None, address=["1 High St.", "1  HIGH ST", *"abcdef"])

    twice = addresses.assign(uprn=[None, *addresses["uprn"][1:]])
    twice.loc[0, "address"] = "1 secret street"
    for short in (flats, shops, spelt, twice):
        with pytest.raises(DataError, match="only 7 addresses of homes"):
            public_map(incidents, short, **SETTINGS)


def test_the_few_homes_outside_all_areas_are_not_told_by_what_is_left() -> None:
    incidents, addresses = town([[20, 20, 1]])
    areas = gpd.GeoDataFrame(
        {"area": ["Quay", "Town"]},
        geometry=[shapely.box(X + 500 * n, Y, X + 500 * n + 500, Y + 500) for n in range(2)],
        crs=CRS,
    )

    def told(homes_given: gpd.GeoDataFrame | None, areas: gpd.GeoDataFrame) -> list[str]:
        page = page_text(public_map(incidents, homes_given, areas, **SETTINGS))
        return [place["count"] for place in facts(page)]

    assert told(addresses[:21], areas) == ["not shown", "20"]
    assert told(None, areas.assign(addresses=40)) == ["not shown", "20"]
    assert told(addresses[:20], areas) == told(addresses, areas) == ["20", "20"]


def test_an_area_in_two_rows_is_refused_since_each_would_claim_the_homes_of_both() -> None:
    incidents, _ = town([[9, 8]])
    areas = gpd.GeoDataFrame(
        {"area": ["Quay", "Quay"], "addresses": [40, 40]},
        geometry=[shapely.box(X + 500 * n, Y, X + 500 * n + 500, Y + 500) for n in range(2)],
        crs=CRS,
    )

    with pytest.raises(DataError, match="Quay is there more than once"):
        public_map(incidents, None, areas, **SETTINGS)


def test_settings_out_of_range_are_told_all_at_once() -> None:
    incidents, addresses = town([[9]])

    with pytest.raises(ConfigError) as caught:
        public_map(incidents, addresses, minimum=1, smallest=1, months=0, cell_size_m=-1)

    assert len(caught.value.problems) == 4
    with pytest.raises(DataError) as both:
        public_map(incidents, addresses.drop(columns="geometry"), as_of="soon", minimum=1)
    assert len(both.value.problems) == 3
    with pytest.raises(
        DataError, match="No incident was known by the end of Sunday 1 January 2023"
    ):
        public_map(incidents, addresses, as_of="2023-01-01")


def test_inputs_are_left_as_they_were_and_the_same_map_is_made_twice() -> None:
    incidents, addresses = town([[9, 2, 5], [0, 1, 7]])
    kept = incidents.copy(), addresses.copy()

    pages = [page_text(public_map(incidents, addresses, **SETTINGS)) for _ in range(2)]

    pd.testing.assert_frame_equal(incidents, kept[0])
    pd.testing.assert_frame_equal(addresses, kept[1])
    assert pages[0] == pages[1]
