"""A share: what goes comes back as it went, from every format, and nothing else goes."""

import json
import os
import shutil
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.output import staging
from hotspot.sharing import read_manifest, shared_frames

TERMS: dict[str, Any] = {
    "gateway": "ISA 12",
    "regime": "Part 3",
    "discloser": "Force A, data protection",
    "today": "2026-12-01",
}
BASE = ("Force B", "Op Example")
HOSTILE = (
    "=1+1", '=HYPERLINK("http://x","y")', "@SUM(A1)", "+1", "-1", "007", "", " padded ", '"quoted"',
    "a\0b", "tab\tline\r\nend", "\u202eabc", "_x0041_", "<script>alert(1)</script>", "'; DROP--",
    "caf\u00e9 \U0001f600", "\ufffe", "http://example.org", "nan", "None", "1e5", "TRUE",
)  # fmt: skip


def crimes(n: int = 6) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(5)
    days = pd.Timestamp("2026-01-01 13:05") + pd.to_timedelta(np.arange(n), "D")
    made = gpd.GeoDataFrame(
        {
            "crime_ref": [f"00{k}" for k in range(n)],
            "occurred_from": days,
            "occurred_to": days + pd.Timedelta(hours=3),
            "uprn": [f"0{k:011d}" for k in range(n)],
            "address": [f"{k + 1} Low Road, Doggerby" for k in range(n)],
            "area": "Sandhills",
            "mo": "Window smashed",
        },
        geometry=gpd.points_from_xy(
            640_000 + 90 * rng.random(n) + 1 / 3, 370_000 + 90 * rng.random(n)
        ),
        crs="EPSG:27700",
    )
    made.attrs["resolution"] = "day"
    return made


def share(frames: Any, folder: Path, fields: Any = ("crime_ref",), **more: Any) -> Path:
    marking, expires = more.pop("marking", "OFFICIAL"), more.pop("expires", "2026-12-31")
    return hs.write_share(frames, folder, *BASE, fields, marking, expires, **{**TERMS, **more})


def read(folder: Path, today: str = "2026-12-02") -> Any:
    return hs.read_share(folder, today=today)


def assert_same(back: gpd.GeoDataFrame, sent: gpd.GeoDataFrame) -> None:
    flat = [pd.DataFrame(one).drop(columns="geometry") for one in (back, sent)]
    pd.testing.assert_frame_equal(*flat, check_exact=True)
    assert back.crs == sent.crs
    assert back.attrs == sent.attrs
    assert shapely.to_wkb(back.geometry.to_numpy()).tolist() == (
        shapely.to_wkb(sent.geometry.to_numpy()).tolist()
    )


def every_kind() -> gpd.GeoDataFrame:
    made = crimes(len(HOSTILE))
    n = len(made)
    rng = np.random.default_rng(6)
    made["text"] = pd.Series([*HOSTILE[:-1], None], dtype=object)
    made["gap"] = pd.Series([*HOSTILE[:-1], np.nan], dtype=object)
    made["string"] = pd.Series(HOSTILE, dtype="string")
    made["number"] = rng.random(n)
    made.loc[3, "number"] = np.nan
    made["large"] = np.r_[np.inf, -np.inf, -0.0, 5e-324, 1e308, rng.random(n - 5) * 1e300]
    made["single"] = rng.random(n).astype("float32")
    made["whole"] = np.arange(n) + 2**62
    made["unsigned"] = np.arange(n, dtype="uint64") + 2**63
    made["maybe"] = pd.array([None, *range(n - 1)], dtype="Int64")
    made["small"] = np.arange(n, dtype="int8")
    made["truth"] = rng.random(n) > 0.5
    made["maybe_true"] = pd.array([None, True] * (n // 2), dtype="boolean")
    made["kind"] = pd.Categorical(["b", "a"] * (n // 2), ["b", "a"], ordered=True)
    made["grade"] = pd.Categorical([3, 1] * (n // 2))
    made["zoned"] = made["occurred_to"].dt.tz_localize("UTC").dt.tz_convert("Europe/London")
    made["fine"] = made["occurred_to"].astype("datetime64[ns]") + pd.Timedelta(nanoseconds=7)
    made["old"] = pd.Series([pd.Timestamp("1700-01-01"), pd.NaT] * (n // 2)).astype("M8[s]")
    made["length"] = made["fine"] - made["occurred_from"]
    made["Number"] = 1
    made["fid"] = "mine"
    made.index = pd.Index([f"row {k}" for k in range(n)], name="label")
    return made


@pytest.mark.parametrize("layout", ["geoparquet", "gpkg", "xlsx"])
def test_every_kind_of_column_comes_back_as_it_went(tmp_path: Path, layout: str):
    sent = every_kind()
    names = [one for one in sent.columns if one != "geometry"]
    folder = share(sent, tmp_path / "share", names, formats=[layout])
    assert_same(read(folder), sent)


@pytest.mark.parametrize("layout", ["geoparquet", "gpkg", "xlsx"])
def test_what_stands_in_a_gap_and_labels_without_a_name_come_back(tmp_path: Path, layout: str):
    sent = crimes(2).set_index(pd.Index(["r1", "r2"]))
    for column, gap in (("none", None), ("nan", np.nan)):
        sent[column] = pd.Series(["x", gap], index=sent.index, dtype=object)
    back = read(share(sent, tmp_path / "s", ["none", "nan"], formats=[layout]))
    assert back["none"].iloc[1] is None
    assert isinstance(back["nan"].iloc[1], float)
    assert back.index.name is None


@pytest.mark.parametrize("layout", ["geoparquet", "gpkg", "xlsx"])
def test_frames_of_all_shapes_come_back_by_name(tmp_path: Path, layout: str):
    places = crimes(3)[["area", "geometry"]]
    places.geometry = places.geometry.buffer(12.3)
    mixed = crimes(3)[["crime_ref", "geometry"]]
    mixed.geometry = [mixed.geometry[0], None, shapely.LineString([(0, 0), (1 / 3, 1)])]
    holes = crimes(3)[["crime_ref", "geometry"]]
    holes.loc[2, "geometry"] = None
    table = pd.DataFrame({"area": ["x", None]}, index=pd.RangeIndex(3, 7, 2))
    sent = {"crimes": crimes(), "places": places, "mixed": mixed, "holes": holes, "none": table}
    sent["empty"] = crimes(0)
    folder = share(sent, tmp_path / "s", ["crime_ref", "area"], formats=[layout])
    back = read(folder)
    assert list(back) == list(sent)
    for name, frame in back.items():
        assert list(frame.columns) == [
            c for c in sent[name].columns if c in ("crime_ref", "area", "geometry")
        ]
        if name != "none":
            assert_same(frame, sent[name][list(frame.columns)].copy())
    pd.testing.assert_frame_equal(back["none"], table)


@settings(max_examples=15)
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4),
    x=st.floats(0, 700_000),
    number=st.floats(),
)
def test_any_text_and_number_come_back(texts: list[str], x: float, number: float):
    import tempfile

    sent = crimes(len(texts))
    sent["words"], sent["number"] = pd.Series(texts, dtype=object), number
    sent.geometry = gpd.points_from_xy([x] * len(texts), [number if 0 < number < 9e5 else 1.5]
                                       * len(texts), crs=27700)  # fmt: skip
    for layout in ("gpkg", "xlsx"):
        with tempfile.TemporaryDirectory() as made:
            folder = share(sent, Path(made) / "s", ["words", "number"], formats=[layout])
            assert_same(read(folder), sent[["words", "number", "geometry"]])


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(HOSTILE)
_UNITS, _ZONES = ("s", "ms", "us", "ns"), ("UTC", "Europe/London", "America/St_Johns", "+05:45")


@st.composite
def columns(draw: Any, rows: int) -> Any:
    """Return a column of some dtype as data come in."""

    def some(values: Any, *, gaps: bool = True) -> list[Any]:
        one = st.none() | values if gaps else values
        return draw(st.lists(one, min_size=rows, max_size=rows))  # type: ignore[no-any-return]

    kind = draw(st.sampled_from(
        ["object", "string", "str", "category", "Int", "int", "float", "Float", "bool", "boolean",
         "objects of truth", "times", "zoned", "lengths"]
    ))  # fmt: skip
    if kind in ("object", "string", "str"):
        return pd.Series(some(_TEXTS), dtype=kind)
    if kind == "category":
        texts = some(st.sampled_from(["b", "a", "", "\n", "\U0001f600"]))
        known = list(dict.fromkeys(one for one in texts if one is not None))
        return pd.Series(pd.Categorical(texts, known, ordered=draw(st.booleans())))
    if kind in ("Int", "int"):
        size = draw(st.sampled_from([8, 16, 32, 64]))
        whole = st.integers(-(2 ** (size - 1)) + 1, 2 ** (size - 1) - 1)
        return pd.Series(some(whole, gaps=kind == "Int"), dtype=f"{kind}{size}")
    if kind in ("float", "Float"):
        width = draw(st.sampled_from([32, 64]))
        real = st.floats(width=width, allow_nan=kind == "float")
        return pd.Series(some(real, gaps=kind == "Float"), dtype=f"{kind}{width}")
    if kind in ("bool", "boolean", "objects of truth"):
        dtype = "object" if kind.startswith("obj") else kind
        return pd.Series(some(st.booleans(), gaps=kind != "bool"), dtype=dtype)
    unit = draw(st.sampled_from(_UNITS))
    # Times of this decade: older ones are taken for dates of birth, which no share may hold.
    counts = some(st.integers(1_577_836_800, 1_900_000_000), gaps=False)
    blank = some(st.booleans(), gaps=False)
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    fine = np.array(counts, dtype="int64") * scale + np.array(some(st.integers(0, scale - 1),
                                                                   gaps=False))  # fmt: skip
    fine[np.array(blank, dtype=bool)] = np.iinfo("int64").min
    if kind == "lengths":
        return pd.Series(fine.astype(f"timedelta64[{unit}]"))
    times = pd.DatetimeIndex(fine.astype(f"datetime64[{unit}]"))
    if kind == "zoned":
        times = times.tz_localize("UTC").tz_convert(draw(st.sampled_from(_ZONES)))
    return pd.Series(times)


# Not shrunk: a file a try makes that slow, and a failing one is small as it is.
@pytest.mark.slow
@settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(data=st.data(), rows=st.integers(1, 4))
def test_every_dtype_and_index_come_back_from_every_format(data: Any, rows: int):
    import tempfile

    sent = crimes(rows)[["crime_ref", "geometry"]]
    for number in range(3):
        sent[f"c{number}"] = data.draw(columns(rows)).array
    name = data.draw(st.none() | st.sampled_from(["label", "No.", "fid", "geom", "\U0001f600"]))
    days = pd.DatetimeIndex([pd.Timestamp(f"2026-03-2{k} 01:30", tz="UTC") for k in range(rows)])
    texts, numbers = [f"r\n{k}" for k in range(rows)], [k * 2**40 for k in range(rows)]
    ranges = [pd.RangeIndex(rows), pd.RangeIndex(7, 7 + 3 * rows, 3)]
    labels = [*ranges, pd.Index(texts), pd.Index(numbers), days.as_unit("ms")]
    index: pd.Index = data.draw(st.sampled_from(labels))
    sent.index = index.rename(name)
    x = data.draw(st.lists(st.floats(1e-3, 9e5), min_size=2 * rows, max_size=2 * rows))
    sent.geometry = gpd.points_from_xy(x[::2], x[1::2], crs=27700)
    sent.attrs["resolution"] = data.draw(st.sampled_from(["day", "month"]))
    fields = ["crime_ref", "c0", "c1", "c2"]
    layout = data.draw(st.sampled_from(["geoparquet", "gpkg", "xlsx"]))
    # Texts drawn at random read like a gender or a birthday now and then: that is tried elsewhere.
    with tempfile.TemporaryDirectory() as made, pytest.MonkeyPatch.context() as patched:
        patched.setattr(shared_frames, "_personal", lambda *_: [])
        folder = share(sent, Path(made) / "s", fields, formats=[layout])
        assert_same(read(folder), sent[["crime_ref", "geometry", *fields[1:]]])


def test_only_what_was_chosen_goes(tmp_path: Path):
    sent = crimes()
    folder = share(sent, tmp_path / "s", ["occurred_to", "crime_ref"])
    assert list(read(folder).columns) == ["crime_ref", "occurred_to", "geometry"]
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"Low Road" not in whole
    assert b"0000000" not in whole.replace(b"0" * 8, b"")  # no UPRN


def test_categories_of_rows_that_do_not_go_do_not_go(tmp_path: Path):
    sent = crimes()
    sent["ref"] = sent["crime_ref"].map("SECRET{}".format).astype("category")
    folder = share(sent.iloc[:2], tmp_path / "s", ["ref"])
    assert all(b"SECRET005" not in path.read_bytes() for path in folder.glob("*.*"))
    assert read(folder)["ref"].cat.categories.tolist() == ["SECRET000", "SECRET001"]


def test_the_manifest_says_what_a_data_protection_officer_asks(tmp_path: Path):
    sent = crimes()
    folder = share(sent, tmp_path / "s", ["crime_ref", "occurred_from", "occurred_to", "mo"])
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (said["recipient"], said["purpose"]) == BASE
    assert said["marking"] == "OFFICIAL"
    assert (said["made"], said["expires"], said["version"]) == ("2026-12-01", "2026-12-31", 1)
    assert said["gateway"] == "ISA 12"
    assert said["regime"].startswith("Part 3 of the Data Protection Act 2018")
    assert said["discloser"] == "Force A, data protection"
    (frame,) = said["frames"]
    assert frame["rows"] == 6
    assert frame["geometry"]["crs"] == "EPSG:27700"
    assert frame["resolution"] == "day"
    assert "local civil time" in frame["date_basis"]
    assert set(frame["definitions"]) == {
        "crime_ref", "occurred_from", "occurred_to", "mo", "geometry",
    }  # fmt: skip
    files = {one["name"] for one in said["files"]}
    assert files == {"crimes.parquet", "share.gpkg", "share.xlsx", "README.txt"}
    text = (folder / "README.txt").read_text(encoding="utf-8")
    for words in ("bind nobody", "7-Zip", "AES-256", "BitLocker To Go", "age or gpg",
                  "password by another way"):  # fmt: skip
        assert words in text


def test_what_is_not_stated_is_said_first_and_loudly(tmp_path: Path):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        folder = hs.write_share(
            crimes(), tmp_path / "s", *BASE, ["crime_ref"], None, "2099-12-31", ("xlsx",)
        )
    said = "\n".join(str(one.message) for one in told)
    assert "no gateway, no regime, no discloser" in said
    assert "no protective marking" in said
    assert read_manifest(folder).handling[0].startswith("NOT READY TO LEAVE")
    assert "NOT READY TO LEAVE" in (folder / "README.txt").read_text(encoding="utf-8")
    about = openpyxl.load_workbook(folder / "share.xlsx")["About"]
    cells = [cell.value for row in about.iter_rows() for cell in row]
    assert "NOT STATED" in cells
    assert "NO MARKING GIVEN: HANDLE AS SENSITIVE" in cells
    assert len(hs.read_share(folder)) == 6  # its last day is far away by any clock


def test_other_programs_read_each_format(tmp_path: Path):
    sent = every_kind()
    folder = share(sent, tmp_path / "s", ["crime_ref", "occurred_to", "text", "maybe"])
    table = pq.read_table(folder / "crimes.parquet")
    assert table["crime_ref"].to_pylist() == sent["crime_ref"].tolist()
    assert json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["encoding"] == "WKB"
    layer = pyogrio.read_dataframe(folder / "share.gpkg", layer="crimes")
    assert layer.crs == sent.crs
    assert layer["crime_ref"].tolist() == sent["crime_ref"].tolist()
    assert (layer.geometry.x.to_numpy() == sent.geometry.x.to_numpy()).all()
    assert pd.api.types.is_datetime64_dtype(layer["occurred_to"])
    assert layer["occurred_to"].tolist() == sent["occurred_to"].tolist()
    sheet = openpyxl.load_workbook(folder / "share.xlsx")["crimes"]
    head = [cell.value for cell in sheet[1]]
    assert head == ["label", "crime_ref", "occurred_to", "text", "maybe", "point_x", "point_y"]
    cells = list(sheet.iter_rows(min_row=2))
    # Text is text to the program that reads it, and nothing is a formula or a link.
    assert {cell.data_type for row in cells for cell in row} <= {"s", "n", "d", "inlineStr"}
    assert cells[0][head.index("text")].value == "=1+1"
    assert cells[5][head.index("text")].value == "007"
    assert not sheet._hyperlinks
    assert cells[0][2].value == sent["occurred_to"].iloc[0].to_pydatetime()


def test_a_frame_alone_comes_back_alone_and_no_input_is_changed(tmp_path: Path):
    sent = every_kind()
    before = sent.copy(deep=True)
    folder = share({"mine": sent}, tmp_path / "s", ["crime_ref", "kind"])
    assert list(read(folder)) == ["mine"]
    assert_same(sent, before)


def test_equal_shares_have_one_id_and_others_have_others(tmp_path: Path):
    one, same = (read_manifest(share(crimes(), tmp_path / name)) for name in "ab")
    other = read_manifest(share(crimes().iloc[1:], tmp_path / "c"))
    assert one.share == same.share != other.share


# What is refused on reading.


def damaged(folder: Path, name: str, change: Any) -> None:
    path = folder / name
    path.write_bytes(change(path.read_bytes()))


def test_what_was_changed_missing_half_copied_or_expired_is_told_at_once(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s")
    damaged(folder, "share.xlsx", lambda b: b[: len(b) // 2])
    damaged(folder, "share.gpkg", lambda b: b[:-1] + bytes([b[-1] ^ 1]))
    (folder / "crimes.parquet").unlink()
    with pytest.raises(hs.DataError) as told:
        read(folder, "2027-01-01")
    words = "\n".join(told.value.problems)
    assert len(told.value.problems) == 4
    for part in ("expired on 2026-12-31", "crimes.parquet is missing", "copied in part",
                 "share.gpkg was changed"):  # fmt: skip
        assert part in words


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
@pytest.mark.parametrize("name", ["share.xlsx", "manifest.json"])
def test_a_link_is_no_file_of_a_share(tmp_path: Path, name: str):
    folder = share(crimes(), tmp_path / "s", formats=["xlsx"])
    (folder / name).rename(tmp_path / name)
    (folder / name).symlink_to(tmp_path / name)
    with pytest.raises(hs.DataError, match=r"is missing|holds no"):
        read(folder)


def test_the_last_day_is_included(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s")
    assert len(read(folder, "2026-12-31")) == 6
    with pytest.raises(hs.DataError, match="expired"):
        read(folder, "2027-01-01")


@pytest.mark.parametrize(("key", "value"), [("expires", "2099-01-01"), ("purpose", "else")])
def test_a_manifest_that_was_changed_is_refused(tmp_path: Path, key: str, value: str):
    folder = share(crimes(), tmp_path / "s")
    path = folder / "manifest.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**said, key: value}), encoding="utf-8")
    with pytest.raises(hs.DataError, match="changed"):
        read(folder)


def test_a_manifest_that_says_something_twice_is_refused(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s", formats=["xlsx"])
    path = folder / "manifest.json"
    said = path.read_text(encoding="utf-8")
    # The last of two is what counts, and the first what a person reads.
    path.write_text(said.replace('"expires"', '"expires": "2099-01-01",\n "expires"', 1), "utf-8")
    with pytest.raises(hs.DataError, match="more than once"):
        read(folder)


def test_a_manifest_of_more_rows_than_a_sheet_has_is_refused(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s", formats=["xlsx"])
    resealed(folder, lambda m: m["frames"][0].update(rows=1_048_576))
    with pytest.raises(hs.DataError, match="the manifest says 1,048,576"):
        read(folder)


def test_a_manifest_names_each_column_once(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s", ["crime_ref", "mo"], formats=["geoparquet"])
    resealed(folder, lambda m: m["frames"][0]["columns"].append(m["frames"][0]["columns"][0]))
    with pytest.raises(hs.DataError, match="each once"):
        read(folder)


def resealed(folder: Path, change: Any) -> None:
    """Change a manifest as somebody would who knows how its digest is made."""
    manifest = read_manifest(folder).model_dump(mode="json")
    change(manifest)
    import hashlib

    said = {key: value for key, value in manifest.items() if key != "digest"}
    manifest["digest"] = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


HOSTILE_MANIFESTS: dict[str, Any] = {
    "above": lambda m: m["files"][0].update(name="../crimes.parquet"),
    "absolute": lambda m: m["files"][0].update(name="/etc/passwd"),
    "drive": lambda m: m["files"][0].update(name="C:\\x.parquet"),
    "device": lambda m: m["files"][0].update(name="."),
    "negative": lambda m: m["frames"][0].update(rows=-1),
    "huge": lambda m: m["frames"][0].update(rows=10**15),
    "text": lambda m: m["frames"][0].update(rows="6"),
    "range": lambda m: m["frames"][0]["index"].update(range=[0, 10**18, 1]),
    "step": lambda m: m["frames"][0]["index"].update(range=[0, 6, 0]),
    "dtype": lambda m: m["frames"][0]["columns"][0].update(dtype="object]; import os"),
    "crs": lambda m: m["frames"][0]["geometry"].update(crs="nonsense"),
    "kind": lambda m: m["frames"][0]["columns"][0].update(kind="number", dtype="float64"),
    "column": lambda m: m["frames"][0]["columns"][0].update(name="other"),
    "order": lambda m: m["frames"][0].update(order=["x"]),
    "more": lambda m: m.update(evil=1),
    "none": lambda m: m.update(frames=[]),
    "nobody": lambda m: m["files"][0].update(frame="other"),
    "frame": lambda m: m["frames"][0].update(name="../x"),
    "categories": lambda m: m["frames"][0]["columns"][0].update(categories=["z"]),
    "layout": lambda m: m.update(layout=2),
}


@pytest.mark.parametrize("name", HOSTILE_MANIFESTS)
def test_a_hostile_manifest_is_refused_in_a_sentence(tmp_path: Path, name: str):
    folder = share(crimes(), tmp_path / "s", formats=["geoparquet"])
    resealed(folder, HOSTILE_MANIFESTS[name])
    with pytest.raises(hs.DataError) as told:
        read(folder)
    assert len(str(told.value)) < 500


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"a": NaN}', "\0", '"x"', "[" * 100_000, '{"product": 1}']
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str):
    folder = share(crimes(), tmp_path / "s", formats=["xlsx"])
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(hs.DataError, match=r"manifest\.json"):
        read(folder)


def test_what_is_no_share_is_refused(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s", formats=["xlsx"])
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
    for place, words in (
        (Path(archive), "Unpack"), (tmp_path / "nowhere", "no folder"), (tmp_path, "no manifest"),
        (folder / "share.xlsx", "a share is a folder"),
    ):  # fmt: skip
        with pytest.raises(hs.DataError, match=words):
            read(place)


@pytest.mark.parametrize("layout", ["geoparquet", "gpkg", "xlsx"])
def test_files_that_are_not_what_the_manifest_says_are_refused(tmp_path: Path, layout: str):
    folder = share(crimes(), tmp_path / "s", formats=[layout])
    other = share(crimes(4), tmp_path / "o", ["area"], formats=[layout])
    name = read_manifest(folder).files[0].name
    shutil.copy(other / name, folder / name)
    told = read_manifest(other).files[0].model_dump()
    resealed(folder, lambda m: m["files"].__setitem__(0, told))
    with pytest.raises(hs.DataError):
        read(folder)


# What is refused on writing.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"recipient": " "}, "recipient"),
        ({"purpose": None}, "purpose"),
        ({"fields": "crime_ref"}, "list"),
        ({"fields": ["crime_ref", "nothing"]}, "nothing is in no frame"),
        ({"fields": []}, "No field"),
        ({"fields": {"others": ["mo"]}}, "no such frame"),
        ({"formats": ["shp"]}, "formats"),
        ({"formats": []}, "formats"),
        ({"level": "house"}, "level"),
        ({"regime": "GDPR"}, "regime"),
        ({"expires": "31/12/2026"}, "year first"),
    ],
)
def test_a_wrong_argument_is_told(tmp_path: Path, change: dict[str, Any], words: str):
    given_ = {"recipient": "B", "purpose": "p", "fields": ["crime_ref"], "marking": "OFFICIAL",
              "expires": "2026-12-31", **TERMS, **change}  # fmt: skip
    with pytest.raises(hs.ConfigError, match=words):
        hs.write_share(crimes(), tmp_path / "s", **given_)
    assert not (tmp_path / "s").exists()


def test_frames_that_cannot_come_back_are_told_at_once(tmp_path: Path):
    sent = crimes()
    sent["lists"] = [[1]] * len(sent)
    sent["mixed"] = [1, "a"] * 3
    sent["broken"] = pd.Series(["a\ud800"] * len(sent), dtype=object)
    with pytest.raises(hs.DataError) as told:
        share(sent, tmp_path / "s", ["lists", "mixed", "broken"])
    assert len(told.value.problems) == 3
    high = crimes()
    high.geometry = shapely.force_3d(high.geometry.to_numpy(), 4.0)
    with pytest.raises(hs.DataError, match="heights"):
        share(high, tmp_path / "s")
    with pytest.raises(hs.DataError, match="no CRS"):
        share(crimes().set_crs(None, allow_override=True), tmp_path / "s")
    with pytest.raises(hs.DataError, match="has 201 letters"):
        share(crimes().assign(**{"x" * 201: "a"}), tmp_path / "s", ["x" * 201])
    with pytest.raises(hs.DataError, match="more than a cell holds"):
        share(crimes().assign(long="x" * 40_000), tmp_path / "s", ["long"])


def test_persons_do_not_go(tmp_path: Path):
    sent = crimes()
    sent["Victim Name"] = ["Jane Doe"] * len(sent)
    with pytest.raises(hs.ConfigError, match="names a person"):
        share(sent, tmp_path / "s", ["crime_ref", "Victim Name"])


def test_labels_that_repeat_what_was_not_chosen_are_refused(tmp_path: Path):
    with pytest.raises(hs.ConfigError, match="repeat 'address'"):
        share(crimes().set_index("address", drop=False).rename_axis(None), tmp_path / "s")


def test_a_folder_that_is_taken_is_left_as_it_was(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(hs.OutputError, match="not empty"):
        share(crimes(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    folder = share(crimes(), tmp_path / "s")
    with pytest.raises(hs.OutputError, match="not empty"):
        share(crimes(), folder)
    assert len(read(folder)) == 6
    with pytest.raises(hs.OutputError, match="a file of that name"):
        share(crimes(), tmp_path / "mine.txt")
    (tmp_path / "empty").mkdir()
    assert len(read(share(crimes(), tmp_path / "empty"))) == 6


def test_a_share_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "_write_through", fail)
    with pytest.raises(hs.OutputError, match="No space left"):
        share(crimes(), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


# Levels of detail and the stop list.


def streets() -> gpd.GeoDataFrame:
    lines = [
        shapely.LineString([(640_000, 370_000), (640_100, 370_000)]),
        shapely.LineString([(640_100, 370_000), (640_300, 370_000)]),
        shapely.LineString([(640_000, 370_050), (640_200, 370_050)]),
    ]
    names = ["Low Road", "Low Road", "High Street"]
    return gpd.GeoDataFrame({"street": names}, geometry=lines, crs=27700)


def homes(low_road: int = 12, high_street: int = 12, **more: Any) -> gpd.GeoDataFrame:
    """Return homes along the two streets, one to ten metres from the middle of the road."""
    rows = [("Low Road", 370_004.0, k) for k in range(low_road)]
    rows += [("High Street", 370_046.0, k) for k in range(high_street)]
    names, y, number = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "uprn": [f"{k:012d}" for k in range(len(rows))],
            "address": [f"{k + 1} {name}, Doggerby" for name, k in zip(names, number, strict=True)],
            **more,
        },
        geometry=gpd.points_from_xy([640_005 + 9.0 * k for k in number], y),
        crs=27700,
    )


def street_share(sent: gpd.GeoDataFrame, folder: Path, fields: Any, **more: Any) -> Path:
    """Write a share at street, and look that it says what it withheld."""
    around = {"streets": streets(), "addresses": homes(), **more}
    return share(sent, folder, fields, level="street", **around)


@pytest.mark.parametrize("number", [1, 7, 8])
def test_a_street_with_few_homes_is_not_told(tmp_path: Path, number: int):
    sent = crimes().assign(street="Low Road")
    sent.loc[0, ["address", "street"]] = ["12 High Street, Doggerby", "High Street"]
    few = number < 8
    told = pytest.warns(hs.DataWarning, match="1 crime on streets with fewer than 8 homes")
    with told if few else warnings.catch_warnings():
        folder = street_share(sent, tmp_path / "s", ["crime_ref", "address", "street", "area"],
                              addresses=homes(high_street=number))  # fmt: skip
    back = read(folder)
    assert back.geometry.isna().tolist() == [few, *[False] * 5]
    assert back["address"].isna().tolist() == back["street"].isna().tolist() == [few, *[False] * 5]
    assert back["area"].tolist() == ["Sandhills"] * 6  # which is all that tells where
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    assert (b"High Street" in whole) != few
    said = read_manifest(folder).frames[0].definitions
    for name in ("address", "geometry"):
        assert "none where the street has fewer than 8 homes" in said[name]


def test_buildings_and_shops_are_no_homes_of_a_street(tmp_path: Path):
    # Eight rows, of which one is the building of two others, and one a shop.
    built = homes(high_street=8)
    built["parent_uprn"] = [*[None] * 13, *[built["uprn"][12]] * 2, *[None] * 5]
    built["classification"] = [*["RD04"] * 19, "CR08"]
    sent = crimes().assign(address="5 High Street, Doggerby")
    with pytest.warns(hs.DataWarning, match="6 crimes on streets"):
        street_share(sent, tmp_path / "s", ["crime_ref"], addresses=built)


def test_each_piece_of_a_street_has_its_own_homes(tmp_path: Path):
    far = streets()
    far.loc[2, "geometry"] = shapely.LineString([(640_150, 370_200), (640_200, 370_200)])
    far.loc[2, "street"] = "Low Road"
    sent = crimes().assign(address=None)
    sent.loc[0, "geometry"] = shapely.Point(640_180, 370_190)
    with pytest.warns(hs.DataWarning, match="1 crime on streets"):
        folder = street_share(sent, tmp_path / "s", ["crime_ref"], streets=far,
                              addresses=homes(high_street=1))  # fmt: skip
    assert read(folder).geometry.isna().tolist() == [True, *[False] * 5]


def test_an_area_with_few_homes_is_not_told(tmp_path: Path):
    sent = crimes().assign(area=["Hamlet", "Sandhills", "Sandhills", None, "Sandhills", "Nowhere"])
    built = homes(area=["HAMLET"] * 7 + ["Sandhills"] * 17)
    with pytest.warns(hs.DataWarning, match="2 crimes in areas with fewer than 8 homes"):
        folder = share(sent, tmp_path / "s", ["crime_ref", "area"], level="area", addresses=built)
    assert read(folder)["area"].fillna("").tolist() == [
        "", "Sandhills", "Sandhills", "", "Sandhills", "",
    ]  # fmt: skip
    assert "fewer than 8 homes" in read_manifest(folder).frames[0].definitions["area"]
    assert all(b"Hamlet" not in path.read_bytes() for path in folder.iterdir())
    # A street whose homes lie in two areas has in each its own; without an area all are meant.
    two = homes(area=["Hamlet"] * 4 + ["Sandhills"] * 8 + ["Hamlet"] * 12)
    with pytest.warns(hs.DataWarning) as told:
        folder = street_share(sent, tmp_path / "t", ["crime_ref", "area"], addresses=two)
    assert [str(one.message).split(" with")[0] for one in told] == [
        "crimes: 2 crimes on streets", "crimes: 1 crime in areas",
    ]  # fmt: skip
    back = read(folder)
    assert back.geometry.isna().tolist() == [True, False, False, False, False, True]
    assert back["area"].tolist()[0] == "Hamlet"
    # Without the area of each home nobody has counted them, and the manifest says so.
    folder = share(sent, tmp_path / "u", ["crime_ref", "area"], level="area", addresses=homes())
    assert read(folder)["area"].tolist() == sent["area"].tolist()
    assert "was not counted" in read_manifest(folder).frames[0].definitions["area"]


def test_at_street_a_crime_is_in_the_middle_of_the_street_it_names(tmp_path: Path):
    sent = crimes()
    sent.loc[0, "address"] = "12 High Street, Doggerby"
    sent.loc[1, "address"] = None
    folder = street_share(sent, tmp_path / "s", ["crime_ref", "address"])
    back = read(folder)
    assert back["address"].tolist()[0] == "High Street"
    assert back["address"].tolist()[2:] == ["Low Road"] * 4
    # The two pieces of Low Road are one street, 300 m long.
    assert back.geometry.iloc[3].equals(shapely.Point(640_150, 370_000))
    assert back.geometry.iloc[0].equals(shapely.Point(640_100, 370_050))
    whole = (folder / "share.gpkg").read_bytes() + (folder / "README.txt").read_bytes()
    assert b"12 High" not in whole
    assert "not where it happened" in read_manifest(folder).frames[0].definitions["geometry"]


@pytest.mark.parametrize("level", ["street", "area"])
@pytest.mark.parametrize(
    "field", ["uprn", "postcode", "easting", "Grid North", "metres", "where", "location"]
)
def test_a_lower_level_takes_no_field_that_tells_the_home(tmp_path: Path, level: str, field: str):
    sent = crimes()
    sent[field] = {"metres": sent.geometry.x.round(1), "where": "at " + sent["address"]}.get(
        field, sent["uprn"]
    )
    with pytest.raises(hs.ConfigError, match=field):
        share(sent, tmp_path / "s", ["area", field], level=level, streets=streets(),
              addresses=homes())  # fmt: skip


def test_at_area_no_place_goes(tmp_path: Path):
    folder = share(crimes(), tmp_path / "s", ["crime_ref", "area"], level="area")
    back = read(folder)
    assert type(back) is pd.DataFrame
    assert list(back.columns) == ["crime_ref", "area"]
    assert "geometry" not in pq.read_schema(folder / "crimes.parquet").names
    with closing(sqlite3.connect(folder / "share.gpkg")) as file:
        assert file.execute("SELECT data_type FROM gpkg_contents").fetchall() == [("attributes",)]
    for field in ("address", "street"):
        with pytest.raises(hs.ConfigError, match=field):
            share(crimes().assign(street="Low Road"), tmp_path / "t", ["area", field],
                  level="area")  # fmt: skip
    with pytest.raises(hs.ConfigError, match="must have area"):
        share(crimes(), tmp_path / "t", ["crime_ref"], level="area")


def test_far_from_every_street_is_not_guessed(tmp_path: Path):
    sent = crimes()
    sent.loc[2, "geometry"] = shapely.Point(650_000, 370_000)
    with pytest.raises(hs.DataError, match="1 crime lie more than 250 m"):
        street_share(sent, tmp_path / "s", ["crime_ref"])
    for missing in ("streets", "addresses"):
        with pytest.raises(hs.DataError, match=f"needs {missing}"):
            street_share(crimes(), tmp_path / "s", ["crime_ref"], **{missing: None})


@pytest.mark.parametrize("level", ["full", "street", "area"])
def test_the_stop_list_holds_at_every_level_and_cannot_be_worked_out(tmp_path: Path, level: str):
    sent = crimes().assign(crime_ref=[f"DG/26/00{k}" for k in range(6)])
    sent["linked"] = ["DG/26/003", "see DG/26/003 too", *[None] * 4]
    sent.index = pd.Index(range(10, 16), name="row")
    fields = ["crime_ref", "linked", "area"]
    more = {"level": level, "streets": streets(), "addresses": homes()}
    stop = ["dg/26/003", f"0{4:011d}"]
    folder = share(sent, tmp_path / "s", fields, exclude=stop, **more)
    back = read(folder)
    assert back["crime_ref"].tolist() == [f"DG/26/00{k}" for k in (0, 1, 2, 5)]
    # No gap among the labels, no reference in another text, no count of the whole, no hash of it.
    assert back.index.tolist() == [0, 1, 2, 3]
    assert back["linked"].tolist()[:2] == ["(withheld)", "see (withheld) too"]
    whole = b"".join(path.read_bytes() for path in folder.iterdir()).lower()
    for told in (b"dg/26/003", b"dg/26/004", b"0000000004"):
        assert told not in whole
    # The same crimes with the same list that hides none of them: every file is alike but in names.
    visible = share(sent.drop([13, 14]).assign(
        linked=["(withheld)", "see (withheld) too", None, None]), tmp_path / "t", fields,
        exclude=stop, exclude_may_match_nothing=True, **more)  # fmt: skip
    one, other = (json.loads((f / "manifest.json").read_text("utf-8")) for f in (folder, visible))
    assert one["share"] == other["share"]
    assert one["frames"] == other["frames"]
    assert one["handling"] == other["handling"]


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_a_short_entry_takes_the_whole_text_with_it(tmp_path: Path, dtype: str):
    sent = crimes().assign(crime_ref=[f"C/{k}" for k in range(6)])
    texts = ["see c/3", "C/31", None, "the listed", "no 3", "C/3, C/1"]
    sent["note"] = pd.Series(texts, dtype=dtype)
    fields = ["crime_ref", "note", "address"]
    with pytest.warns(hs.DataWarning, match="2 texts of 'note' had an entry of the stop list"):
        folder = share(sent, tmp_path / "s", fields, exclude=["C/3"])
    back = read(folder)
    assert back["note"].isna().tolist() == [False, False, True, False, False]
    assert back["note"].dropna().tolist() == ["(withheld)", "C/31", "no 3", "(withheld)"]
    assert back["crime_ref"].tolist() == ["C/0", "C/1", "C/2", "C/4", "C/5"]
    assert all(b"c/3," not in path.read_bytes().lower() for path in folder.iterdir())
    # By subtraction: as of crimes that never had it, and no number of texts is told to anybody.
    never = sent.drop(3).assign(note=pd.Series(
        ["(withheld)", "C/31", None, "no 3", "(withheld)"], index=[0, 1, 2, 4, 5], dtype=dtype
    ))  # fmt: skip
    other = share(never, tmp_path / "t", fields, exclude=["C/3"], exclude_may_match_nothing=True)
    one, two = read_manifest(folder), read_manifest(other)
    assert (one.share, one.frames, one.handling) == (two.share, two.frames, two.handling)


def test_a_number_of_the_stop_list_is_refused_in_a_column_of_numbers(tmp_path: Path):
    sent = crimes().assign(crime_ref=[f"{123_450 + k}" for k in range(6)])
    sent["linked"] = pd.array([123_453, None, 1, 2, 123_450, 3], dtype="Int64")
    with pytest.raises(hs.DataError, match=r"'linked' holds 1 number of the stop list \(row 0\)"):
        share(sent, tmp_path / "s", ["crime_ref", "linked"], exclude=["123453"])


def test_a_reference_that_holds_an_entry_is_another_reference(tmp_path: Path):
    sent = crimes().assign(crime_ref=["000178", "SP/000178/21", *"abcd"])
    folder = share(sent, tmp_path / "s", ["crime_ref"], exclude=["000178"])
    assert read(folder)["crime_ref"].tolist() == ["SP/000178/21", *"abcd"]


def test_a_stop_list_of_another_data_set_is_refused(tmp_path: Path):
    with pytest.raises(hs.ConfigError, match="Nothing on the stop list"):
        share(crimes(), tmp_path / "s", exclude=["999"])


def test_sentences_among_the_methods_are_told(tmp_path: Path):
    sent = crimes()
    sent.loc[0, "mo"] = "Suspect known as J. Smith forced the rear door of the home"
    with pytest.warns(hs.DataWarning, match="goes to the recipient: read it for names first"):
        share(sent, tmp_path / "s", ["mo"])
    with pytest.raises(hs.ConfigError, match="sentences"), warnings.catch_warnings():
        share(sent, tmp_path / "t", ["area", "mo"], level="area")


def test_a_label_that_is_on_the_stop_list_hides_its_row(tmp_path: Path):
    sent = crimes().drop(columns=["crime_ref", "uprn"])
    sent.index = pd.Index([f"DG/26/00{k}" for k in range(6)])
    folder = share(sent, tmp_path / "s", ["mo"], formats=["xlsx"], exclude=["dg/26/003"],
                   exclude_may_match_nothing=True)  # fmt: skip
    assert read(folder).index.tolist() == [0, 1, 2, 3, 4]
