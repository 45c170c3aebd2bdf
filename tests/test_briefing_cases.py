"""Where a briefing must not mislead: late records, few burglaries, a wrong place, old data."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.briefing import Briefing, brief, issue_lists, load_config, read_config
from hotspot.briefing.config import load_settings
from hotspot.briefing.findings import find_density, find_lists
from hotspot.briefing.folder import sha256
from hotspot.briefing.inputs import read_inputs
from hotspot.briefing.track_record import find_proof
from hotspot.briefing.trend import Trend, find_trend
from hotspot.dates import cutoff
from hotspot.rule import RULE, NearRepeatRule
from tests.small_town import (
    Burglary,
    X,
    Y,
    door,
    quick_town,
    uprn,
    usual,
    write_burglaries,
    write_town,
)
from tests.test_briefing_products import page_of, section, text_of

pytestmark = [
    pytest.mark.filterwarnings("ignore::hotspot.DataWarning"),
    pytest.mark.usefixtures("plain_products"),
]

STOP = '[cocooning]\nexclude = "exclude.csv"\n'


def without_as_of(path: Path) -> Path:
    text = path.read_text(encoding="utf-8").replace("as_of = 2026-03-02\n", "")
    path.write_text(text, encoding="utf-8")
    return path


def alone(folder: Path, rows: list[Burglary], **settings: object) -> Briefing:
    """Brief from a file of burglaries without any layer."""
    folder.mkdir(exist_ok=True)
    path = write_burglaries(folder / "b.csv", rows)
    return brief(incidents=str(path), output={"folder": str(folder / "out")}, **settings)


def test_what_is_recorded_on_the_day_after_is_in_the_briefing(tmp_path: Path) -> None:
    late = Burglary("LATE/1", "2026-03-07 23:30", cells={"Recorded": "08/03/2026 07:10"})
    made = brief(without_as_of(write_town(tmp_path, [*usual(), late])))
    assert made.record["counts"]["after_cutoff"] == 0
    assert made.record["as_of"].startswith("2026-03-08T23:59:59")
    assert "LATE/1" in section(made, "new")
    assert "no as_of was given: the last day that the data tell of" in page_of(made)


def test_a_cut_off_taken_from_a_mistyped_year_is_told_first_of_all(tmp_path: Path) -> None:
    rows = [Burglary(f"A/{day}", f"2020-01-{day:02d} 12:00") for day in range(1, 10)]
    with pytest.warns(hs.DataWarning, match=r"mistyped year\? If so, give as_of = 2020-01-09"):
        made = alone(tmp_path, [*rows, Burglary("LATE/1", "2024-03-01 12:00")])
    assert "over half a year later than all others" in page_of(made)
    made = alone(tmp_path / "b", [*rows, Burglary("LATE/1", "2020-03-01 12:00")])
    assert "half a year later" not in page_of(made)


def test_a_study_area_drawn_around_what_came_later_is_not_backtested_in(
    tmp_path: Path, town_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, rules = [], []

    def ask(incidents: object, as_of: object, within: object, *, rule: object) -> None:
        asked.append(within)
        rules.append(rule)

    monkeypatch.setattr("hotspot.briefing.track_record.quick_backtest", ask)
    crimes = write_burglaries(tmp_path / "b.csv", usual())
    rule = {"distance_m": 300, "window_days": 28}
    bare = read_config({"incidents": crimes, "rule": rule, "worth": False})
    for config in (bare, load_config(town_folder / "briefing.toml")):
        find_proof(read_inputs(config), shapely.box(X, Y, X + 500, Y + 500))
    assert asked[0] is None
    assert asked[1].area.sum() > 0
    # The zones that are judged are those of the run's own rule.
    assert rules == [NearRepeatRule(300.0, 28), RULE]


def test_a_date_of_another_century_is_no_hindrance(tmp_path: Path) -> None:
    old = Burglary("OLD/1", "1924-03-01 12:00")
    made = alone(tmp_path, [*usual(), old], as_of="2026-03-02")
    assert made.record["counts"]["after_cutoff"] == 0


@pytest.mark.all_products
def test_no_density_or_hotspot_gives_a_home_of_the_stop_list_away(tmp_path: Path) -> None:
    home = Burglary("STOP/1", "2026-02-20 12:00", cells={"Easting": f"{X + 3000}"})
    hidden = [replace(home, ref=f"STOP/{n}") for n in (1, 2, 3)]
    (tmp_path / "exclude.csv").write_text("STOP/1\nSTOP/2\nSTOP/3\n")
    made = alone(
        tmp_path / "stopped",
        [*usual(), *hidden],
        as_of="2026-03-02",
        cocooning={"exclude": str(tmp_path / "exclude.csv")},
    )
    assert made.surface["x"].max() < X + 2000
    counts = made.record["counts"]
    assert (counts["on_stop_list"], counts["in_period"]) == (3, counts["in_density"])
    # Nor does its hash, by which a short list could be tried.
    digest = sha256(tmp_path / "exclude.csv")[:12]
    texts = [path for path in made.files if path.suffix in {".html", ".json", ".csv"}]
    assert not [path.name for path in texts if digest in path.read_text(encoding="utf-8-sig")]


def test_a_stop_list_of_all_leaves_nothing_to_draw(tmp_path: Path) -> None:
    (tmp_path / "exclude.csv").write_text("A/1\n")
    with pytest.raises(
        hs.DataError, match="is on the stop list: there is nothing that may be told"
    ):
        alone(
            tmp_path / "one",
            [Burglary("A/1", "2026-03-01 12:00")],
            cocooning={"exclude": str(tmp_path / "exclude.csv")},
        )


def test_a_single_burglary_is_no_hotspot(tmp_path: Path) -> None:
    made = alone(tmp_path / "one", [Burglary("A/1", "2026-03-01 12:00")])
    assert made.hotspots.empty
    assert "Too few burglaries to speak of hotspots" in section(made, "hotspots")


def test_hotspots_hold_three_burglaries_or_more_and_are_ranked_from_one(tmp_path: Path) -> None:
    far = Burglary("FAR/1", "2026-02-20 12:00", cells={"Easting": f"{X + 1300}"})
    dense = "[density]\nbandwidth_m = 60\narea_share = 0.2\n"
    spots = find_density(read_inputs(load_config(write_town(tmp_path, [*usual(), far], dense))))
    spots = spots.hotspots
    assert len(spots)
    assert spots["crimes"].min() >= 3
    assert spots["rank"].tolist() == list(range(1, len(spots) + 1))
    assert not spots.intersects(shapely.Point(X + 1300, Y)).any()


def exchanged(rows: list[Burglary]) -> list[Burglary]:
    """Write each easting where its northing belongs, and the other way round."""
    turned = []
    for row in rows:
        x, y = door(row.street, row.number)
        turned.append(replace(row, cells={"Easting": f"{y}", "Northing": f"{x}"}))
    return turned


def test_exchanged_coordinates_are_refused_and_named(tmp_path: Path) -> None:
    path = write_town(tmp_path, exchanged(usual()))
    advice = r"46 of 46 .*With eastings and northings exchanged .*map easting to Northing"
    with pytest.raises(hs.DataError, match=advice):
        brief(path)
    assert not (tmp_path / "briefing").exists()


def test_with_beats_alone_exchanged_coordinates_are_refused_too(tmp_path: Path) -> None:
    path = write_town(tmp_path, exchanged(usual()))
    text = path.read_text(encoding="utf-8").replace('[addresses]\npath = "addresses.csv"\n', "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(hs.DataError, match="46 of 46 burglaries lie outside all beats"):
        brief(path)
    assert not (tmp_path / "briefing").exists()


def test_burglaries_outside_all_beats_are_an_alarm_on_the_page(tmp_path: Path) -> None:
    path = write_town(tmp_path, usual())
    beats = hs.read_areas(tmp_path / "beats.geojson")
    beats.set_geometry(beats.translate(40_000, 0)).to_file(tmp_path / "beats.geojson")
    made = brief(path)
    (told,) = [text for text in made.warnings if "outside all beats" in text]
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    assert f'<p class="warning">{told}</p>' in page


def test_beats_whose_coordinates_are_exchanged_are_named(tmp_path: Path) -> None:
    path = write_town(tmp_path, usual())
    beats = hs.read_areas(tmp_path / "beats.geojson")
    shapes = shapely.transform(beats.geometry.to_numpy(), lambda pairs: pairs[:, ::-1])
    beats.set_geometry(shapes, crs=beats.crs).to_file(tmp_path / "beats.geojson")
    advice = "northings of the areas exchanged they fit. Exchange them in that file"
    with pytest.raises(hs.DataError, match=advice):
        brief(path)


def test_burglaries_far_from_their_own_addresses_are_an_alarm(tmp_path: Path) -> None:
    rows = [replace(row, cells={"Northing": f"{Y + 3000}"}) for row in usual()]
    text = write_town(tmp_path, rows).read_text(encoding="utf-8")
    path = tmp_path / "briefing.toml"
    path.write_text(text.replace('[areas]\npath = "beats.geojson"\n', ""), encoding="utf-8")
    made = brief(path)
    (told,) = [text for text in made.warnings if "known UPRN" in text]
    assert "46 of 46" in told
    assert "exchanged" not in told
    assert told in page_of(made)
    assert told in text_of(made.folder / "targets.csv")


def test_a_few_burglaries_elsewhere_raise_no_alarm(tmp_path: Path) -> None:
    rows = usual()
    path = write_town(tmp_path, [*exchanged(rows[:5]), *rows[5:]])
    assert read_inputs(load_config(path)).alarms == ()


@pytest.mark.parametrize("layers", [True, False])
def test_data_that_are_a_year_old_give_a_page_that_says_so(tmp_path: Path, layers: bool) -> None:
    if layers:
        made = brief(write_town(tmp_path), as_of="2027-06-01")
    else:
        made = alone(tmp_path / "old", usual(), as_of="2027-06-01")
    assert "DATA IS 456 DAYS OLD" in page_of(made)
    assert made.hotspots.empty
    told = section(made, "hotspots")
    assert "No burglary found from Tuesday 2 June 2026 to Tuesday 1 June 2027" in told


def test_a_home_on_the_stop_list_by_reference_is_hidden_without_its_uprn(tmp_path: Path) -> None:
    stopped = Burglary("STOP/1", "2026-03-01 12:00", "Mill Lane", 40, with_uprn=False)
    by_place = Burglary(
        "STOP/2", "2026-03-01 13:00", "Sea View", 12, with_uprn=False, cells={"Address": ""}
    )
    near = [
        Burglary("N/1", "2026-03-01 14:00", "Mill Lane", 42),
        Burglary("N/2", "2026-03-01 14:00", "Sea View", 14),
    ]
    path = write_town(tmp_path, [*usual(), stopped, by_place, *near], STOP)
    (tmp_path / "exclude.csv").write_text("STOP/1\nSTOP/2\n")
    made = issue_lists(path)
    homes = {uprn("Mill Lane", 40), uprn("Sea View", 12)}
    assert made.targets is not None
    assert made.messages is not None
    assert not homes & {*made.targets["uprn"], *made.messages["uprn"]}
    assert uprn("Mill Lane", 42) in set(made.targets["uprn"])


def test_an_entry_that_only_an_unusable_row_bears_is_no_slip(tmp_path: Path) -> None:
    broken = Burglary("BAD/1", "2026-03-01 12:00", cells={"Northing": "x"})
    path = write_town(tmp_path, [*usual(), broken], STOP)
    (tmp_path / "exclude.csv").write_text("BAD/1\nNONE/1\n")
    (told,) = [text for text in issue_lists(path).warnings if "of the stop list (" in text]
    assert "(row 2 of it) matches nothing in these data" in told


def test_the_page_leads_with_what_is_due_next_and_no_door_is_late_on_its_first_morning(
    town: Briefing,
) -> None:
    assert town.targets is not None
    burgled = int((town.targets["ring"] == 0).sum())
    page, doors = page_of(town), section(town, "doors")
    lead = (
        f"Due next: {burgled} doors by Wednesday 4 March at 19:00, then "
        f"{len(town.targets) - burgled} by Friday 6 March at 17:00."
    )
    assert page.index(lead) < page.index("Cut-off:") < page.index("doors to visit")
    assert "from Tuesday 3 March at 08:00, when the list goes out, in waking hours" in doors
    assert "still due" not in page
    assert "doors were past the force's hours" in doors
    # Of two beats, both with a burgled home.
    assert doors.count("Wed 4 Mar 19:00") == 3
    assert not (town.folder / "expired.csv").exists()
    sheets = [text_of(path) for path in (town.folder / "targets").glob("*.html")]
    assert sum(text.count("was due") for text in sheets) == 0


def test_one_page_gives_one_number_for_the_last_12_months(tmp_path: Path) -> None:
    # Its window lies across the first moment of the year: begun before it, and ended in it.
    across = Burglary("A/1", "2025-03-03 06:00", hours=100)
    made = brief(write_town(tmp_path, [*usual(), across]))
    mapped = made.record["counts"]["in_density"]
    assert f"Burglaries of the last 12 months: {mapped:,}." in section(made, "hours")
    assert f"density of {mapped:,} burglaries" in section(made, "hotspots")


def test_old_data_are_told_in_every_row_of_the_tables(town: Briefing, old_town: Briefing) -> None:
    for name in ("targets.csv", "messages.csv"):
        table = pd.read_csv(old_town.folder / name, dtype=str)
        assert set(table["to_know"]) == {"DATA IS 3 DAYS OLD"}, name
        assert "to_know" not in pd.read_csv(town.folder / name).columns


def test_lists_for_a_whole_drive_get_a_sentence(tmp_path: Path) -> None:
    path = write_town(tmp_path, settings=f"[output]\nfolder = '{tmp_path.anchor}'\n")
    with pytest.raises(hs.OutputError, match="whole drive"):
        issue_lists(path)
    with pytest.raises(hs.OutputError, match="whole drive"):
        brief(path)


def trend_of(set_up: Path) -> Trend:
    return find_trend(read_inputs(load_config(set_up)))


def two_years(now: int, before: int) -> list[Burglary]:
    """So many a month in each of the last 12 complete months, and in each of the 36 before."""
    months = pd.period_range(end="2026-02", periods=48, freq="M")
    return [
        Burglary(f"M/{month}/{n}", f"{month}-{1 + n:02d} 12:00", "Sea View", n)
        for place, month in enumerate(months)
        for n in range(1, 1 + (now if place >= 36 else before))
    ]


@pytest.mark.all_products
def test_the_page_begins_with_the_trend_and_the_map_says_the_same(tmp_path: Path) -> None:
    set_up = quick_town(tmp_path, burglaries=two_years(6, 12))
    made = brief(set_up)
    first = (
        "Burglary fell: 72 burglaries in the 12 months March 2025 to February 2026, against 144 "
        "in the 12 before, March 2024 to February 2025 (-50 %). Lower: "
    )
    page = text_of(made.folder / "briefing.html")
    assert page.index(first) < page.index("Cut-off:")
    assert "February 2026: 6 burglaries, against 12 in 2025, 12 in 2024 and 12 in 2023" in page
    assert "West (72 against 144, -50 %) fell" in page
    told = (made.folder / "map.html").read_text(encoding="utf-8")
    assert "Falling: 1 place" in told
    rows = {row["area"]: row["word"] for row in made.record["trends"]["rows"]}
    assert rows["West"] == "Lower"


def test_what_is_on_the_stop_list_is_in_no_month(tmp_path: Path) -> None:
    settings = '[cocooning]\nexclude = "exclude.csv"\n'
    set_up = write_town(tmp_path, two_years(6, 12), settings)
    (tmp_path / "exclude.csv").write_text("reference\nM/2026-02/1\n")
    table = trend_of(set_up).table
    assert table is not None
    assert table.total["current"] == 5
    assert table.total["rolling_12"] == 71


def test_a_short_file_and_a_mistyped_year_make_no_trend(tmp_path: Path) -> None:
    recent = [row for row in two_years(9, 9) if row.found > "2025-06-01"]
    short = trend_of(write_town(tmp_path / "short", recent))
    assert short.table is not None
    assert "No year to compare" in short.sentences()[0]
    assert short.on_map(None) is None
    stray = Burglary("STRAY/1", "1924-03-01 12:00")
    asked = trend_of(write_town(tmp_path / "stray", [*recent, stray]))
    assert asked.table is None
    assert "is it missing in the file? A gap is not nought." in asked.why_not


@pytest.mark.slow
def test_doors_may_be_ranked_by_a_fitted_forecast(tmp_path: Path) -> None:
    by_rule = issue_lists(write_town(tmp_path / "rule"))
    by_forecast = issue_lists(
        write_town(tmp_path / "forecast", settings='[cocooning]\nrank_by = "forecast"\n')
    )
    assert by_forecast.targets.attrs["parameters"]["ranked_by"] == "Blend"
    assert set(by_forecast.targets["visit_id"]) == set(by_rule.targets["visit_id"])
    assert by_forecast.targets["expected"].tolist() != by_rule.targets["expected"].tolist()
    with pytest.raises(hs.ConfigError, match="rank_by"):
        issue_lists(write_town(tmp_path / "odd", settings='[cocooning]\nrank_by = "age"\n'))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cocooning", "window_days"),
    [({"preset": "swordfish", "exclude": "exclude.csv"}, 42),
     ({"preset": "trafford", "max_visits": 9}, 21)],
)  # fmt: skip
def test_the_page_judges_the_lists_that_the_set_up_makes(
    sample_dir: Path, cocooning: dict[str, object], window_days: int
) -> None:
    settings = load_settings(sample_dir / "briefing.toml")
    del settings["rule"]
    settings |= {"backtest": False, "cocooning": cocooning}
    inputs = read_inputs(read_config(settings, base=sample_dir))
    assert inputs.layers.areas is not None
    proof = find_proof(inputs, shapely.union_all(inputs.layers.areas.geometry.to_numpy()))
    assert proof.accuracy is not None
    assert proof.preventable is not None
    assert proof.accuracy.horizon_days == proof.preventable.window_days == window_days
    for _, replayed in proof.accuracy.by_list.iloc[[0, -1]].iterrows():
        lists = find_lists(replace(inputs, as_of=cutoff(replayed["day"])), None)
        assert lists is not None
        assert len(lists.targets) == replayed["listed"]
    ring_2 = proof.accuracy.table.set_index("chosen_by").loc["opposite or behind (ring 2)"]
    assert (ring_2["visits"] == 0) == (cocooning["preset"] == "swordfish")
    assert f"preset {cocooning['preset']}" in proof.accuracy.headline()
