"""Corrections of a share, crimes of two forces as one set, and both from the command line."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import hotspot as hs
from hotspot.cli import main
from hotspot.output import staging
from hotspot.sharing import (
    apply_correction,
    changed_crimes,
    merge_forces,
    read_manifest,
    write_correction,
)
from tests import naive
from tests.small_town import uprn, write_town
from tests.test_sharing import assert_same, crimes, homes, read, resealed, share

FIELDS = ["crime_ref", "occurred_from", "occurred_to", "address", "mo"]
TODAY = {"today": "2026-12-02"}


def correct(sent: Path, frames: Any, folder: Path, reason: str = "Re-classed", **more: Any) -> Path:
    return write_correction(sent, frames, folder, reason, **TODAY, **more)


@pytest.mark.parametrize("layout", ["geoparquet", "gpkg", "xlsx"])
def test_a_correction_changes_rows_in_their_places_and_removes_others(tmp_path: Path, layout: str):
    before = crimes().assign(kind=pd.Categorical(["a", "b"] * 3))
    before.index = pd.Index([f"r{k}" for k in range(6)], name="label")
    sent = share(before, tmp_path / "s", [*FIELDS, "kind"], formats=[layout])
    changed = before.iloc[[4, 1]].assign(mo="Door forced", kind=pd.Categorical(["c", "b"]))
    changed["geometry"] = changed.geometry.translate(1 / 3)
    correction = correct(sent, changed, tmp_path / "c", removed=["003"])
    back = read(apply_correction(sent, correction, **TODAY))
    wanted = before.drop("r3").drop(columns=["area", "uprn"])
    wanted["mo"] = ["Window smashed", "Door forced", "Window smashed", "Door forced",
                    "Window smashed"]  # fmt: skip
    wanted["kind"] = pd.Categorical(["a", "b", "a", "c", "b"])
    wanted.loc[["r1", "r4"], "geometry"] = changed.geometry.loc[["r1", "r4"]]
    assert_same(back, wanted)
    told = read_manifest(sent)
    assert (told.share, told.version) == (read_manifest(correction).share, 2)
    (one,) = told.corrections
    assert (one.version, one.changed, one.removed, one.reason) == (2, 2, 1, "Re-classed")
    # What is to go is gone from every file of the recipient's.
    assert all(b"4 Low Road" not in path.read_bytes() for path in sent.iterdir())
    assert "003" not in back["crime_ref"].tolist()


def test_what_is_on_the_stop_list_now_goes_with_the_correction(tmp_path: Path):
    before = crimes().assign(crime_ref=[f"DG/26/00{k}" for k in range(6)])
    sent = share(before, tmp_path / "s", FIELDS, formats=["xlsx"])
    correction = correct(sent, None, tmp_path / "c", exclude=["dg/26/002"])
    assert read(apply_correction(sent, correction, **TODAY))["crime_ref"].tolist() == [
        f"DG/26/00{k}" for k in (0, 1, 3, 4, 5)
    ]


def test_corrections_come_in_order_once_and_to_their_share(tmp_path: Path):
    sent, other = share(crimes(), tmp_path / "s", FIELDS), share(crimes(4), tmp_path / "o", FIELDS)
    mine = share(crimes(), tmp_path / "mine", FIELDS)
    second = correct(sent, None, tmp_path / "c2", removed=["000"])
    apply_correction(sent, second, **TODAY)
    third = correct(sent, None, tmp_path / "c3", removed=["001"])
    for place, correction, words in (
        (other, second, "is of share"), (mine, third, "apply those between first"),
        (sent, second, "version 2 already"), (sent, mine, "correction is asked for"),
    ):  # fmt: skip
        with pytest.raises(hs.DataError, match=words):
            apply_correction(place, correction, **TODAY)
    apply_correction(sent, third, **TODAY)
    assert len(read(sent)) == 4
    assert [one.version for one in read_manifest(sent).corrections] == [2, 3]
    with pytest.raises(hs.DataError, match="apply it to that"):
        read(third)


def test_a_correction_that_cannot_be_is_told(tmp_path: Path):
    sent = share(crimes(), tmp_path / "s", FIELDS)
    for frames, removed, words in (
        (crimes().iloc[:1].assign(crime_ref="new"), (), "New crimes go in a new share"),
        (crimes().iloc[:1].drop(columns="mo"), (), "lacks what was shared: mo"),
        (crimes().iloc[[0, 0]], (), "More than once"),
        (crimes().iloc[:1], ["000"], "changed and removed"),
        (None, ["zz"], "Not in the share"),
        (None, (), "nothing to correct"),
        (crimes().iloc[:1].assign(mo=1), (), "was shared as"),
    ):
        with pytest.raises(hs.DataError, match=words):
            correct(sent, frames, tmp_path / "c", removed=removed)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.update(level="area"),
        lambda m: m.update(frames=m["frames"][:1]),
        lambda m: m["frames"][0]["geometry"].update(crs="EPSG:32630"),
        lambda m: m["frames"][0].update(order=["geometry", *m["frames"][0]["order"][:-1]]),
    ],
)
def test_a_correction_that_is_not_such_as_its_share_is_refused(tmp_path: Path, change: Any):
    sent = share(crimes(), tmp_path / "s", FIELDS, formats=["xlsx"])
    made = correct(sent, crimes().iloc[:1].assign(mo="SIDE"), tmp_path / "c", removed=["001"])
    resealed(made, change)
    with pytest.raises(hs.DataError, match="is not what it says"):
        apply_correction(sent, made, **TODAY)
    assert read_manifest(sent).version == 1


def test_a_correction_of_crimes_that_the_share_has_not_is_refused(tmp_path: Path):
    sent = share(crimes(), tmp_path / "s", FIELDS, formats=["xlsx"])
    fewer = share(crimes(4), tmp_path / "f", FIELDS, formats=["xlsx"])
    for number, (frames, removed) in enumerate([(crimes().iloc[5:].assign(mo="SIDE"), []),
                                                (None, ["005"])]):  # fmt: skip
        made = correct(sent, frames, tmp_path / f"c{number}", removed=removed)
        resealed(made, lambda m: m.update(share=read_manifest(fewer).share))
        with pytest.raises(hs.DataError, match="the share has not 005"):
            apply_correction(fewer, made, **TODAY)


def test_a_correction_is_applied_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sent = share(crimes(), tmp_path / "s", FIELDS)
    correction = correct(sent, None, tmp_path / "c", removed=["000"])
    (sent / "my notes.txt").write_text("mine")
    with pytest.raises(hs.OutputError, match=r"my notes\.txt"):
        apply_correction(sent, correction, **TODAY)
    (sent / "my notes.txt").unlink()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(staging, "_write_through", fail)
        with pytest.raises(hs.OutputError):
            apply_correction(sent, correction, **TODAY)
    assert len(read(sent)) == 6


def test_what_changed_is_found_by_what_was_shared(tmp_path: Path):
    before = crimes().assign(other="x")
    sent = share(before, tmp_path / "s", FIELDS, formats=["gpkg"])
    now = before.assign(other="y", uprn=None)
    now.loc[1, "mo"] = None
    now.loc[2, "geometry"] = shapely.Point(now.geometry[2].x, np.nextafter(now.geometry[2].y, 0))
    now.loc[5, "crime_ref"] = "new"
    changed, missing = changed_crimes(sent, now.iloc[::-1], **TODAY)
    assert changed["crime_ref"].tolist() == ["002", "001"]
    assert missing == ["005"]
    # What is on the stop list is neither: it is to go, and write_correction makes it go.
    changed, missing = changed_crimes(sent, now, exclude=["001", "005"], **TODAY)
    assert (changed["crime_ref"].tolist(), missing) == (["002"], [])
    with pytest.raises(hs.DataError, match="lacks what was shared: address"):
        changed_crimes(sent, now.drop(columns="address"), **TODAY)


def test_a_correction_keeps_to_the_fewest_homes(tmp_path: Path):
    sent = crimes().assign(area="Sandhills")
    known = {"level": "area", "addresses": homes(area="Sandhills")}
    folder = share(sent, tmp_path / "s", ["crime_ref", "area"], **known)
    moved = sent.iloc[:1].assign(area="Hamlet")
    with pytest.raises(hs.DataError, match="tells no area of few homes"):
        correct(folder, moved, tmp_path / "c")
    with pytest.warns(hs.DataWarning, match="1 crime in areas with fewer than 8 homes"):
        made = correct(folder, moved, tmp_path / "c", addresses=homes(area="Sandhills"))
    areas = read(apply_correction(folder, made, **TODAY))["area"].fillna("").tolist()
    assert areas == ["", *["Sandhills"] * 5]


@pytest.fixture
def sent_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with the crimes of a small town and a share of three of them, where we stand."""
    monkeypatch.chdir(tmp_path)
    write_town(tmp_path)
    assert main([
        "share", "write", "burglaries.csv", "--recipient", "B", "--purpose", "p", "--marking", "M",
        "--gateway", "ISA 12", "--regime", "Part 3", "--discloser", "A", "--expires", "2026-12-31",
        "--today", "2026-12-01", "--folder", "sent", "--crimes", "NEW/001", "NEW/002", "NEW/003",
        "--fields", "crime_ref", "occurred_to", "mo",
    ]) == 0  # fmt: skip
    return tmp_path


def test_a_correction_is_written_and_applied_on_the_command_line(sent_town: Path, capsys: Any):
    import shutil

    shutil.copytree("sent", "theirs")
    path = sent_town / "burglaries.csv"
    text = path.read_text(encoding="utf-8").replace("FRONT", "SIDE")
    path.write_text(text.replace("NEW/003", "X/3"), encoding="utf-8")
    amend = ["share", "amend", "sent", "burglaries.csv", "--today", "2026-12-02",
             "--reason", "Method re-coded", "--folder"]  # fmt: skip
    capsys.readouterr()
    assert main([*amend, "first"]) == 0
    told = capsys.readouterr()
    assert "1 crime of the share is not among those that were read (NEW/003)" in told.err
    assert "1 changed, 0 removed. Method re-coded" in told.out
    assert main([*amend, "correction", "--remove", "NEW/003"]) == 0
    assert "1 changed, 1 removed" in capsys.readouterr().out
    whole = {one.name: one.read_bytes() for one in Path("theirs").iterdir()}
    correct = ["share", "correct", "theirs", "correction", "--today", "2026-12-03"]
    assert main([*correct, "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "Nothing was written" in told.err
    assert "1 changed, 1 removed" in told.out
    assert {one.name: one.read_bytes() for one in Path("theirs").iterdir()} == whole
    assert main(correct) == 0
    back = read(Path("theirs")).set_index("crime_ref")["mo"].to_dict()
    assert back == {"NEW/001": "SIDE", "NEW/002": "REAR"}
    assert main([*correct, "--dry-run"]) == 1
    assert "version 2 already" in capsys.readouterr().err


def test_what_is_on_the_stop_list_now_goes_on_the_command_line(sent_town: Path, capsys: Any):
    # By its UPRN, which was not shared: the crimes of today tell whose it is.
    (sent_town / "exclude.csv").write_text(f"{uprn('Sea View', 31)}\n", encoding="utf-8")
    Path("now.toml").write_text(
        '[incidents]\npath = "burglaries.csv"\n[cocooning]\nexclude = "exclude.csv"\n'
    )
    assert main(["share", "amend", "sent", "now.toml", "--today", "2026-12-02", "--reason", "r",
                 "--folder", "c"]) == 0  # fmt: skip
    assert "0 changed, 1 removed" in capsys.readouterr().out
    apply_correction(Path("sent"), Path("c"), **TODAY)
    assert read(Path("sent"))["crime_ref"].tolist() == ["NEW/001", "NEW/003"]


# Two forces.

FORCES = ("Dogger Bank Constabulary", "Silver Pit Police")


def forces() -> gpd.GeoDataFrame:
    west, east = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)
    return gpd.GeoDataFrame({"force": ["A", "B"]}, geometry=[west, east], crs=27700)


def recorded(force: str, rows: list[tuple[str, float, float, str, str]], **more: Any) -> Any:
    """Return crimes: reference, x, hours after midnight from and to, offence, UPRN or nothing."""
    start = pd.Timestamp("2026-01-01")
    refs, x, hours, offences, uprns = zip(*rows, strict=True)
    ends = start + pd.to_timedelta(np.array(hours), "h")
    made = gpd.GeoDataFrame(
        {
            "crime_ref": refs, "occurred_from": ends - pd.Timedelta(hours=2), "occurred_to": ends,
            "offence_code": offences, "uprn": [one or None for one in uprns], "force": force,
            **more,
        },
        geometry=gpd.points_from_xy(x, [500.0] * len(rows)), crs=27700,
    )  # fmt: skip
    made.attrs["resolution"] = "day"
    return made


def test_pairs_are_merged_or_listed_with_the_reason():
    ours = recorded("A", [
        ("both", 990, 10, "28E", "1"), ("offence", 900, 30, "28E", ""), ("home", 800, 50, "", "1"),
        ("apart", 700, 70, "28E", ""), ("later", 990, 100, "28E", ""), ("far", 100, 10, "28E", ""),
        ("either", 950, 200, "28E", ""), ("own", 600, 300, "28E", ""),
    ])  # fmt: skip
    theirs = recorded("B", [
        ("B1", 1010, 12, "28e", ""), ("B2", 910, 30, "30C", ""), ("B3", 810, 50, "", "2"),
        ("B4", 751, 70, "28E", ""), ("B5", 990, 103, "28E", ""), ("B6", 100, 10, "28E", ""),
        ("B7", 955, 200, "28E", ""), ("B8", 960, 201, "28E", ""),
    ])  # fmt: skip
    merged = merge_forces(ours, theirs, forces(), 400)
    table = merged.table.set_index(["first_ref", "second_ref"])["verdict"].to_dict()
    assert table == {
        ("both", "B1"): "merged", ("offence", "B2"): "other offence",
        ("home", "B3"): "other home", ("either", "B7"): "ambiguous", ("either", "B8"): "ambiguous",
    }  # fmt: skip
    assert len(merged.crimes) == 15
    one = merged.crimes[merged.crimes["also_ref"].notna()].iloc[0]
    assert (one["force"], one["crime_ref"], one["also_force"], one["also_ref"]) == (
        "A", "both", "B", "B1",
    )  # fmt: skip
    assert merged.beyond == (0, 1)  # B6 lies on A's ground, far from the border
    words = merged.summary()
    assert "2 pairs are ambiguous" in words
    assert "a frame that was given" in words
    assert merged.crimes["crime_ref"].tolist().count("far") == 1


def test_of_two_records_that_stands_whose_ground_it_lies_on_then_that_with_a_uprn():
    def kept(ours_x: float, theirs_x: float, *uprns: str) -> tuple[str, str]:
        one = recorded("A", [("a", ours_x, 10, "", uprns[0])])
        other = recorded("B", [("b", theirs_x, 10, "", uprns[1])])
        (crime,) = merge_forces(one, other, forces(), 400).crimes.itertuples()
        return crime.crime_ref, crime.also_ref

    assert kept(990, 1010, "", "") == ("a", "b")  # each on its own ground: the first by force
    assert kept(1010, 1012, "", "") == ("b", "a")  # both on B's ground
    assert kept(1010, 1012, "1", "") == ("b", "a")  # which weighs more than a UPRN
    assert kept(990, 1010, "", "1") == ("b", "a")


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_forces_and_of_rows_does_not_change_the_set(seed: int):
    rng = np.random.default_rng(seed)

    def some(force: str) -> gpd.GeoDataFrame:
        return recorded(force, [
            (f"{force}{k}", float(rng.integers(880, 1120)), float(rng.integers(0, 24)),
             str(rng.choice(["28E", "30C", ""])), str(rng.choice(["", "", "1", "2"])))
            for k in range(25)
        ])  # fmt: skip

    a, b = some("A"), some("B")
    merged = merge_forces(a, b, forces(), 100, distance_m=20)
    turned = merge_forces(b.iloc[::-1], a.sample(frac=1, random_state=seed), forces(), 100,
                          distance_m=20)  # fmt: skip
    pd.testing.assert_frame_equal(merged.table, turned.table)
    pd.testing.assert_frame_equal(pd.DataFrame(merged.crimes), pd.DataFrame(turned.crimes))
    slow = naive.pairs_of_forces(a, b, forces(), 100, 20)
    fast = zip(merged.table["first_ref"], merged.table["second_ref"], merged.table["verdict"],
               strict=True)  # fmt: skip
    assert sorted(fast) == sorted(slow)
    refs = [*merged.crimes["crime_ref"], *merged.crimes["also_ref"].dropna()]
    assert sorted(refs) == sorted([*a["crime_ref"], *b["crime_ref"]])


def test_what_cannot_be_merged_is_told():
    a = recorded("A", [("1", 990, 10, "", "")])
    b = recorded("B", [("1", 990, 10, "", "")])
    for ours, theirs, boundary, words in (
        (a, a, forces(), "Both frames are of A"),
        (a.assign(force=None), b, forces(), "must name one force"),
        (a.drop(columns="force"), b, forces(), "lack the column force"),
        (a, b, forces().assign(force="X"), "must name A and B"),
        (a, b.to_crs(32630), forces(), "EPSG:27700|to_crs"),
        (a, b, forces().to_crs(32630), "to_crs"),
    ):
        with pytest.raises(hs.DataError, match=words):
            merge_forces(ours, theirs, boundary)
    for ours, theirs in ((a, b), (b, a)):
        month = ours.copy()
        month.attrs["resolution"] = "month"
        with pytest.raises(hs.DataError, match="month"):
            merge_forces(month, theirs, forces())
        with pytest.raises(hs.DataError, match="month"):
            merge_forces(theirs, month, forces())
    with pytest.raises(hs.ConfigError, match="strip_m"):
        merge_forces(a, b, forces(), -1)


def test_from_one_force_to_the_next_on_the_command_line(
    sample_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
):
    import shutil

    monkeypatch.chdir(tmp_path)
    for name in ("burglaries.csv", "neighbour/burglaries.csv", "neighbour/forces.geojson"):
        shutil.copy(sample_dir / name, tmp_path / name.replace("/", "-"))
    truth = pd.read_csv(sample_dir / "truth_events.csv", dtype=str)
    both = truth[truth["other_ref"].notna()].set_index("crime_ref")["other_ref"].to_dict()
    series = truth[(truth["series_id"].notna()) & (truth["force"] == FORCES[0])]["crime_ref"]
    refs = [*both, *series.iloc[:3]]
    fields = ["crime_ref", "occurred_from", "occurred_to", "offence_code", "uprn", "force"]
    wrote = main([
        "share", "write", "burglaries.csv", "--recipient", FORCES[1], "--purpose", "Op Example",
        "--marking", "OFFICIAL", "--gateway", "ISA 12", "--regime", "Part 3", "--discloser",
        FORCES[0], "--expires", "2026-12-31", "--today", "2026-12-01", "--folder", "sent",
        "--fields", *fields, "--crimes", *refs,
    ])  # fmt: skip
    assert wrote == 0
    assert "For Silver Pit Police; purpose: Op Example." in capsys.readouterr().out
    late = ["share", "read", "sent", "--out", "got", "--today", "2027-01-01"]
    assert main(late) == 1
    assert "expired on 2026-12-31" in capsys.readouterr().err
    assert main([*late[:-1], "2026-12-02", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["frames"][0]["rows"] == len(set(refs))
    assert set(gpd.read_parquet("got/crimes.parquet")["crime_ref"]) == set(refs)
    merge = ["share", "merge", "sent", "neighbour-burglaries.csv", "--boundary",
             "neighbour-forces.geojson", "--today", "2026-12-02", "--json"]  # fmt: skip
    assert main(merge) == 0
    told = json.loads(capsys.readouterr().out)
    assert {pair["first_ref"]: pair["second_ref"] for pair in told["pairs"]} == both
    assert "neighbour-forces.geojson (SHA-256" in told["boundary"]
    # What is made of a share bears the share's marking where no other is given.
    assert "NO MARKING" not in Path("merged/merge.html").read_text(encoding="utf-8")
    merged = gpd.read_parquet("merged/merged.parquet")
    assert merged.set_index("crime_ref")["also_ref"].dropna().to_dict() == both
    assert told["recorded"][0] == len(set(refs))
    assert len(merged) == told["crimes"] == sum(told["recorded"]) - len(both)
