"""Files of rules: how crimes are scored, whose ground is whose, and of which type an offence is."""

# A case a line, so that a family can be read down.
# fmt: off

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hostile.bytes_of import data, lines, text
from tests.hostile.case import Answer, Family, done, refused, site, used

RULES = Family("scoring-rules", "read_rule {in}/rule.toml")
GROUNDS = Family("grounds", "merge_forces {in}/forces.geojson")
BATCHES = Family("batches", "write_batch {in}/crimes.csv")


def read_rule(path: str) -> Any:
    """Read a rule of scores, and return its parts."""
    from hotspot.worth import ScoringRule

    return ScoringRule.read(path).parts


@functools.cache
def _crimes(force: str) -> Any:
    import geopandas as gpd
    import pandas as pd

    times = pd.to_datetime(["2026-01-01 10:00"] * 3)
    return gpd.GeoDataFrame(
        {"crime_ref": [f"{force}{k}" for k in range(3)], "occurred_from": times, "occurred_to": times, "force": force},
        geometry=gpd.points_from_xy([450_000 + 400 * k for k in range(3)], [340_000] * 3), crs="EPSG:27700",
    )


def merge_forces(path: str) -> Any:
    """Merge three crimes of each of two forces by the ground of each."""
    from hotspot.sharing import merge_forces as merge

    return merge(_crimes("A"), _crimes("B"), path).crimes


def write_batch(path: str, *more: str) -> Any:
    """Write a batch for matching, with types and a column of text where they are given."""
    import hotspot as hs

    crimes = hs.read_incidents(path, keep=["Note"]) if "text" in more else hs.read_incidents(path)
    types = json.loads(more[0]) if more and more[0] != "text" else "BIAD"
    return hs.write_crime_matching(crimes, "batch.csv", "Kent", "2026-03-02", types=types, text="Note" if "text" in more else None).sent


# Scores
GOOD = "threshold = 50\n[offence]\nhomes = 40\n[repeat]\npoints = 20\n"


def rule(slug: str, content: str | bytes, *wanted: Answer, heavy: bool = False) -> None:
    """Add a rule; refused where nothing else is wanted."""
    told = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    RULES.add(slug, data(told, "rule.toml"), *(wanted or (refused(),)), heavy=heavy)


rule("good", GOOD, used(2))
for _slug, _content in {
    "empty": b"", "no-toml": b"threshold: 50", "json": b'{"threshold": 50}', "utf-16": GOOD.encode("utf-16"), "latin-1": (GOOD + "# \u00e9").encode("latin-1"), "noise": bytes(range(256)) * 20,
    "nul": GOOD.encode() + b"\0", "cut": GOOD[:-6].encode(), "deep": b"a = " + b"[" * 100_000, "deep-tables": b"[a" + b".a" * 20_000 + b"]\n",
}.items():
    rule(_slug, _content)
rule("with-a-bom", "\ufeff" + GOOD, used(2), refused())
rule("twice", GOOD + GOOD)
rule("comment-of-10-mb", GOOD + "# " + "x" * 10_000_000 + "\n", used(2), refused())
for _slug, _value in {
    "text": '"50"', "nan": "nan", "infinite": "inf", "float": "50.0", "below-0": "-50", "1e30": "1" + "0" * 30, "truth": "true", "list": "[50]", "day": "2026-01-01", "formula": '"=1+1"', "digits-of-a-mile": "9" * 100_000,
}.items():
    rule(f"threshold-{_slug}", GOOD.replace("50", _value))
    rule(f"points-{_slug}", GOOD.replace("20", _value))
    rule(f"offence-{_slug}", GOOD.replace("40", _value))
rule("offence-that-is-none", GOOD.replace("homes", '"\\u001b[2J"'), used(2))
rule("offence-of-100-kb", GOOD.replace("homes", '"' + "x" * 100_000 + '"'), used(2))
rule("offences-1e5", GOOD.replace("homes = 40", "\n".join(f'"X{k}" = 1' for k in range(100_000))), refused(), used(2), heavy=True)
rule("offence-that-runs", GOOD.replace("homes", '"__import__(\'os\')"'), used(2))
rule("column-of-a-person", GOOD + '[extra]\ncolumn = "Victim Name"\nmost = 10\n', refused(), used(3))
rule("unknown-table", GOOD + "[evil]\na = 1\n")
rule("unknown-key-with-escape", GOOD + '"\\u001b[2J" = 1\n')
rule("table-for-a-number", "threshold = 50\n[offence.homes]\na = 1\n")
rule("number-for-a-table", "threshold = 50\noffence = 4\n")
rule("a-folder", "", refused())
RULES.add("that-is-a-folder", lambda folder: (folder / "rule.toml").mkdir(), refused())
RULES.add("that-is-not-there", lambda folder: None, refused())


# Whose ground is whose
def _box(west: float, east: float) -> list[list[list[float]]]:
    return [[[west, 52.9], [east, 52.9], [east, 53.1], [west, 53.1], [west, 52.9]]]


def _ground(force: Any, coordinates: Any, kind: str = "Polygon", key: str = "force") -> dict[str, Any]:
    return {"type": "Feature", "properties": {key: force}, "geometry": {"type": kind, "coordinates": coordinates}}


_WEST, _EAST = _box(-1.4, -1.25), _box(-1.25, -1.1)


def ground(slug: str, *grounds: dict[str, Any], wanted: tuple[Answer, ...] = (refused(),)) -> None:
    told = json.dumps({"type": "FeatureCollection", "features": grounds})
    GROUNDS.add(slug, text(told, "forces.geojson"), *wanted)


ground("good", _ground("A", _WEST), _ground("B", _EAST), wanted=(used(4),))
ground("of-one", _ground("A", _WEST), wanted=(refused("must name A and B"),))
ground("of-none")
ground("names-of-others", _ground("A", _WEST), _ground("C", _EAST), wanted=(refused("must name A and B"),))
ground("names-blank", _ground(None, _WEST), _ground("", _EAST))
ground("names-with-escape", _ground("A\x1b[2J", _WEST), _ground("\u202eB", _EAST))
ground("names-of-numbers", _ground(1, _WEST), _ground(2, _EAST))
ground("names-of-100-kb", _ground("A" * 100_000, _WEST), _ground("B", _EAST))
ground("another-column", _ground("A", _WEST, key="X"), _ground("B", _EAST, key="X"), wanted=(refused(), used(3)))
ground("bow-tie", _ground("A", [[[-1.4, 52.9], [-1.25, 53.1], [-1.25, 52.9], [-1.4, 53.1], [-1.4, 52.9]]]), _ground("B", _EAST), wanted=(used(4, 0, "mended"),))
ground("lines", _ground("A", _WEST[0], "LineString"), _ground("B", _EAST[0], "LineString"))
ground("points", _ground("A", _WEST[0][0], "Point"), _ground("B", _EAST[0][0], "Point"))
ground("of-infinity", _ground("A", [[[-1e308, -1e308], [1e308, -1e308], [1e308, 1e308], [-1e308, -1e308]]]), _ground("B", _EAST))
ground("overlapping", _ground("A", _box(-1.4, -1.1)), _ground("B", _box(-1.4, -1.1)), wanted=(used(3), refused()))
ground("of-the-other-side", _ground("A", _box(100, 101)), _ground("B", _box(101, 102)), wanted=(used(6), refused()))
ground("5000-pieces", *[_ground("AB"[k % 2], _box(-1.4 + k / 1e5, -1.4 + (k + 1) / 1e5)) for k in range(5000)], wanted=(used(6), used(3), used(4), used(5), refused()))
GROUNDS.add("noise", data(bytes(range(256)) * 40, "forces.geojson"), refused())
GROUNDS.add("empty", text("", "forces.geojson"), refused())
GROUNDS.add("nothing", lambda folder: None, refused())
GROUNDS.add("a-link-that-asks", lambda folder: text(json.dumps({"type": "Link", "href": site()}), "forces.geojson")(folder), refused())


# Batches for matching with tags
_CELLS = {"Crime Ref": "A1", "Date From": "02/02/2026 10:00", "Date To": "02/02/2026 12:00", "Easting": "623000", "Northing": "308500", "Offence": "Burglary - residential", "Note": ""}


def _rows(*changed: dict[str, str]) -> Callable[[Path], object]:
    import csv
    import io

    told = io.StringIO()
    writer = csv.DictWriter(told, list(_CELLS), lineterminator="\n")
    writer.writeheader()
    writer.writerows([*({**_CELLS, "Crime Ref": f"A{k}", "Easting": str(500_000 + k)} for k in range(3)), *({**_CELLS, "Crime Ref": "X", **one} for one in changed)])
    return text(told.getvalue(), "crimes.csv")


def batch(slug: str, change: dict[str, str], *wanted: Answer) -> None:
    """Add a crime among three good ones: it cannot go, or goes as text."""
    BATCHES.add(slug, _rows(change), *wanted, command="write_batch {in}/crimes.csv text")


batch("good", {}, used(4))
batch("reference-of-a-formula", {"Crime Ref": "=1+1"}, used(3), used(4))
batch("reference-with-a-comma", {"Crime Ref": "A,B\"C"}, used(3), used(4))
batch("reference-with-lines", {"Crime Ref": "A\nB"}, used(3), used(4))
batch("reference-with-escape", {"Crime Ref": "A\x1b[2J"}, used(3), used(4))
batch("reference-of-10-kb", {"Crime Ref": "A" * 10_000}, used(3), used(4))
batch("reference-blank", {"Crime Ref": ""}, used(3), used(4))
batch("window-of-a-year", {"Date From": "02/02/2025 10:00"}, used(3))
batch("window-to-before-from", {"Date To": "01/02/2026 10:00"}, used(3))
batch("in-9999", {"Date From": "31/12/9999 10:00", "Date To": "31/12/9999 12:00"}, used(3))
batch("at-an-hour-shown-twice", {"Date From": "26/10/2025 01:30", "Date To": "26/10/2025 01:40"}, used(3))
batch("at-an-hour-that-was-skipped", {"Date From": "29/03/2026 01:30", "Date To": "29/03/2026 01:40"}, used(3))
batch("at-midnight", {"Date From": "02/02/2026 00:00", "Date To": "02/02/2026 00:00"}, used(3), used(4))
batch("outside-of-the-grid", {"Easting": "700001"}, used(3), used(4))
for _slug, _note in {"formula": "=cmd|'/C calc'!A0", "lines": "a\r\nb\nc", "quote": '"";"', "escape": "\x1b[2J", "turned": "\u202etxt", "nul": "a\0b", "10-kb": "x" * 10_000, "emoji": "\U0001f600" * 50}.items():
    batch(f"text-with-{_slug}", {"Note": _note}, used(3), used(4))
for _slug, _types in {
    "unknown-type": '{"28E":"XX"}', "no-text": '{"28E":1}', "nothing": '{"28E":null}', "with-escape": '{"28E":"\\u001b[2J"}', "of-lists": '{"28E":[]}', "of-100-kb": json.dumps({"28E": "x" * 100_000}),
    "blank": '{"":"BIAD"}', "a-list": '["BIAD"]', "a-number": "1",
}.items():
    # Quoted for a shell, which takes it as one word.
    BATCHES.add(f"mapping-{_slug}", text(lines(3), "crimes.csv"), refused(), command="write_batch {in}/crimes.csv '" + _types + "'")
BATCHES.add("mapping-unknown-offence", text(lines(3), "crimes.csv"), done(), command="write_batch {in}/crimes.csv '" + json.dumps({"\x1b[2J no offence": "BIAD"}) + "'")
BATCHES.add("mapping-300", text(lines(3), "crimes.csv"), done(), command="write_batch {in}/crimes.csv '" + json.dumps({f"X{k}": "BIAD" for k in range(300)}) + "'")
