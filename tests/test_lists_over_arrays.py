"""What a list of a large force is made of in arrays, against the same one row at a time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot.addresses.address_words import text_key
from hotspot.addresses.flats import natural_key
from hotspot.addresses.house_numbers import parse_house
from hotspot.addresses.uprn_index import UprnIndex
from hotspot.cocooning import rings
from hotspot.cocooning.doors import _ranked, prepare_doors
from hotspot.cocooning.list_frames import _list_order
from hotspot.cocooning.plan import list_visits
from hotspot.cocooning.settings import read_settings
from hotspot.cocooning.text_columns import TextColumn, texts
from hotspot.cocooning.walking_order import walking_order
from hotspot.cocooning.wording import visit_id
from hotspot.density.hotspot_outlines import highest_cells
from hotspot.geo import cells_in_share
from hotspot.incidents.stop_list import StopList, stop_list_key
from hotspot.reading.cells import reference_keys
from tests import naive
from tests.test_cocooning import AS_OF, burglaries, homes

REACH_M = 400.0
UPRNS = st.one_of(
    st.none(),
    st.sampled_from(["12", "0012", " 12", '="12"', "12.0", "X/7", "x/7 ", "", "0", "00", "٣"]),
    st.from_regex(r"[0-9]{1,25}", fullmatch=True),
)


@pytest.mark.parametrize("seed", range(4))
def test_neighbours_are_those_that_all_homes_in_reach_would_give(seed):
    random = np.random.default_rng(seed)
    rows = [
        (f"{n}", random.choice(["1", "3", "4", None]), random.choice(["Quay", None]),
         *(random.integers(0, 12, 2) * 60.0))
        for n in range(40)
    ]  # fmt: skip
    doors = prepare_doors(homes(*rows))
    for at in range(len(doors.x)):
        x, y = float(doors.x[at]), float(doors.y[at])
        door, told, apart_m, _ = rings._told(doors, (x, y), at, REACH_M, REACH_M, rings.Reach())
        wanted = (door, told[0], rings._LINKS[told[1]], told[2], apart_m)
        found = rings.homes_around(doors, x, y, at, REACH_M)
        rows = [list(zip(*(of.tolist() for of in one), strict=True)) for one in (found, wanted)]
        assert sorted(rows[0]) == sorted(rows[1])


def test_digits_of_another_script_are_another_uprn():
    assert UprnIndex(["٣", "7"]).find(["3", "٣", "07"]).tolist() == [-1, 0, 1]


@given(st.lists(UPRNS, max_size=12), st.lists(UPRNS, max_size=6))
def test_a_uprn_is_found_by_what_it_reads_as(known, asked):
    keys, wanted = reference_keys(known).tolist(), reference_keys(asked).tolist()
    index = UprnIndex(pd.Series(known, dtype=object))
    first = [-1 if key is None else keys.index(key) if key in keys else -1 for key in wanted]
    assert index.find(asked).tolist() == first
    assert index.find(pd.Series(asked)).tolist() == first
    assert index.repeated.tolist() == [key in keys[:nth] for nth, key in enumerate(keys)]


@given(st.lists(UPRNS.filter(bool), max_size=6), st.lists(UPRNS, min_size=1, max_size=12))
def test_a_stop_list_hides_what_each_text_reads_as(entries, known):
    stop = StopList.of([entry for entry in entries if entry.strip()])
    wanted = [text is not None and stop_list_key(text) in stop.keys for text in known]
    for texts_of in (pd.Series(known), np.array([*known, 1], dtype=object)[:-1]):
        assert stop.matches(texts_of).tolist() == wanted
    frame = pd.DataFrame({"uprn": pd.Series(known, dtype=object)})
    found = {stop_list_key(text) for text in known if text is not None}
    pairs = zip(stop.entries, stop.rows, strict=True)
    unmatched = [row for entry, row in pairs if stop_list_key(entry) not in found]
    assert stop.unmatched_rows(frame) == unmatched


@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, float("nan")]), min_size=1, max_size=30),
    st.floats(0.01, 1.0),
)
def test_the_highest_cells_are_the_first_of_all_sorted(heights, share):
    values = np.array(heights)
    inside = ~np.isnan(values)
    # Of equal cells the first, and none of nothing.
    order = sorted(np.flatnonzero(inside), key=lambda cell: -values[cell])
    first = order[: cells_in_share(share, int(inside.sum()))]
    wanted = {cell for cell in first if values[cell] > 0}
    assert set(np.flatnonzero(highest_cells(values, inside, share))) == wanted


@given(st.lists(st.one_of(st.none(), st.text(" \tab\x1f\x85\u00a0é", max_size=4)), min_size=1))
def test_texts_of_a_column_are_those_of_its_cells(cells):
    wanted = [cell.strip() or None if cell else None for cell in cells]
    for column in (pd.Series(cells), pd.Series(cells, dtype=object)):
        frame = column.to_frame("address")
        assert texts(frame, "address").tolist() == wanted
        read = TextColumn(frame, "address", np.arange(len(cells))[::-1])
        assert [read[nth] for nth in range(len(cells))] == wanted[::-1]
        held = pd.Series(read.column(np.arange(len(cells))))
        made = pd.Series(wanted[::-1]) if any(wanted) else pd.Series(wanted, dtype=object)
        pd.testing.assert_series_equal(held, made)
        assert np.append(read, None).tolist() == [*wanted[::-1], None]


@given(st.lists(st.integers(-1, 400), min_size=1, max_size=9))
def test_keys_are_ranked_by_counting_as_they_are_by_sorting(keys):
    wanted = [sorted(set(keys)).index(key) for key in keys]
    assert _ranked(np.array(keys)).tolist() == wanted
    assert _ranked(np.array(keys) * 1j).tolist() == wanted


@pytest.mark.parametrize("seed", range(8))
def test_doors_are_walked_as_if_each_were_asked_where_next(seed):
    random = np.random.default_rng(seed)
    number = 60
    rows = pd.DataFrame(
        {
            "area": random.choice(["Beat 10", "Beat 2", "No area"], number),
            "street": random.choice(["Mill Lane", "MILL LANE", "Quay", "High St", None], number),
            "house_number": random.choice(["2", "12", "12A", "Rose Cottage", None], number),
            "address": [f"Flat {n}" for n in random.integers(1, 12, number)],
            "visit_id": [f"V-{n}" for n in random.permutation(number)],
        }
    ).astype(object)
    rows["x"], rows["y"] = random.integers(0, 30, (2, number)) * 1.0
    rows = rows.where(rows.notna(), None)

    def order(row):
        street, house = row["street"], row["house_number"]
        return (
            row["area"] == "No area", natural_key(row["area"]), street is None,
            text_key(street or ""), (house and parse_house(house)) or (10**6, ""),
            natural_key(row["address"]), row["visit_id"],
        )  # fmt: skip

    assert walking_order(rows) == naive.walked(rows.to_dict("records"), order)


@pytest.mark.parametrize("seed", range(4))
def test_messages_stand_in_the_order_of_their_columns(seed):
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "area": random.choice(["West", "East", None], 40),
            "street": random.integers(-1, 3, 40),
            "house": random.integers(-1, 3, 40),
            "uprn": random.choice(["9", "10", "2", None], 40),
        }
    )
    uprns = rows["uprn"].to_numpy(dtype=object)
    order = _list_order(rows["area"], rows["street"].to_numpy(), rows["house"].to_numpy(),
                        uprns.take)  # fmt: skip
    assert order.tolist() == rows.sort_values(list(rows.columns), kind="stable").index.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_rows_are_those_made_one_link_at_a_time(seed):
    random = np.random.default_rng(seed)
    town = [
        (f"{street}/{n}", str(n), f"Street {street}", n * 6.0, street * 30.0 + 15.0 * (n % 2))
        for street in range(3)
        for n in range(1, 25)
    ]
    flats = [
        (f"F{block}{n}", f"Flat {n}", f"Street {block}", block * 40.0, block * 30.0)
        for block in range(3)
        for n in (1, 2, 10)
    ]
    parents = [*(None for _ in town), *(f"{block}/5" for block in range(3) for _ in range(3))]
    addresses = homes(*town, *flats, parent_uprn=parents)
    told = [
        (f"B{n}", random.choice(addresses["uprn"]) if n % 4 else None, *random.integers(0, 150, 2))
        for n in range(25)
    ]
    crimes = burglaries(*told)
    age = pd.to_timedelta(random.integers(0, 5, len(crimes)), unit="D")
    crimes = crimes.assign(occurred_from=crimes["occurred_from"] - age)
    crimes["occurred_to"] = crimes["occurred_from"]
    doors = prepare_doors(addresses)
    settings, _ = read_settings(AS_OF, None, {})
    listed = list_visits(crimes, doors, None, settings)
    live = list(listed.live.itertuples(index=False))
    young = listed.links[listed.to_visit[listed.links["event"]]]
    wanted = naive.listed_rows(list(young.itertuples(index=False)), live, doors)
    assert len(wanted) > 20
    told = [(_asked(row, live, doors), *_counted(row)) for row in wanted]
    made = [
        (
            row.visit_id, row.ring, sorted(row.doors), row.distance_m, row.live,
            [(link.event.rank, link.link, link.apart_m) for link in row.reach],
        )
        for row in listed.rows.itertuples()
    ]  # fmt: skip
    assert sorted(made) == sorted(told)
    assert not listed.rows["visit_id"].duplicated().any()


def _counted(row):
    nearest = min(apart for _, _, apart in row["reach"])
    return row["ring"], sorted(row["doors"]), nearest, len(row["reach"]), row["reach"]


def _asked(row, live, doors):
    """Return the id of a visit: by the burglary that opened it, and the home or the building."""
    opener = live[row["opener"].event]
    home = opener.address or f"{opener.x:.0f}, {opener.y:.0f}"
    if row["doors"]:
        at = min(row["doors"])
        home = doors.uprn[at] if row["alone"] else _first_flat(doors, doors.place[at])
        if not row["alone"] and row["opener"].link == "same building":
            home = f"{home} others"
        in_building = opener.how == "building" and doors.home[at]
        if row["alone"] and in_building and home == _first_flat(doors, doors.place[at]):
            home = f"{home} alone"
    return visit_id(opener.force, opener.first_ref, home)


def _first_flat(doors, building):
    """Return the UPRN of the first home of a building, as flats are counted."""
    flats = [home for home in doors.homes if doors.place[home] == building]
    first = min(flats, key=lambda one: (natural_key(doors.address[one]), doors.uprn[one]))
    return doors.uprn[first]
