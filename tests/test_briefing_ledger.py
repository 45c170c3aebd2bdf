"""A briefing with a ledger, and what it says of how well the map and the lists did."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing import Briefing, brief, issue_lists, load_config, products
from hotspot.briefing import folder as folders
from hotspot.rule import RULE
from hotspot.visits import VisitLedger
from tests.small_town import quick_town, write_town
from tests.test_briefing_products import page_of, section

pytestmark = [
    pytest.mark.filterwarnings("ignore::hotspot.DataWarning"),
    pytest.mark.usefixtures("plain_products"),
]

LEDGER = '[cocooning]\nledger = "visits.db"\n'


def asked(folder: Path) -> list[str]:
    return VisitLedger(folder / "visits.db").asked()["visit_id"].tolist()


def test_the_list_is_issued_and_the_page_says_what_came_of_the_last(tmp_path: Path) -> None:
    set_up = quick_town(tmp_path, LEDGER)
    first = brief(set_up)
    assert first.targets is not None
    assert sorted(asked(tmp_path)) == sorted(first.targets["visit_id"])
    assert first.newly_asked == len(first.targets)
    assert "This is the first list that the ledger knows." in section(first, "doors-annex")
    assert "newly asked for in the ledger" in first.summary()
    done = first.targets.iloc[:2]
    VisitLedger(tmp_path / "visits.db").record(
        {"visit_id": visit, "result": "face to face", "visited_at": "2026-03-03 10:00"}
        for visit in done["visit_id"]
    )
    second = brief(set_up, as_of="2026-03-03", folder=tmp_path / "tuesday")
    assert second.targets is not None
    assert not set(done["visit_id"]) & set(second.targets["visit_id"])
    told = section(second, "doors-annex")
    asked_for = len(first.targets)
    assert f"{asked_for} doors were asked for on 1 earlier list, {asked_for} homes in all." in told
    # Asked for on Tuesday at 08:00: a day later no time is over, by either clock, but the force's
    # of what was recorded before.
    assert "The team's clock, from the list that asked: 0 of 0 doors called at in time" in told
    assert "2 of them face to face" in told
    assert "is not known here" not in told


@pytest.mark.slow
def test_doors_that_expired_unvisited_are_named_on_the_page_and_in_a_file(tmp_path: Path) -> None:
    set_up = quick_town(tmp_path, LEDGER)
    first = brief(set_up)
    assert first.targets is not None
    visited = first.targets.iloc[0]
    VisitLedger(tmp_path / "visits.db").record(
        [{"visit_id": visited["visit_id"], "result": "leaflet", "visited_at": "2026-03-03 10:00"}]
    )
    last = first.targets["expires"].max() + pd.Timedelta(days=1)
    then = brief(set_up, as_of=last.normalize(), folder=tmp_path / "then")
    named = pd.read_csv(tmp_path / "then" / "expired.csv")
    assert then.targets is not None
    assert set(named["visit_id"]) == {row["visit_id"] for row in then.targets.attrs["expired"]}
    assert 0 < len(named) < len(first.targets)
    assert set(named["marking"]) == {then.record["parameters"]["output"]["marking"]}
    told = section(then, "doors-annex")
    assert "Doors whose time ended in the past 7 days and to which nobody went" in told
    assert named["address"].iloc[0] in told
    assert visited["address"] not in set(named["address"])


@pytest.mark.slow
def test_doors_of_a_burglary_that_the_data_lack_by_now_stay_unnamed(tmp_path: Path) -> None:
    set_up = quick_town(
        tmp_path, LEDGER + 'exclude = "stop.csv"\nexclude_may_match_nothing = true\n'
    )
    (tmp_path / "stop.csv").write_text("reference\nNONE/1\n")
    first = brief(set_up)
    assert first.targets is not None
    ref = first.targets["crime_refs"].iloc[0].split("; ")[0]
    # Closed to most eyes in the crime system, it is in no later export.
    source = tmp_path / "burglaries.csv"
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    source.write_text("".join(line for line in lines if ref not in line), encoding="utf-8")
    (tmp_path / "stop.csv").write_text(f"reference\n{ref.lower()}\n")
    its = first.targets[first.targets["crime_refs"].str.contains(ref, regex=False)]
    last = first.targets["expires"].max() + pd.Timedelta(days=1)
    then = brief(set_up, as_of=last.normalize(), folder=tmp_path / "then")
    named = set(pd.read_csv(tmp_path / "then" / "expired.csv")["visit_id"])
    assert len(named) == len(first.targets) - len(its) > 0
    assert not named & set(its["visit_id"])
    assert not any("match no crime" in text for text in then.warnings)


def test_waking_hours_of_the_set_up_make_the_times_to_act_by(tmp_path: Path) -> None:
    listed = issue_lists(quick_town(tmp_path, '[cocooning]\nwaking_hours = ["10:00", "18:00"]\n'))
    assert listed.targets is not None
    assert set(listed.targets["act_by"].dt.strftime("%H:%M")) == {"18:00"}
    assert listed.record["lists"]["waking_hours"] == ["10:00", "18:00"]


def test_lists_alone_are_issued_too_and_once(tmp_path: Path) -> None:
    set_up = quick_town(tmp_path, LEDGER)
    first = issue_lists(set_up)
    again = issue_lists(set_up, replace=True)
    assert (first.newly_asked, again.newly_asked) == (len(asked(tmp_path)), 0)


def test_a_run_that_fails_asks_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "elsewhere"))

    monkeypatch.setattr(products, "_write_rest", fail)
    with pytest.raises(OSError, match="No space left"):
        brief(quick_town(tmp_path, LEDGER))
    assert asked(tmp_path) == []
    assert not (tmp_path / "briefing").exists()


@pytest.mark.slow
def test_where_the_ledger_fails_the_folder_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = quick_town(tmp_path, LEDGER)
    before = brief(set_up)

    def fail(*args: object, **kwargs: object) -> int:
        raise hs.OutputError("The ledger is locked.")

    monkeypatch.setattr(VisitLedger, "issue", fail)
    with pytest.raises(hs.OutputError, match="locked"):
        brief(set_up, as_of="2026-03-03", replace=True)
    record = json.loads((before.folder / "run.json").read_text(encoding="utf-8"))
    assert record["as_of"].startswith("2026-03-02")
    assert [path.name for path in tmp_path.glob(".briefing*")] == []
    with pytest.raises(hs.OutputError, match="locked"):
        brief(set_up, folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_record_tells_no_place_and_no_password_of_the_ledger(tmp_path: Path) -> None:
    made = issue_lists(quick_town(tmp_path, LEDGER))
    assert made.record["parameters"]["cocooning"]["ledger"] == "visits.db"
    assert str(tmp_path) not in (made.folder / "run.json").read_text(encoding="utf-8")
    settings = {"incidents": __file__, "cocooning": {"ledger": "postgresql://me:secret@db/visits"}}
    told = hs.briefing.run_record.parameters(hs.briefing.config.read_config(settings))
    assert told["cocooning"]["ledger"] == "postgresql"


def test_a_ledger_is_beside_the_set_up_or_a_url(tmp_path: Path) -> None:
    config = load_config(quick_town(tmp_path, LEDGER))
    assert config.cocooning.ledger == str(tmp_path / "visits.db")
    config = load_config(quick_town(tmp_path, '[cocooning]\nledger = "sqlite:///a.db"\n'))
    assert config.cocooning.ledger == "sqlite:///a.db"


def test_a_preset_sets_what_the_set_up_does_not(tmp_path: Path) -> None:
    preset = '[cocooning]\npreset = "us-rct"\n'
    by_preset = issue_lists(quick_town(tmp_path / "a", preset)).record["lists"]
    assert (by_preset["distance_m"], by_preset["visit_days"]) == (244, 14)
    own = issue_lists(quick_town(tmp_path / "b", f"[rule]\ndistance_m = 300\n{preset}"))
    assert own.record["lists"]["distance_m"] == 300
    assert own.record["lists"]["window_days"] == 14


def test_packs_and_other_kinds_of_lists_are_made_where_asked_for(tmp_path: Path) -> None:
    made = brief(
        quick_town(
            tmp_path,
            '[output]\nformats = ["xlsx", "html", "phone", "message"]\n'
            '[[cocooning.tiers]]\nname = "gold"\nrings = [0]\n',
        )
    )
    assert made.targets is not None
    assert set(made.targets.loc[made.targets["tier"] == "gold", "ring"]) == {0}
    page = (made.folder / "briefing.html").read_text(encoding="utf-8")
    for link in ("West.html", "West.xlsx", "West%20phone.html", "West%20message.html"):
        assert f'href="targets/{link}"' in page
    assert not (made.folder / "targets.csv").exists()


def test_wrong_settings_of_lists_are_told_by_name(tmp_path: Path) -> None:
    set_up = quick_town(
        tmp_path,
        '[cocooning]\npreset = "oldham"\nrevisit_days = -1\n[output]\nformats = ["docx"]\n'
        "[[cocooning.tiers]]\nrings = [7]\n",
    )
    with pytest.raises(hs.ConfigError) as told:
        load_config(set_up)
    text = "\n".join(told.value.problems)
    assert "[cocooning] preset must be one of standard, trafford" in text
    assert "[cocooning] revisit_days must be 0 or more" in text
    assert "[cocooning] tiers : Tier 1 needs a name" in text
    assert "[output] formats must be one of xlsx" in text


# Every fault at once, of all files and of the set-up.


def broken_town(folder: Path) -> Path:
    set_up = write_town(folder)
    (folder / "burglaries.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "addresses.csv").write_text("colour\nred\n", encoding="utf-8")
    (folder / "beats.geojson").write_text("{}", encoding="utf-8")
    (folder / "streets.geojson").write_text("not JSON", encoding="utf-8")
    return set_up


def names_every_file(problems: list[str]) -> bool:
    text = "\n".join(problems)
    return all(
        name in text
        for name in ("burglaries.csv", "addresses.csv", "beats.geojson", "streets.geojson")
    )


def test_the_faults_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    with pytest.raises(hs.DataError) as told:
        brief(broken_town(tmp_path))
    assert names_every_file(told.value.problems), told.value.problems


def test_the_faults_of_the_set_up_and_of_the_files_are_told_together(tmp_path: Path) -> None:
    set_up = broken_town(tmp_path)
    with set_up.open("a", encoding="utf-8") as file:
        file.write("[rule]\ndistance_m = -5\n[density]\nbandwith_m = 3\n")
    with pytest.raises(hs.ConfigError) as told:
        brief(set_up)
    assert any("distance_m must be more than 0" in problem for problem in told.value.problems)
    assert any("bandwidth_m" in problem for problem in told.value.problems)
    assert names_every_file(told.value.problems), told.value.problems


def test_a_file_that_a_wrong_table_names_is_not_judged_by_it(tmp_path: Path) -> None:
    set_up = write_town(tmp_path)
    text = set_up.read_text(encoding="utf-8")
    set_up.write_text(text.replace("[addresses]", "crs = 5\n[addresses]"), encoding="utf-8")
    with pytest.raises(hs.ConfigError) as told:
        brief(set_up)
    assert len(told.value.problems) == 1


# What a killed run leaves.


def test_what_a_killed_run_left_is_removed_and_what_is_being_built_stays(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    dead, alive = tmp_path / ".out.new-dead", tmp_path / ".out.new-alive"
    for left, process in ((dead, ended.stdout.strip()), (alive, str(os.getpid()))):
        left.mkdir()
        (left / ".unfinished").write_text(f"{platform.node()} {process}", encoding="utf-8")
    with folders.issued_folder(tmp_path / "out") as building:
        (building / "run.json").write_text("{}", encoding="utf-8")
    assert dead.exists() == (os.name != "posix")
    assert alive.exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["run.json"]


# How well it did.


@pytest.fixture(scope="module")
def sample(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    return brief(sample_dir / "briefing.toml", folder=tmp_path_factory.mktemp("sample") / "out")


@pytest.mark.slow
def test_the_page_shows_the_backtest_beside_the_map(sample: Briefing) -> None:
    assert sample.proof.backtest is not None
    told = section(sample, "map")
    for sentence in sample.proof.backtest.sentences():
        assert " ".join(sentence.split()) in told
    assert sample.record["proof"]["backtest"]


@pytest.mark.slow
def test_the_page_says_what_visits_are_worth(sample: Briefing) -> None:
    share, aimed = sample.proof.preventable, sample.proof.accuracy
    assert share is not None
    assert aimed is not None
    assert "that visits prevent them is not proven" in share.headline()
    for headline in (share.headline(), aimed.headline()):
        assert headline in section(sample, "doors-annex")
    # The window after the last list that is judged was over at the cut-off.
    assert aimed.last + pd.Timedelta(days=RULE.window_days) <= pd.Timestamp("2026-03-02")


@pytest.mark.slow
def test_the_layer_that_did_better_opens(sample: Briefing) -> None:
    assert sample.proof.backtest is not None
    figure = sample.proof.backtest.sentences()[2]
    page = (sample.folder / "map.html").read_text(encoding="utf-8")
    assert " ".join(figure.split())[:40] in page
    assert sample.proof.forecast is not None
    assert "orecast" in page


def test_with_too_few_burglaries_it_is_said_that_it_cannot_be_told(town: Briefing) -> None:
    assert town.proof.backtest is None
    assert town.proof.no_backtest in section(town, "map")
    assert "cannot be told from fewer than 100 burglaries in two years" in section(
        town, "doors-annex"
    )


def test_it_can_be_left_out(tmp_path: Path) -> None:
    made = brief(quick_town(tmp_path))
    assert made.proof.figures() == {}
    assert made.proof.no_backtest is None
    assert "worth a visit" not in page_of(made)
    assert "foresee" not in page_of(made)
