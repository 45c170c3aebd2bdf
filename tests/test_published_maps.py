"""Public maps beside each other: what subtraction would tell is never published."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot._errors import ConfigError, DataError
from hotspot.maps import public_map, publish_map
from hotspot.maps.subtraction import Told, ordered, revealed
from tests.test_public_map import CRS, X, Y, facts, town

SMALLEST = 3
# Nothing is proven by a total that large: of that there are tests of its own.
NO_TOTAL = 0


def told(
    months: tuple[int, int],
    counts: list[Any],
    *,
    edges: list[float] | None = None,
    homes: int = 200,
    total_most: int = NO_TOTAL,
) -> Told:
    """Make what a map tells of places side by side: a count, "few" or None for withheld."""
    edges = [500.0 * at for at in range(len(counts) + 1)] if edges is None else edges
    limits = {"few": (0, SMALLEST - 1), None: (0, math.inf)}
    bounds = [limits.get(count, (count, count)) for count in counts]
    places = gpd.GeoDataFrame(
        {
            "name": [f"Place {at}" for at in range(len(counts))],
            "homes": homes,
            "least": [float(least) for least, _ in bounds],
            "most": [float(most) for _, most in bounds],
        },
        geometry=[shapely.box(X + a, Y, X + b, Y + 500) for a, b in itertools.pairwise(edges)],
        crs=CRS,
    )
    start, end = (pd.Timestamp("2025-01-01") + pd.DateOffset(months=at) for at in months)
    return Told("old.html", start, end, ordered(places), total_most, 8, SMALLEST)


YEAR, Q1, Q2, Q3, Q4 = (0, 12), (0, 3), (3, 6), (6, 9), (9, 12)


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        # Apart in time: nothing is in common.
        ((Q2, [6, "few"]), [(Q1, [5, "few"])], None),
        # The same again.
        ((Q1, [5, "few", None]), [(Q1, [5, "few", None])], None),
        # The rest of the year has enough.
        ((YEAR, [20, "few"]), [(Q1, [5, "few"])], None),
        # The rest of the year has two.
        ((YEAR, [7, "few"]), [(Q1, [5, "few"])], "1 April 2025 to 31 December 2025: how few"),
        ((Q1, [5, "few"]), [(YEAR, [7, "few"])], "1 April 2025 to 31 December 2025: how few"),
        # None at all is as small.
        ((YEAR, [5]), [(Q1, [5])], "how few there were"),
        # A year and its quarters: what the last hides is what is left.
        (
            (YEAR, [17]),
            [(Q1, [5]), (Q2, [6]), (Q3, [4]), (Q4, ["few"])],
            "1 October 2025 to 31 December 2025: that there was a burglary",
        ),
        # Two hidden quarters share four: each has two.
        (
            (Q4, ["few"]),
            [(YEAR, [15]), (Q1, [6]), (Q2, [5]), (Q3, ["few"])],
            "1 July 2025 to 30 September 2025: that there was a burglary",
        ),
        # Two hidden quarters share two: which had them is not known, that there were two is.
        (
            (YEAR, [13]),
            [(Q1, [6]), (Q2, ["few"]), (Q3, [5]), (Q4, ["few"])],
            "1 April 2025 to 31 December 2025: that there was a burglary",
        ),
        # They share three: each had one at least.
        ((YEAR, [14]), [(Q1, [6]), (Q2, ["few"]), (Q3, [5]), (Q4, ["few"])], "burglary"),
        # Half years and thirds, of which neither holds the other.
        (((0, 6), [9]), [((4, 12), [8]), (YEAR, [15])], "1 May 2025 to 30 June 2025: how few"),
        # Linked only by a third.
        ((Q1, ["few"]), [(Q2, [6]), ((0, 6), [7])], "that there was a burglary"),
        # What was recorded late.
        ((Q1, [6]), [(Q1, [5])], "contradict each other"),
        ((Q1, ["few"]), [(Q1, [3])], "contradict each other"),
    ],
)
def test_what_a_reader_could_subtract_is_found(new: Any, old: Any, words: str | None) -> None:
    found = revealed(told(*new), [told(*one) for one in old], None)
    if words is None:
        assert found == []
    else:
        assert any(words in one for one in found)
    # Whichever of them is published last.
    everything = [told(*new), *(told(*one) for one in old)]
    for at, last in enumerate(everything):
        others = everything[:at] + everything[at + 1 :]
        if len({one.period for one in everything}) == len(everything):
            assert bool(revealed(last, others, None)) == (words is not None)


def test_areas_in_areas_and_borders_that_moved() -> None:
    wide = told(YEAR, [20], edges=[0, 1500])
    assert revealed(told(YEAR, [10, 8, "few"]), [wide], None) == [
        "Place 2, 1 January 2025 to 31 December 2025: that there was a burglary"
    ]
    # Another hidden beside it takes what is left.
    assert revealed(told(YEAR, [10, None, "few"]), [wide], None) == []
    # In another period, they have nothing in common.
    assert revealed(told((12, 24), [10, 8, "few"]), [wide], None) == []
    # A border that moved by ten metres past four homes tells of them.
    at = [X + 502.0 + 2 * number for number in range(4)]
    away = [X + step for step in np.linspace(10, 490, 60)] + [
        X + step for step in np.linspace(515, 990, 60)
    ]
    homes = gpd.GeoSeries(gpd.points_from_xy([*at, *away], [Y + 100] * 124), crs=CRS)
    before = told(YEAR, [20, 30], edges=[0, 500, 1000])
    after = told(YEAR, [24, 26], edges=[0, 510, 1000])
    assert "that there was a burglary" in " ".join(revealed(after, [before], homes))
    # Ill-drawn by a metre where nobody lives, they are the same.
    assert revealed(told(YEAR, [20, 30], edges=[0, 501, 1000]), [before], homes) == []


def test_a_total_tells_what_is_hidden_once_its_cover_is_known() -> None:
    """In the year the second place hides the third; its quarters, shown, take the cover away."""
    quarters = [
        told(months, [count, 5, "few", None], total_most=30)
        for months, count in ((Q1, 7), (Q2, 7), (Q3, 7), (Q4, 9))
    ]
    assert revealed(quarters[3], quarters[:3], None) == []
    # 30 + 50 shown, 20 that the quarters tell of, and at least one more.
    year = told(YEAR, [30, None, "few", 50], total_most=101)
    place = "Place 2, 1 January 2025 to 31 December 2025"
    assert revealed(year, quarters, None) == [f"{place}: that there was a burglary, by the total"]
    # A total that the page rounds so may be no more than that.
    assert revealed(told(YEAR, [30, None, "few", 50], total_most=100), quarters, None) == []
    assert revealed(year, quarters[:3], None) == []


# The slow, obvious twin: every way in which it can have been.


def worlds(maps: list[tuple[tuple[int, int], Any]], spans: int, most: int) -> np.ndarray:
    """Return every series of counts that all maps allow, a row each."""
    every = np.array(list(itertools.product(range(most + 1), repeat=spans)))
    for (first, last), count in maps:
        sums = every[:, first:last].sum(axis=1)
        every = every[sums < SMALLEST if count == "few" else sums == count]
    return every


def gives_away(maps: list[tuple[tuple[int, int], Any]], spans: int, most: int) -> bool:
    """Test whether anything secret is the same in every world: of any spans, joined or not."""
    possible = worlds(maps, spans, most)
    few = [range(first, last) for (first, last), count in maps if count == "few"]
    told_of = sorted({at for (first, last), _ in maps for at in range(first, last)})
    for number in range(1, len(told_of) + 1):
        for part in itertools.combinations(told_of, number):
            sums = possible[:, list(part)].sum(axis=1)
            alone = any(set(part) <= set(one) for one in few)
            if sums.max() < (SMALLEST - 1 if alone else SMALLEST) and (
                alone or sums.min() > 0 or number == 1
            ):
                return True
            if sums.min() > 0 and sums.max() < SMALLEST:
                return True
    return any(possible[:, list(one)].sum(axis=1).min() > 0 for one in few)


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_maps_of_any_periods_are_judged_as_by_trying_every_world(data: Any) -> None:
    spans = 4
    truth = data.draw(st.lists(st.integers(0, 4), min_size=spans, max_size=spans))
    pairs = list(itertools.combinations(range(spans + 1), 2))
    periods = data.draw(st.lists(st.sampled_from(pairs), min_size=2, max_size=4, unique=True))
    maps: list[tuple[tuple[int, int], Any]] = []
    for first, last in periods:
        number = sum(truth[first:last])
        maps.append(((first, last), number if number >= SMALLEST else "few"))
    new, *old = [told(period, [count]) for period, count in maps]
    linked = [maps[0]]
    while more := [
        one for one in maps if one not in linked
        and any(one[0][0] < o[0][1] and o[0][0] < one[0][1] for o in linked)
    ]:  # fmt: skip
        linked += more

    assert bool(revealed(new, old, None)) == gives_away(linked, spans, 9)


# The record


def burglaries_of_a_year() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make a year in which one square has seven, five of them in the first quarter."""
    incidents, addresses = town([[60, 60, 7, 40]], held=120)
    days = pd.Series(pd.date_range("2025-01-03", "2025-12-28", periods=60)).dt.normalize()
    seven = pd.to_datetime(["2025-02-01"] * 5 + ["2025-09-01"] * 2)
    when = pd.concat([days, days, pd.Series(seven), days[:40]], ignore_index=True)
    return incidents.assign(occurred_from=when, occurred_to=when), addresses


def options(months: int, as_of: str) -> dict[str, Any]:
    return {"months": months, "lag_days": 0, "as_of": as_of}


def test_the_next_map_is_refused_where_it_would_reveal_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    incidents, addresses = burglaries_of_a_year()
    first = tmp_path / "2025-1.html"
    publish_map(public_map(incidents, addresses, **options(3, "2025-03-31")), first)
    record = tmp_path / "published.json"
    kept = record.read_bytes()
    year = public_map(incidents, addresses, **options(12, "2025-12-31"))
    with pytest.raises(DataError, match="cannot be published beside"):
        publish_map(year, tmp_path / "2025.html", dry_run=True)
    with pytest.raises(DataError) as refused:
        publish_map(year, tmp_path / "2025.html")
    problems = refused.value.problems
    assert problems[0] == (
        "This map (1 January 2025 to 31 December 2025) cannot be published beside 2025-1.html "
        "(1 January 2025 to 31 March 2025): what is hidden could be worked out by subtraction."
    )
    assert (
        problems[1]
        == "It would tell of Cell 3, 1 April 2025 to 31 December 2025: how few there were."
    )
    assert "wait for a whole later period" in problems[-1]
    assert str(record) in problems[-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-1.html", "published.json"]
    assert record.read_bytes() == kept
    # The quarter again, and a whole later period, are no secret.
    publish_map(public_map(incidents, addresses, **options(3, "2025-03-31")), first)
    assert record.read_bytes() == kept
    second = public_map(incidents, addresses, **options(3, "2025-06-30"))
    publish_map(second, tmp_path / "2.html", dry_run=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-1.html", "published.json"]
    assert record.read_bytes() == kept
    publish_map(public_map(incidents, addresses, **options(3, "2025-06-30")), tmp_path / "2.html")
    assert [one["file"] for one in json.loads(record.read_text("utf-8"))["maps"]] == [
        "2025-1.html", "2.html",
    ]  # fmt: skip


def test_the_record_holds_what_was_public_and_nothing_else(tmp_path: Path) -> None:
    incidents, addresses = town([[9, 2, 5], [0, 1, 70]], held=12)
    m = public_map(incidents, addresses, months=1, lag_days=0, as_of="2026-02-28")
    page = publish_map(m, tmp_path / "public.html").read_text(encoding="utf-8")
    text = (tmp_path / "published.json").read_text(encoding="utf-8")
    record = json.loads(text)
    (one,) = record["maps"]
    (places,) = record["places"].values()
    shown = {place["name"]: place["count"] for place in facts(page)}
    words = {(0, 2): "fewer than 3", None: "not shown"}
    for place, limits in zip(places, one["told"], strict=True):
        key = None if limits is None else tuple(limits)
        assert words.get(key, str(limits and limits[0])) == shown[place["name"]]
    assert set(one) == {
        "file", "from", "to", "places", "minimum", "smallest", "total_at_most", "told", "homes",
    }  # fmt: skip
    assert (one["from"], one["to"]) == ("2026-02-01", "2026-02-28")
    # 87 are about 90: up to 94.
    assert one["total_at_most"] == 94
    for secret in [*incidents["crime_ref"], *addresses["uprn"], *addresses["address"]]:
        assert secret not in text


def test_a_record_elsewhere_is_used_and_one_that_cannot_be_read_stops_the_map(
    tmp_path: Path,
) -> None:
    incidents, addresses = burglaries_of_a_year()
    record = tmp_path / "force" / "maps.json"
    quarter = public_map(incidents, addresses, **options(3, "2025-03-31"))
    publish_map(quarter, tmp_path / "a" / "q.html", record=record)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["q.html"]
    year = public_map(incidents, addresses, **options(12, "2025-12-31"))
    with pytest.raises(DataError, match=r"cannot be published beside q\.html"):
        publish_map(year, tmp_path / "b" / "y.html", record=record)
    for text in ("{}", "not JSON", '{"record": "other"}', record.read_text("utf-8")[:-9]):
        record.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match="is no record of published maps"):
            publish_map(year, tmp_path / "b" / "y.html", record=record)
        assert record.read_text(encoding="utf-8") == text
    record.write_text('{"record": "public maps published with hotspot", "version": 9}')
    with pytest.raises(DataError, match="newer version"):
        publish_map(year, tmp_path / "b" / "y.html", record=record)
    assert not (tmp_path / "b" / "y.html").exists()
    with pytest.raises(ConfigError, match="must be a map of public_map"):
        publish_map(folium.Map(tiles=None), tmp_path / "x.html")
