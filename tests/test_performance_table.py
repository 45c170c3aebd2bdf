"""The board's table: complete months, what they are held against, and bad input."""

import json
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.trends import complete_counts
from hotspot.trends.periods import read_span, span_words

TOWN = "EPSG:32616"


def monthly(
    counts: list[int], last: str = "2026-02", crs: str = TOWN, **columns: object
) -> gpd.GeoDataFrame:
    """Incidents with so many in each month up to the last, from its first day to its last."""
    months = pd.period_range(end=last, periods=len(counts), freq="M")
    days = [
        month.start_time + pd.Timedelta(days=round(n * (month.days_in_month - 1) / max(k - 1, 1)))
        for month, k in zip(months, counts, strict=True)
        for n in range(k)
    ]
    frame = pd.DataFrame(
        {"crime_ref": [f"R{n}" for n in range(len(days))], "occurred_from": days,
         "occurred_to": days, **columns}
    )  # fmt: skip
    points = gpd.points_from_xy([5.0] * len(days), [5.0] * len(days))
    made = gpd.GeoDataFrame(frame, geometry=points, crs=crs)
    made.attrs["resolution"] = "day"
    return made


def drawn(seed: int = 1, months: int = 60, mean: float = 20.0) -> list[int]:
    return [max(int(one), 2) for one in np.random.default_rng(seed).poisson(mean, months)]


def test_every_column_is_the_sum_or_mean_of_its_months() -> None:
    counts = drawn()
    row = hs.performance_table(monthly(counts), "2026-02", as_of="2026-02-28").total
    assert row["current"] == counts[-1]
    assert [row[f"same_month_{n}"] for n in (1, 2, 3)] == [counts[-13], counts[-25], counts[-37]]
    assert row["mean_same_month"] == pytest.approx(np.mean(counts[-37::12][:3]))
    assert row["mean_month_12"] == pytest.approx(sum(counts[-13:-1]) / 12)
    assert row["mean_month_36"] == pytest.approx(sum(counts[-37:-1]) / 36)
    assert row["rolling_12"] == sum(counts[-12:])
    assert row["reference_12"] == sum(counts[-24:-12])
    assert row["change"] == pytest.approx(sum(counts[-12:]) / sum(counts[-24:-12]) - 1)
    held = hs.performance_table(monthly(counts), "2026-02", "2021-04/2023-03", as_of="2026-02-28")
    assert held.total["reference_12"] == pytest.approx(sum(counts[1:25]) / 2)


def test_areas_add_up_to_the_total_whatever_the_order_of_the_rows() -> None:
    counts = drawn(2)
    areas = np.random.default_rng(3).choice(["Quay", "Moor", "Fell"], sum(counts))
    incidents = monthly(counts, area=areas)
    incidents.loc[incidents.index[::50], "area"] = None
    table = hs.performance_table(incidents, "2026-02", by="area", as_of="2026-02-28").table
    assert table["area"].tolist() == ["Fell", "Moor", "Quay", "No area", "All"]
    summed = ["current", "same_month_1", "rolling_12", "reference_12", "mean_month_12"]
    assert table[summed].iloc[:-1].sum().tolist() == pytest.approx(table[summed].iloc[-1].tolist())
    mixed = incidents.sample(frac=1, random_state=4)
    again = hs.performance_table(mixed, "2026-02", by="area", as_of="2026-02-28").table
    pd.testing.assert_frame_equal(table, again)
    whole = hs.performance_table(incidents, "2026-02", as_of="2026-02-28").table
    assert whole["word"].item() == table["word"].iloc[-1]


def test_areas_that_are_polygons_are_rows_also_without_a_burglary() -> None:
    from shapely import box

    areas = gpd.GeoDataFrame(
        {"area": ["Here", "There"]}, geometry=[box(0, 0, 9, 9), box(50, 50, 59, 59)], crs=TOWN
    )
    incidents = monthly(drawn(5))
    table = hs.performance_table(incidents, "2026-02", by=areas, as_of="2026-02-28").table
    assert table["area"].tolist() == ["Here", "There", "All"]
    assert table["rolling_12"].tolist()[1] == 0
    with pytest.raises(hs.DataError, match="the CRS of the incidents"):
        hs.performance_table(incidents, "2026-02", by=areas.to_crs(4326))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(3, 30), min_size=14, max_size=60))
def test_counts_by_month_agree_with_counting_each_month(counts: list[int]) -> None:
    incidents = monthly(counts)
    found = complete_counts(incidents, as_of="2026-02-28")["All"]
    days = [f"{day:%Y-%m}" for day in incidents["occurred_to"]]
    assert found.astype(int).tolist() == [days.count(str(month)) for month in found.index]
    assert found.astype(int).tolist() == counts


def test_weeks_run_from_monday_to_sunday_and_the_last_is_whole() -> None:
    days = pd.date_range("2026-01-05", "2026-02-25", freq="D")
    frame = pd.DataFrame({"crime_ref": range(len(days)), "occurred_from": days,
                          "occurred_to": days})  # fmt: skip
    points = gpd.points_from_xy([5.0] * len(days), [5.0] * len(days))
    weeks = complete_counts(gpd.GeoDataFrame(frame, geometry=points, crs=TOWN), "week")
    assert weeks["All"].tolist() == [7.0] * 7
    assert weeks.index[-1].end_time.normalize() == pd.Timestamp("2026-02-22")
    assert weeks.attrs["notes"] == [
        "The week from 23 February 2026 is not complete (the data reach to 25 February 2026): "
        "3 burglaries left out."
    ]


@pytest.mark.parametrize(
    ("date", "counted", "basis"),
    [
        ("recorded", 3, "Counted by the day it was recorded; 1 row without that by the day found."),
        ("found", 2, "Counted by the day it was found, the end"),
        ("from", 1, "Counted by the start of the time"),
        ("midpoint", 1, "Counted by the middle of the time"),
    ],
)
def test_a_burglary_counts_by_the_day_that_is_chosen(date: str, counted: int, basis: str) -> None:
    incidents = monthly([10, 10, 1], "2026-02")
    late = pd.DataFrame(
        {
            "crime_ref": ["X", "Y"],
            "occurred_from": pd.to_datetime(["2026-01-05", "2026-01-05"]),
            "occurred_to": pd.to_datetime(["2026-02-01", "2026-01-31"]),
            "recorded_at": pd.to_datetime(["2026-02-02", "2026-02-01"]),
        }
    )
    late = gpd.GeoDataFrame(late, geometry=gpd.points_from_xy([5, 5], [5, 5]), crs=TOWN)
    incidents["recorded_at"] = incidents["occurred_to"]
    incidents.loc[incidents.index[0], "recorded_at"] = pd.NaT
    both = pd.concat([incidents, late], ignore_index=True)
    counts = complete_counts(both, date=date, as_of="2026-02-28")
    assert counts["All"].iloc[-1] == counted
    assert counts.attrs["basis"].startswith(basis)


def test_without_a_column_of_records_the_day_found_counts_and_is_printed() -> None:
    result = hs.performance_table(monthly(drawn()), "2026-02", as_of="2026-02-28")
    assert "nothing says when it was recorded" in result.page().scope


# --- Bad input: each a sentence. ---


def test_the_current_unfinished_month_is_refused_with_the_last_complete_one() -> None:
    incidents = monthly([*drawn(), 2], "2026-03")
    incidents = incidents[incidents["occurred_to"] <= "2026-03-02"]
    for as_of in ("2026-03-02", None):
        with pytest.raises(hs.ConfigError) as told:
            hs.performance_table(incidents, "2026-03", as_of=as_of)
        assert str(told.value) == (
            "March 2026 is not complete: the data reach to "
            f"{'2' if as_of else '1'} March 2026. Ask for February 2026, the last complete month."
        )
    notes = hs.performance_table(incidents, "2026-02", as_of="2026-03-02").notes
    assert notes[0] == (
        "March 2026 is not complete (the data reach to 2 March 2026): 1 burglary left out."
    )


def test_a_quiet_end_of_a_month_is_taken_from_the_user_and_told() -> None:
    incidents = monthly(drawn(7, 40, 8.0))
    incidents = incidents[incidents["occurred_to"] < "2026-02-26"]
    result = hs.performance_table(incidents, "2026-02")
    assert result.notes[0].endswith("that the month is complete is taken from you.")
    busy = monthly(drawn(7, 40, 90.0))
    with pytest.raises(hs.ConfigError, match="February 2026 is not complete"):
        hs.performance_table(busy[busy["occurred_to"] < "2026-02-26"], "2026-02")


def test_a_time_within_the_last_day_leaves_its_month_unfinished() -> None:
    incidents = monthly(drawn())
    with pytest.raises(hs.ConfigError, match="February 2026 is not complete"):
        hs.performance_table(incidents, "2026-02", as_of="2026-02-28 08:00")


def test_a_missing_month_is_asked_for_and_not_taken_for_nought() -> None:
    counts = drawn()
    counts[-5] = 0
    incidents = monthly(counts)
    with pytest.raises(hs.DataError) as told:
        hs.performance_table(incidents, "2026-02", as_of="2026-02-28")
    asked = "No burglary in October 2025, where a month has 21: is it missing in the file? A gap is"
    assert asked in str(told.value)
    assert 'without=["2025-10"]' in str(told.value)
    none = hs.performance_table(incidents, "2026-02", as_of="2026-02-28", nought=["2025-10"])
    assert none.total["rolling_12"] == sum(counts[-12:])
    gone = hs.performance_table(incidents, "2026-02", as_of="2026-02-28", without=["2025-10"])
    assert pd.isna(gone.total["rolling_12"])
    assert gone.total["word"] == ""
    assert gone.total["month_word"] == "Comparable"
    assert "October 2025 of them are left out" in gone.summary()


def test_a_month_without_a_burglary_is_nought_where_that_is_usual() -> None:
    counts = [1, 0, 2, 0, 1, 1, 0, 3, 1, 0, 0, 1] * 4
    result = hs.performance_table(monthly([1, *counts]), "2026-02", as_of="2026-02-28")
    assert result.total["rolling_12"] == sum(counts[-12:])


def test_nought_that_names_burglaries_is_refused() -> None:
    counts = drawn()
    with pytest.raises(hs.ConfigError, match=f"nought names October 2025, with {counts[-5]} burg"):
        complete_counts(monthly(counts), as_of="2026-02-28", nought=["2025-10"])


def test_names_of_areas_that_differ_by_case_are_asked_for() -> None:
    counts = drawn()
    names = np.where(np.arange(sum(counts)) % 9 == 0, "QUAY ", "Quay")
    with pytest.raises(hs.DataError) as told:
        hs.performance_table(monthly(counts, area=names), "2026-02", by="area")
    assert "Names of areas that differ only by case or blanks: 'QUAY ' (" in str(told.value)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"baseline": "2025-01/2025-12"}, "overlaps the twelve months that are compared with it, "
         "March 2025 to February 2026: choose one that ends by February 2025"),
        ({"baseline": "2022-04/2023-02"}, "has 11 months: give whole years"),
        ({"baseline": "04/2022"}, "baseline must be a month, year first"),
        ({"baseline": "2023-03/2022-04"}, "baseline ends .2022-04. before it begins"),
        ({"baseline": "2022-04/2022-05/2022-06"}, "baseline must be months such as"),
        ({"without": ["2026-02"]}, "February 2026 is left out by without: it has no table"),
        ({"years": 0}, "years must be a whole number, 1 or more"),
        ({"rule": "p"}, "rule must be one of"),
        ({"date": "to"}, "date must be one of"),
        ({"band": "5 %"}, "band must be a share"),
        ({"by": "beat"}, "by names 'beat', which is no column: there are 'crime_ref'"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_are_refused(named: dict, message: str) -> None:
    with pytest.raises(hs.ConfigError, match=message):
        hs.performance_table(monthly(drawn()), "2026-02", **{"as_of": "2026-02-28", **named})


def test_a_month_or_baseline_that_the_data_do_not_hold_is_refused() -> None:
    incidents = monthly(drawn())
    with pytest.raises(hs.DataError, match="first whole month is March 2021"):
        hs.performance_table(incidents, "2020-12")
    with pytest.raises(hs.DataError, match="do not hold the baseline April 2019 to March 2020"):
        hs.performance_table(incidents, "2026-02", "2019-04/2020-03")
    with pytest.raises(hs.DataError, match="The incidents are empty"):
        hs.performance_table(incidents.iloc[:0], "2026-02")


def test_one_month_of_data_has_its_count_and_no_word() -> None:
    result = hs.performance_table(monthly([30]), "2026-02", as_of="2026-02-28")
    row = result.total
    assert row["current"] == 30
    assert (row["word"], row["month_word"]) == ("", "")
    assert row["rule"] == "Nothing to compare with."
    assert result.summary().splitlines() == [
        "No year to compare: the data begin in February 2026, and twelve months are not full.",
        "February 2026: 30 burglaries. There is no February of an earlier year to compare it with.",
    ]
    assert result.plot() is not None
    with pytest.raises(hs.DataError, match="There is no complete month"):
        complete_counts(monthly([30]), as_of="2026-02-20")


def test_a_year_of_data_has_no_year_to_compare() -> None:
    result = hs.performance_table(monthly([30] * 12), "2026-02", as_of="2026-02-28")
    assert result.summary().startswith(
        "No year to compare. The data begin in March 2025, so that there are no twelve months "
        "before. 12 months, March 2025 to February 2026: 360 burglaries."
    )


def test_data_that_begin_within_a_month_do_not_hold_it() -> None:
    incidents = monthly(drawn(8, 30, 40.0))
    later = incidents[incidents["occurred_to"] >= "2023-09-20"]
    counts = complete_counts(later, as_of="2026-02-28")
    assert str(counts.index[0]) == "2023-10"
    assert counts.attrs["notes"][0].startswith("The data begin within September 2023, on ")


def test_months_that_are_left_out_are_named_and_none_is_unasked() -> None:
    counts = drawn(9, 84)
    result = hs.performance_table(
        monthly(counts), "2026-02", "2019-04/2020-03", as_of="2026-02-28",
        without=["2020-03/2021-07"],
    )  # fmt: skip
    assert result.total["reference_12"] == sum(counts[1:13])
    held = "The baseline holds March 2020, left out elsewhere: counted in it all the same, because"
    told = "\n".join(result.notes)
    assert f"Left out, as asked: March 2020 to July 2021 ({sum(counts[12:29])} burglaries)." in told
    assert held in told
    assert "The baseline holds 1 month of the pandemic (March 2020 to July 2021)" in told
    back = hs.performance_table(monthly(counts), "2026-02", as_of="2026-02-28", years=6,
                                without=["2021-02"])  # fmt: skip
    assert pd.isna(back.total["same_month_5"])
    kept = [counts[-1 - 12 * n] for n in (1, 2, 3, 4, 6)]
    assert back.total["mean_same_month"] == pytest.approx(np.mean(kept))


def test_in_england_changes_of_definition_are_told_and_elsewhere_not() -> None:
    counts = drawn(10, 48)
    here = hs.performance_table(monthly(counts, crs="EPSG:27700"), "2026-02", as_of="2026-02-28")
    assert any("On 1 April 2023 in England and Wales" in note for note in here.notes)
    there = hs.performance_table(monthly(counts), "2026-02", as_of="2026-02-28")
    assert not any("England" in note for note in there.notes)


def test_dwellings_that_became_residential_are_told_beside_all_burglary() -> None:
    counts = [20] * 12 + [40] * 12
    kinds = ["home"] * 240 + ["residential"] * 480
    homes = monthly(counts, "2018-03", "EPSG:27700", offence_kind=kinds)
    shops = monthly([30] * 12 + [2] * 12, "2018-03", "EPSG:27700", offence_kind="business")
    everything = pd.concat([homes, shops], ignore_index=True)
    with pytest.warns(hs.DataWarning, match="Burglary of homes only"):
        result = hs.performance_table(everything, "2018-03", as_of="2018-03-31")
    assert result.total["change"] == 1.0
    told = "+100 % is first of all a change of definition: all burglary changed by -16 %."
    assert any(told in note for note in result.notes)


def test_the_rule_decides_which_of_the_two_makes_the_word() -> None:
    random = np.random.default_rng(12)
    counts = [int(one) for one in random.poisson(6, 48) + 1]
    counts[-12:] = [one + (n % 2) for n, one in enumerate(counts[-24:-12])]
    rows = {
        rule: hs.performance_table(monthly(counts), "2026-02", rule=rule, as_of="2026-02-28").total
        for rule in ("both", "band", "significance")
    }
    assert {rule: row["word"] for rule, row in rows.items()} == {
        "both": "Comparable", "band": "Higher", "significance": "Comparable",
    }  # fmt: skip
    for row in rows.values():
        assert (row["by_band"], row["by_significance"]) == ("Higher", "Comparable")
        assert "beyond 5 %, but z" in row["rule"]


def test_what_is_better_higher_improves() -> None:
    counts = [20] * 36 + [40] * 12
    asked = {"as_of": "2026-02-28", "better": "higher"}
    result = hs.performance_table(monthly(counts), "2026-02", **asked)
    assert result.total["word"] == "Improved"
    assert result.summary().startswith("Burglary rose: 480 burglaries")


def test_the_products_say_what_the_table_says(tmp_path: Path) -> None:
    counts = [20] * 36 + [40] * 12
    areas = np.where(np.arange(sum(counts)) % 2 == 0, "<b>Quay</b>", "=Moor")
    incidents = monthly(counts, area=areas)
    result = hs.performance_table(incidents, "2026-02", by="area", as_of="2026-02-28")
    page, csv, _, book, record = result.write(tmp_path, marking="OFFICIAL")
    html = page.read_text(encoding="utf-8")
    assert "Burglary rose: 480 burglaries in the 12 months March 2025 to February 2026" in html
    assert "<b>Quay</b>" not in html
    raw = pd.read_csv(csv)
    assert raw["word"].tolist() == result.table["word"].tolist()
    assert raw["counted_by"].str.startswith("Counted by the day it was found").all()
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["12 months", "Feb 2026", "trends", "months", "About"]
    heads = [cell.value for cell in sheets["Feb 2026"][1]]
    assert heads[:5] == ["Area", "Feb 2026", "Feb 2025", "Feb 2024", "Feb 2023"]
    board = sheets["12 months"]
    heads = [cell.value for cell in board[1]]
    last = dict(zip(heads, [cell.value for cell in board[board.max_row]], strict=True))
    assert (last["Area"], last["12 months to Feb 2026"], last["Change, %"]) == (
        "All", 480, 100,
    )  # fmt: skip
    assert last["Word"] == "Higher"
    told = json.loads(record.read_text(encoding="utf-8"))
    assert told["rows"][-1]["word"] == "Higher"
    assert told["months"]["reference"] == "March 2024 to February 2025"
    assert told["basis"] == result.settings["basis"] or told["basis"] == {}
    assert "rose" in result._repr_html_()


def test_spans_of_months_in_words() -> None:
    assert span_words(read_span("2025-12/2026-02")) == "December 2025 to February 2026"
    assert span_words(read_span("2026-02")) == "February 2026"


def test_areas_that_rose_and_fell_are_named_the_largest_change_first() -> None:
    parts = {"Up": ([10] * 36 + [30] * 12), "Down": ([30] * 36 + [20] * 12), "Same": [15] * 48}
    frames = [monthly(counts, area=name) for name, counts in parts.items()]
    incidents = pd.concat(frames, ignore_index=True)
    summary = hs.performance_table(incidents, "2026-02", by="area", as_of="2026-02-28").summary()
    assert (
        "By area, over the 12 months: Up (360 against 120, +200 %) rose; Down (240 against 360, "
        "-33 %) fell; 1 other is comparable. By chance alone about 0.2 of 3 areas would be named."
    ) in summary


@pytest.mark.slow
def test_where_nothing_changed_in_chicago_few_words_are_not_comparable(data_dir: Path) -> None:
    """8 km cells, the years in every order: the band alone calls four of five words changed."""
    import itertools

    from hotspot.trends.two_counts import month_dispersion, weigh_counts, year_dispersion

    folder = data_dir / "chicago_burglary_2014_2017"
    rows = pd.read_csv(folder / "chicago_burglary_2014_2017.csv")
    day = pd.to_datetime(rows["date_single"], dayfirst=True)
    month = (day.dt.year - 2014) * 12 + day.dt.month - 1
    cell = (rows["x"] // 8000).astype(int).astype(str) + "/" + (rows["y"] // 8000).astype(str)
    counts = pd.crosstab(cell, month).reindex(columns=range(48), fill_value=0)
    years = counts.to_numpy(dtype=float).reshape(-1, 4, 12)
    called = {"month": [], "band": [], "poisson": [], "year": []}
    for order in itertools.permutations(range(4)):
        series = years[:, order, :].reshape(-1, 48)
        for one in series:
            for at in (37, 40, 46):
                then = one[[at - 12, at - 24, at - 36]].mean()
                moved = (then == 0 and one[at] > 0) or (then > 0 and abs(one[at] / then - 1) > 0.05)
                varies = month_dispersion(one, at, series).value
                tested = weigh_counts(one[at], then, 3, varies)
                called["month"].append(moved and tested.p_value < 0.05)
                called["band"].append(moved)
                called["poisson"].append(weigh_counts(one[at], then, 3).p_value < 0.05)
            now, before = one[36:].sum(), one[24:36]
            varies = year_dispersion(one, 47, before).value
            tested = weigh_counts(now, before.sum(), 1, varies)
            called["year"].append(abs(now / before.sum() - 1) > 0.05 and tested.p_value < 0.05)
    shares = {name: float(np.mean(found)) for name, found in called.items()}
    assert shares["band"] > 0.8
    assert shares["poisson"] > 0.15
    assert shares["month"] <= 0.06
    assert shares["year"] <= 0.06


@pytest.mark.slow
def test_nottinghams_twelve_months_have_no_year_to_compare(data_dir: Path) -> None:
    path = data_dir / "nottingham_burglary_2022" / "nottingham_burglary.csv.gz"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        incidents = hs.read_incidents(path)
    result = hs.performance_table(incidents, "2022-12")
    assert result.summary().startswith("No year to compare. The data begin in January 2022")


def test_the_page_names_the_months_that_stand_out():
    title = "Month by month: what stands out"
    counts = [*(6 + n % 3 for n in range(35)), 30]
    page = hs.performance_table(monthly(counts, "2025-12"), "2025-12").page()
    told = {section.title: section.points for section in page.sections}
    assert "Outside the limits, above the upper limit: December 2025." in told[title]
    short = hs.performance_table(monthly(counts[-11:], "2025-12"), "2025-12").page()
    assert title not in {section.title for section in short.sections}
