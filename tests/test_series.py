"""Series of linked crimes, the evidence of pairs, and leads."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.output.handling import NOT_EVIDENCE
from hotspot.series.bayes_factors import Sides, prior_score
from hotspot.series.linkage import LinkageModel, ranks_of, solved_pairs
from hotspot.series.pair_evidence import (
    Traits,
    expected_circular_difference,
    expected_difference,
)
from hotspot.series.series_numbers import members_of
from tests import naive

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>$\\frac$'


def crimes(rows, **columns) -> gpd.GeoDataFrame:
    """Incidents of (reference, series, from, to, x, y)."""
    frame = pd.DataFrame(rows, columns=["crime_ref", "series_id", "a", "b", "x", "y"])
    frame["occurred_from"] = pd.to_datetime(frame.pop("a"), format="ISO8601")
    frame["occurred_to"] = pd.to_datetime(frame.pop("b"), format="ISO8601")
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    made = gpd.GeoDataFrame(frame.assign(**columns), geometry=points, crs="EPSG:27700")
    made.attrs["resolution"] = "day"
    return made


@pytest.fixture(scope="module")
def city() -> gpd.GeoDataFrame:
    return hs.demo.linked_incidents(seed=3, crimes=260)


@pytest.fixture(scope="module")
def both_forces() -> gpd.GeoDataFrame:
    root = Path(__file__).resolve().parent.parent / "sample_data"
    parts = []
    for name in ("burglaries.csv", "neighbour/burglaries.csv"):
        check = hs.check_incidents(
            root / name, keep={"series_id": "Linked Series"}, to_crs="EPSG:27700"
        )
        parts.append(check.accepted)
    made = pd.concat(parts, ignore_index=True)
    made.attrs["resolution"] = "day"
    return made


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    root = Path(__file__).resolve().parent.parent / "sample_data"
    told = pd.read_csv(root / "truth_events.csv", dtype=str)
    known = told[told["series_id"].notna()]
    return dict(zip(known["crime_ref"], known["series_id"], strict=True))


# -- the evidence of a pair ------------------------------------------------------------------------

window = st.tuples(
    st.integers(0, 800), st.sampled_from([0, 1, 5, 12, 23, 24, 40, 170])
).map(lambda w: (w[0] / 4, (w[0] + w[1] * 1.0) / 4 if w[1] < 5 else w[0] / 4 + w[1]))  # fmt: skip


@given(window, window)
@settings(max_examples=12, deadline=None)
def test_expectations_of_windows_are_those_of_a_fine_grid(one, other):
    ends = [np.array([value]) for value in (*one, *other)]
    for period, mine in (
        (0, expected_difference(*ends)),
        (24, expected_circular_difference(*ends, 24.0)),
    ):
        grid = naive.expected_gap(one, other, period)
        assert mine[0] == pytest.approx(
            grid, abs=2e-3 * max(1, one[1] - one[0], other[1] - other[0])
        )


@pytest.mark.parametrize(
    ("one", "other", "days", "hours"),
    [
        (("01 22:00", "01 22:00"), ("02 02:00", "02 02:00"), 1 / 6, 4),
        (("01 12:00", "01 12:00"), ("02 00:00", "02 00:01"), 0.5, 12),
        # Two windows that cover the whole clock differ by 6 h.
        (("01 08:00", "02 08:00"), ("05 10:00", "06 10:00"), 4.083, 6),
        (("01 08:00", "01 08:00"), ("05 10:00", "09 10:00"), 6.083, 6),
        # A date without a time may be any hour.
        (("01", "01"), ("03 03:00", "03 03:00"), 2.125, 6),
    ],
)
def test_days_and_hours_between_two_windows(one, other, days, hours):
    one, other = ([f"2026-03-{moment}" for moment in ends] for ends in (one, other))
    pair = crimes([("A", None, *one, 0, 0), ("B", None, *other, 300, 400)])
    told = hs.series.evidence_of_pairs(pair).iloc[0]
    assert told["days"] == pytest.approx(days, abs=1e-3)
    assert told["clock_hours"] == pytest.approx(hours, abs=2e-2)
    assert told["distance_m"] == 500
    assert told["mo"] == "unknown"


def test_weekdays_go_round_the_week():
    pair = crimes([("A", None, *["2026-03-01 12:00"] * 2, 0, 0),
                   ("B", None, *["2026-03-09 12:00"] * 2, 0, 0)])  # fmt: skip
    assert hs.series.evidence_of_pairs(pair)["weekday_days"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [("Door", " door ", "equal"), ("Door", "Window", "unequal"), (None, None, "unknown"),
     ("", "Door", "unknown"), ("N/K", "n/k", "unknown"), (HOSTILE, HOSTILE, "equal")],
)  # fmt: skip
def test_methods_are_equal_unequal_or_unknown(one, other, word):
    day = ["2026-03-01"] * 2
    pair = crimes([("A", None, *day, 0, 0), ("B", None, *day, 0, 0)], mo=[one, other])
    assert hs.series.evidence_of_pairs(pair)["mo"].tolist() == [word]


def test_pairs_that_are_not_there_are_named(city):
    with pytest.raises(hs.DataError, match="99999"):
        hs.series.evidence_of_pairs(city, [[0, 99999]])
    with pytest.raises(hs.DataError, match="lack the column second"):
        hs.series.evidence_of_pairs(city, pd.DataFrame({"first": [0]}))


# -- series ----------------------------------------------------------------------------------------


def test_a_series_in_the_order_of_time_with_the_gap_to_the_next():
    made = crimes(
        [
            ("C", "A/14", "2026-03-10 01:00", "2026-03-10 03:00", 0, 1000),
            ("A", "a/14 ", "2026-03-01 01:00", "2026-03-01 03:00", 0, 0),
            ("B", "A/15; A/14", "2026-03-04 01:00", "2026-03-04 03:00", 300, 400),
            ("D", None, "2026-03-04", "2026-03-04", 0, 0),
            ("E", "N/K", "2026-03-04", "2026-03-04", 0, 0),
        ],
        force=["X", "Y", "X", "X", "X"],
    )
    found = hs.crime_series(made)
    row = found.table.set_index("series_id").loc["A/14"]
    assert (row["crimes"], row["span_days"], row["extent_m"]) == (3, 9, 1000)
    assert row["first"] == pd.Timestamp("2026-03-01 01:00")
    assert row["last"] == pd.Timestamp("2026-03-10 03:00")
    assert (row["forces"], row["hours"]) == ("X and Y", "01:00 to 03:00")
    assert row["line"] == "LINESTRING (0 0, 300 400, 0 1000)"
    assert found.frame.loc[0, "line"].length == pytest.approx(500 + np.hypot(300, 600))
    one = found.of("A/14").crimes
    assert one["crime_ref"].tolist() == ["A", "B", "C"]
    assert one["days_to_next"].tolist()[:2] == [3, 6]
    assert pd.isna(one["days_to_next"].iloc[2])
    assert (found.without, found.in_several) == (2, 1)
    assert found.table["series_id"].tolist() == ["A/14", "A/15"]
    by = hs.crime_series(made, by="force").table
    assert by.loc[by["series_id"] == "A/14", ["force", "crimes"]].to_numpy().tolist() == [
        ["X", 2], ["Y", 1],
    ]  # fmt: skip
    with pytest.raises(hs.DataError, match="no series 'Z'"):
        found.of("Z")


def test_series_and_chains_measure_alike():
    """Crimes, span and extent mean the same of a series and of a near-repeat chain."""
    rows = [(f"C{n}", "S", f"2026-03-{1 + 3 * n:02d} 01:00", f"2026-03-{2 + 3 * n:02d} 05:00",
             100 * n, 60 * n) for n in range(4)]  # fmt: skip
    made = crimes(rows)
    chain, series = hs.near_repeat_chains(made).iloc[0], hs.crime_series(made).table.iloc[0]
    for name in ("crimes", "span_days", "extent_m"):
        assert chain[name] == series[name]


@given(st.lists(st.sets(st.sampled_from("ABCDEFG"), max_size=3), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_connected_groups_are_those_gathered_one_by_one(cells):
    frame = pd.DataFrame({"series_id": ["; ".join(sorted(c)) or None for c in cells]})
    group = members_of(frame, "series_id").group
    mine = {frozenset(np.flatnonzero(group == g)) for g in set(group) - {-1}}
    assert mine == {frozenset(rows) for rows in naive.connected_series(cells)}


@pytest.mark.parametrize(
    "cell",
    ["A/14; A/15", "A/14, A/15", "A/14|A/15", "A/14\nA/15", "A/14 & A/15", ["A/14", "A/15"]],
)
def test_a_crime_in_several_series_is_in_each(cell):
    frame = pd.DataFrame({"series_id": pd.Series([cell], dtype=object)})
    assert members_of(frame, "series_id").names == ["A/14", "A/15"]


def test_without_series_and_without_the_column(city):
    found = hs.crime_series(city.assign(series_id=None))
    assert found.table.empty
    assert "No crime has a number" in found.summary()
    with pytest.raises(hs.DataError, match=r"keep=\{"):
        hs.crime_series(city.drop(columns="series_id"))
    monthly = city.copy()
    monthly.attrs["resolution"] = "month"
    with pytest.raises(hs.DataError, match="month"):
        hs.crime_series(monthly)


# -- the model -------------------------------------------------------------------------------------


def test_learned_pairs_weigh_one_a_series_and_are_unlinked_only_between_groups():
    made = crimes(
        [(f"C{n}", s, f"2026-03-{n + 1:02d}", f"2026-03-{n + 1:02d}", n, n)
         for n, s in enumerate(["A", "A", "A", "A;B", "B", "C", "C", None, None])]
    )  # fmt: skip
    pairs = solved_pairs(Traits.of(made), members_of(made, "series_id"), 365, 0, ranks_of(made))
    linked = {
        (int(a), int(b)): w
        for a, b, w, told in zip(pairs.first, pairs.second, pairs.weight, pairs.linked, strict=True)
        if told
    }
    assert linked == {(0, 1): 1 / 6, (0, 2): 1 / 6, (0, 3): 1 / 6, (1, 2): 1 / 6, (1, 3): 1 / 6,
                      (2, 3): 1 / 6, (3, 4): 1.0, (5, 6): 1.0}  # fmt: skip
    unlinked = {frozenset((int(a), int(b))) for a, b, told in
                zip(pairs.first, pairs.second, pairs.linked, strict=True) if not told}  # fmt: skip
    # A and B hang together by crime 3; crimes 7 and 8 are of no series.
    assert unlinked == {frozenset((a, b)) for a in range(5) for b in (5, 6)}


def test_shares_of_linked_pairs_are_drawn_towards_the_prior():
    none = Traits.of(crimes([])).compared(np.array([], int), np.array([], int))
    sides = Sides(none, np.array([], bool), np.array([]), none, between=80.0, shrinkage=5.0)
    # 80 pairs of groups, 3 in 10 in the first bin, and 20 as of all crimes, one in two (of 9.5 and
    # 9.5, with half a pair added to each).
    unlinked = sides.unlinked_shares(np.array([30.0, 70.0]), np.array([9.5, 9.5]))
    assert unlinked.tolist() == pytest.approx([0.34, 0.66])
    # The prior has the first bin twice as likely: 0.68 of 1.34, which weighs as 5 series do.
    linked = sides.linked_shares(np.array([4.0, 1.0]), unlinked, np.log([2.0, 1.0]))
    assert linked.tolist() == pytest.approx(
        [(4 + 5 * 0.68 / 1.34) / 10, (1 + 5 * 0.66 / 1.34) / 10]
    )
    # By 1 with every 1.5 km and every 30 days, from 2 to a floor of -2.
    assert prior_score("distance", np.array([0.0, 1500, 9e9])).tolist() == [2, 1, -2]
    assert prior_score("days", np.array([0.0, 15, 365])).tolist() == [2, 1.5, -2]


@pytest.mark.parametrize("method", ["histogram", "logistic"])
def test_order_and_place_of_the_rows_change_no_score(city, method):
    model = LinkageModel(method=method).fit(city)
    moved = city.sample(frac=1, random_state=1)
    moved = moved.set_geometry(moved.geometry.translate(5_000, -3_000))
    again = LinkageModel(method=method).fit(moved)
    pairs = np.array([[0, 5], [9, 2], [7, 200]])
    one = model.score_pairs(city, pairs)
    assert again.score_pairs(moved, pairs)["score"].to_numpy() == pytest.approx(one["score"])
    parts = one[[name for name in one if name.startswith("score_")]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(one["score"])


def test_less_alike_never_speaks_the_more(city):
    model = LinkageModel().fit(city)
    for name in ("distance", "days", "hour", "weekday"):
        curve = model.curves_[name].at(np.linspace(0, 400 if name != "distance" else 20_000, 300))
        assert (np.diff(curve) <= 1e-12).all()


def test_a_rare_method_speaks_more_than_a_common_one(city):
    counted = city["mo"].value_counts()
    model = LinkageModel().fit(city)
    score = {}
    for mo in (counted.index[0], counted.index[-1]):
        rows = crimes([(f"{n}", None, "2026-03-01", "2026-03-01", 0, 0) for n in range(2)], mo=mo)
        score[mo] = model.score_pairs(rows)["score_mo"].iloc[0]
    assert score[counted.index[-1]] > score[counted.index[0]]


def test_without_a_solved_series_a_prior_scores_and_says_so(city):
    model = LinkageModel().fit(city.assign(series_id=None))
    assert model.prior_only_
    leads = hs.series_candidates(city, [city["crime_ref"].iloc[0]], model=model, top=5)
    assert model.scored_by == ("distance", "days")
    for told in (leads.summary(), str(leads.content()), leads.page().csv_columns["basis"]):
        assert "No solved series to learn from" in told
    assert "method" not in leads["reason"].iloc[0]
    near = model.score_pairs(city)
    assert (near["score"] <= 4).all()


def test_arguments_of_the_model_are_all_named(city):
    wrong = LinkageModel(features=("place",), method="magic", max_days=0, shrinkage=-1)
    with pytest.raises(hs.ConfigError) as caught:
        wrong.fit(city)
    for name in ("features", "method", "max_days", "shrinkage"):
        assert name in str(caught.value)
    with pytest.raises(hs.ConfigError, match="not fitted"):
        hs.series_candidates(city, "C0001", model=LinkageModel())
    with pytest.raises(hs.ConfigError, match="one feature or more"):
        LinkageModel(features=()).fit(city)


# -- how well it does ------------------------------------------------------------------------------


def published_linkage(train, evidence):
    """Score by the naive Bayes of Porter (2016): 30 bins of like counts, shrunk to none."""
    total, linked, weight = 0.0, train.linked, train.weight
    for feature in ("distance", "days", "hour", "weekday"):
        values = train.evidence.of(feature)
        edges = np.unique(np.quantile(values, np.arange(1, 30) / 30))
        bins, at = len(edges) + 1, np.searchsorted(edges, values, side="right")
        sides = [
            np.bincount(at[linked], weight[linked], minlength=bins),
            np.bincount(at[~linked], minlength=bins).astype(float),
        ]
        yes, no = (side + side.sum() / 20 / bins for side in sides)
        ratio = np.log(yes / yes.sum()) - np.log(no / no.sum())
        total = total + ratio[np.searchsorted(edges, evidence.of(feature), side="right")]
    same = (train.evidence.mo == 0).astype(int)
    yes = np.bincount(same[linked], weight[linked], minlength=2) + 0.5
    no = np.bincount(same[~linked], minlength=2) + 0.5
    ratio = np.log(yes / yes.sum()) - np.log(no / no.sum())
    return total + ratio[(evidence.mo == 0).astype(int)]


class _Published(LinkageModel):
    def learn(self, pairs, groups, methods, steadying):
        super().learn(pairs, groups, methods, steadying)
        self.pairs_ = pairs

    def score_evidence(self, evidence):
        return {"all": published_linkage(self.pairs_, evidence)}


@pytest.mark.slow
def test_whole_series_held_out_it_does_as_well_as_the_published_method():
    """490 made-up crimes with place, windows and one method, as Porter's simulated set has."""
    mine, published = [], []
    for seed in range(4):
        made = hs.demo.linked_incidents(seed=seed)
        mine.append(hs.series.evaluate_linkage(made))
        published.append(hs.series.evaluate_linkage(made, model=_Published()))
    found, before = (
        np.mean([[*one.table["true_links"], 100 * one.auc] for one in each], axis=0)
        for each in (mine, published)
    )
    assert (found >= before - 0.5).all()
    assert found[0] >= 22
    assert found[1] >= 32


@pytest.mark.slow
def test_where_nothing_is_linked_the_evaluation_finds_nothing():
    found = []
    for seed in range(5):
        town = hs.demo.linked_incidents(seed=seed)
        dealt = np.random.default_rng(seed).permutation(town["series_id"].to_numpy())
        one = hs.series.evaluate_linkage(town.assign(series_id=dealt), seed=seed)
        last = one.table.iloc[-1]
        found.append([one.auc, last["true_links"], last["by_chance"]])
    auc, links, by_chance = np.mean(found, axis=0)
    assert 0.4 < auc < 0.52
    # At most what a Poisson number of so many passes once in a thousand: five draws of some two.
    assert links * 5 <= by_chance * 5 + 3.1 * np.sqrt(by_chance * 5)


def test_evaluation_holds_groups_out_whole_and_is_seeded(city):
    one, again = hs.series.evaluate_linkage(city), hs.series.evaluate_linkage(city)
    pd.testing.assert_frame_equal(one.table, again.table)
    assert one.table["first"].tolist() == [25, 50, 100]
    assert one.auc > 0.8
    assert one.table["true_links"].iloc[0] > 5 * one.table["by_chance"].iloc[0]
    assert NOT_EVIDENCE in one.summary()
    assert NOT_EVIDENCE in repr(one)
    with pytest.raises(hs.DataError, match="two groups"):
        hs.series.evaluate_linkage(city.assign(series_id="one"))
    with pytest.raises(hs.ConfigError, match="folds"):
        hs.series.evaluate_linkage(city, folds=1)


# -- leads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "found"), [("S/14", 8), ("SP-S/14", 8), ("S/15", 6), ("SP-S/15", 5)]
)
def test_the_rest_of_a_planted_series_stands_among_the_first_leads(both_forces, truth, name, found):
    refs = both_forces.loc[both_forces["series_id"] == name, "crime_ref"].tolist()
    leads = hs.series_candidates(both_forces, refs, LinkageModel().fit(both_forces), top=10)
    mine = [truth.get(ref) == truth[refs[0]] for ref in leads["crime_ref"]]
    assert sum(mine) >= found
    forces = both_forces.loc[leads.frame.index[:found][mine[:found]], "force"]
    assert forces.nunique() == 2


def test_across_forces_without_distance(both_forces, truth):
    model = LinkageModel(features=("days", "hour", "weekday", "mo")).fit(both_forces)
    refs = both_forces.loc[both_forces["series_id"] == "S/14", "crime_ref"].tolist()
    leads = hs.series_candidates(both_forces, refs, model, top=8)
    assert [truth.get(ref) for ref in leads["crime_ref"]] == ["A"] * 8
    assert not leads["reason"].str.contains(" m | km ").any()


def test_a_series_or_a_reference_that_is_not_clear_is_refused(both_forces):
    model = LinkageModel().fit(both_forces)
    with pytest.raises(hs.DataError, match="'nowhere'"):
        hs.series_candidates(both_forces, ["0926000700", "nowhere"], model)
    twice = pd.concat([both_forces, both_forces.tail(1).assign(force="Other")], ignore_index=True)
    twice.attrs["resolution"] = "day"
    ref = twice["crime_ref"].iloc[-1]
    with pytest.raises(hs.DataError, match="more crimes than one"):
        hs.series_candidates(twice, ref, model)
    assert len(hs.series_candidates(twice, f"Other {ref}", model, top=3)) == 3
    with pytest.raises(hs.ConfigError, match="refs"):
        hs.series_candidates(twice, [], model)


def test_leads_do_not_turn_on_the_order_of_rows_and_keep_the_index(city):
    model, refs = LinkageModel().fit(city), city["crime_ref"].iloc[[3, 8]].tolist()
    one = hs.series_candidates(city, refs, model, top=15)
    other = hs.series_candidates(city.sample(frac=1, random_state=2), refs, model, top=15)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert city.loc[one.frame.index, "crime_ref"].tolist() == one["crime_ref"].tolist()
    assert not set(one["crime_ref"]) & set(refs)
    assert (one["score"].diff().dropna() <= 0).all()
    few = hs.series_candidates(city, refs, model, top=15, max_days=10)
    assert few.looked_at < one.looked_at


def test_products_say_that_it_is_no_evidence_and_run_nothing(city, tmp_path):
    made = city.copy()
    made["mo"] = made["mo"].mask(made.index < 40, HOSTILE[:38])
    made["force"], made["area"], made["offence_code"] = HOSTILE, HOSTILE, HOSTILE
    made["crime_ref"] = made["crime_ref"] + HOSTILE
    made["series_id"] = made["series_id"].mask(made.index < 5, HOSTILE)
    refs = made["crime_ref"].iloc[:3].tolist()
    leads = hs.series_candidates(made, refs, LinkageModel().fit(made), top=4)
    series = hs.crime_series(made)
    for result in (leads, series.of(series.table["series_id"].iloc[0])):
        files = result.write(tmp_path, marking="OFFICIAL")
        page, csv, record = (
            (tmp_path / f"{result.product}.{kind}").read_text(encoding="utf-8-sig")
            for kind in ("html", "csv", "json")
        )
        assert len(files) == 5
        assert "<script>alert" not in page
        assert NOT_EVIDENCE in page
        assert NOT_EVIDENCE in csv
        assert NOT_EVIDENCE in record
        assert NOT_EVIDENCE in result.summary()
        assert NOT_EVIDENCE in repr(result)
        assert NOT_EVIDENCE in result._repr_html_()
        assert json.loads(record)["product"].endswith(result.product)


def test_methods_that_are_sentences_reach_no_product(city):
    long = "Suspect known as J. Smith forced the rear door with a bar"
    made = city.assign(mo=long)
    series = hs.crime_series(made)
    leads = hs.series_candidates(made, made["crime_ref"].iloc[0], LinkageModel().fit(made))
    for result in (series, leads):
        for table in result.tables().values():
            assert (
                not table.astype(str).apply(lambda column: column.str.contains("Smith")).any().any()
            )
