"""Fixes of patrols that are none: no position, no time, no unit, a person, a GPX that wants more."""

# A case a line, so that a family can be read down.
# fmt: off

from collections.abc import Callable
from pathlib import Path

from tests.hostile.bytes_of import data, text
from tests.hostile.case import EITHER, Answer, Family, refused, used

FIXES = Family("fixes", "read_patrols {in}/fixes.csv")
GPX = Family("gpx", "read_patrols {in}/fixes.gpx")
_HEAD = "unit,time,E,N,accuracy\n"


def fixes(*bad: str, good: int = 3, head: str = _HEAD) -> Callable[[Path], object]:
    """Return what writes good fixes a minute apart, and then bad ones."""
    rows = [f"U1,2026-03-02 10:{n:02d}:00,{451000 + 20 * n},340000,5" for n in range(good)]
    return text(head + "".join(row + "\n" for row in [*rows, *bad]), "fixes.csv")


def one(slug: str, row: str, *wanted: Answer) -> None:
    """Add a bad fix among good ones: left out and told, where nothing else is wanted."""
    FIXES.add(slug, fixes(row), *(wanted or (used(3),)))


one("at-0-0", "U1,2026-03-02 11:00:00,0,0,5", used(3, 0, "without a position"))
one("at-a-hair-of-0-0", "U1,2026-03-02 11:00:00,0.00001,0.00001,5")
one("at-nan", "U1,2026-03-02 11:00:00,nan,nan,5")
one("at-infinity", "U1,2026-03-02 11:00:00,inf,-inf,5")
one("at-1e300", "U1,2026-03-02 11:00:00,1e300,1e300,5")
one("nowhere", "U1,2026-03-02 11:00:00,,,5")
one("in-words", "U1,2026-03-02 11:00:00,here,there,5")
one("in-another-country", "U1,2026-03-02 11:00:00,9999999,9999999,5")
one("in-9999", "U1,9999-12-31 23:59:59,451000,340000,5")
one("in-year-1", "U1,0001-01-01 00:00:00,451000,340000,5")
one("in-2199", "U1,2199-01-01 10:00:00,451000,340000,5")
one("in-99999", "U1,99999-01-01 10:00:00,451000,340000,5")
one("at-25-hours", "U1,2026-03-02 25:61:61,451000,340000,5")
one("at-no-time", "U1,,451000,340000,5")
one("on-a-day", "U1,2026-03-02,451000,340000,5")
one("at-a-number", "U1,1e308,451000,340000,5")
one("at-an-hour-that-was-skipped", "U1,2026-03-29 01:30:00,451000,340000,5", used(3, 0, "no clock showed"))
one("at-an-hour-shown-twice", "U1,2025-10-26 01:30:00,451000,340000,5", used(3, 0, "twice"))
one("accuracy-1e9", "U1,2026-03-02 11:00:00,451000,340000,1000000000", used(3, 0, "worse than 200 m"))
one("accuracy-infinity", "U1,2026-03-02 11:00:00,451000,340000,inf")
one("accuracy-nan", "U1,2026-03-02 11:00:00,451000,340000,nan", used(4))
one("accuracy-below-0", "U1,2026-03-02 11:00:00,451000,340000,-5", used(4, 0, "that cannot be"))
one("accuracy-in-words", "U1,2026-03-02 11:00:00,451000,340000,good", used(4))
one("no-unit", ",2026-03-02 11:00:00,451000,340000,5")
one("a-person", "Jane Smith,2026-03-02 11:00:00,451000,340000,5", used(3, 0, "reads like a person"))
one("a-collar-number", "PC 1234,2026-03-02 11:00:00,451000,340000,5", used(3, 0, "reads like a person"))
one("an-email", "jane@doggerby.police.uk,2026-03-02 11:00:00,451000,340000,5", refused("no person goes in"))
one("unit-with-escape", "U\x1b[2J,2026-03-02 11:00:00,451000,340000,5", used(4), used(3))
one("unit-with-formula", "=1+1,2026-03-02 11:00:00,451000,340000,5", used(4), used(3))
one("unit-very-long", "U" * 100_000 + ",2026-03-02 11:00:00,451000,340000,5", used(4), used(3))
one("repeated", "U1,2026-03-02 10:00:00,451000,340000,5", used(3, 0, "repeated fix"))
one("two-places-at-once", "U1,2026-03-02 10:00:00,451500,340000,9", used(3, 0, "elsewhere at that second"))
one("60-metres-a-second", "U1,2026-03-02 10:00:01,459000,340000,5", used(3, 0, "a jump"))
one("too-few-cells", "U1,2026-03-02 11:00:00", used(3), used(4))
one("too-many-cells", "U1,2026-03-02 11:00:00,451000,340000,5,6,7,8", used(3), used(4))
FIXES.add("one-fix", fixes(good=1), used(1))
FIXES.add("none", fixes(good=0), refused("no row"))
FIXES.add("empty", text("", "fixes.csv"), refused("empty"))
FIXES.add("all-at-0-0", fixes("U1,2026-03-02 11:00:00,0,0,5", good=0), refused("No row"))
FIXES.add("all-at-one-second", fixes(*["U1,2026-03-02 11:00:00,451000,340000,5"] * 500, good=0), used(1))
FIXES.add("no-heading-of-a-unit", fixes(head="who,time,E,N,accuracy\n"), refused("the unit"))
FIXES.add("officers", fixes(head="Officer,time,E,N,accuracy\n"), refused("the unit"), refused("no person goes in"))
FIXES.add("noise", data(bytes(range(256)) * 40, "fixes.csv"), refused())
FIXES.add("ten-thousand-units", text(lambda: _HEAD + "".join(f"U{n},2026-03-02 10:00:00,451000,340000,5\n" for n in range(10_000)), "fixes.csv"), used(10_000), heavy=True)


def gpx(slug: str, content: str, *wanted: Answer) -> None:
    """Add a GPX; refused where nothing else is wanted."""
    GPX.add(slug, text(content, "fixes.gpx"), *(wanted or (refused(),)))


def points(*inside: str) -> str:
    """Return a GPX of a track with points."""
    return f'<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>U1</name><trkseg>{"".join(inside)}</trkseg></trk></gpx>'


_GOOD = '<trkpt lat="52.9" lon="-1.2"><time>2026-03-02T10:00:00Z</time></trkpt>'
_ENTITIES = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
gpx("billion-laughs", f'<!DOCTYPE gpx [<!ENTITY a0 "ha">{_ENTITIES}]><gpx><trk><name>&a12;</name></trk></gpx>', refused("document type"))
gpx("quadratic", f'<!DOCTYPE gpx [<!ENTITY a "{"x" * 100_000}">]><gpx><trk><name>{"&a;" * 10_000}</name></trk></gpx>', refused("document type"))
gpx("external-entity", '<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/passwd">]><gpx><trk><name>&a;</name></trk></gpx>', refused("document type"))
gpx("external-dtd", '<!DOCTYPE gpx SYSTEM "http://127.0.0.1:9/gpx.dtd"><gpx/>', refused("document type"))
gpx("parameter-entity", '<!DOCTYPE gpx [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a">%a;]><gpx/>', refused("document type"))
gpx("schema-elsewhere", points(_GOOD).replace("<trk>", '<metadata xsi:schemaLocation="http://127.0.0.1:9/a" xmlns:xsi="x"/><trk>'), used(1))
gpx("link-elsewhere", points(_GOOD).replace("<name>", '<link href="http://127.0.0.1:9/"/><name>'), used(1))
gpx("style-sheet", points(_GOOD).replace("?><gpx", '?><?xml-stylesheet href="http://127.0.0.1:9/a.xsl"?><gpx'), used(1))
gpx("unknown-entity", points(_GOOD, "&nothing;"))
gpx("cut-off", points(_GOOD)[:-20])
gpx("nested-deep", "<gpx>" + "<a>" * 200_000)
gpx("no-root", "")
gpx("kml", "<kml/>", refused("no GPX"))
gpx("html", "<html><body>Sign in</body></html>", refused())
gpx("csv", "unit,time,E,N\nU1,2026-03-02 10:00,451000,340000\n", refused())
gpx("no-track", "<gpx/>", refused("no row"))
gpx("waypoints-alone", '<gpx><wpt lat="52.9" lon="-1.2"><time>2026-03-02T10:00:00Z</time></wpt></gpx>', refused("no row"))
gpx("place-in-words", points(_GOOD, '<trkpt lat="north" lon="west"/>'), used(1))
gpx("place-missing", points(_GOOD, "<trkpt/>"), used(1))
gpx("place-nan", points(_GOOD, '<trkpt lat="nan" lon="nan"><time>2026-03-02T10:01:00Z</time></trkpt>'), used(1))
gpx("place-1e300", points(_GOOD, '<trkpt lat="1e300" lon="1e300"><time>2026-03-02T10:01:00Z</time></trkpt>'), used(1), refused())
gpx("place-at-0-0", points(_GOOD, '<trkpt lat="0" lon="0"><time>2026-03-02T10:01:00Z</time></trkpt>'), used(1, 0, "without a position"))
gpx("time-in-words", points(_GOOD, '<trkpt lat="52.9" lon="-1.2"><time>noon</time></trkpt>'), used(1))
gpx("time-9999", points(_GOOD, '<trkpt lat="52.9" lon="-1.2"><time>9999-12-31T23:59:59Z</time></trkpt>'), used(1))
gpx("time-missing", points(_GOOD, '<trkpt lat="52.9" lon="-1.2"/>'), used(1))
gpx("time-of-megabytes", points(_GOOD, f'<trkpt lat="52.9" lon="-1.2"><time>{"9" * 5_000_000}</time></trkpt>'), used(1))
gpx("named-after-a-person", points(_GOOD).replace("U1", "Jane Smith"), refused("no person goes in"))
gpx("named-with-escape", points(_GOOD).replace("U1", "U&#27;[2J"), *(refused(),))
gpx("named-for-megabytes", points(_GOOD).replace("U1", "U" * 5_000_000), used(1))
GPX.add("utf-16", text(points(_GOOD).replace('"1.0"', '"1.0" encoding="utf-16"'), "fixes.gpx", "utf-16"), used(1), refused())
GPX.add("unknown-encoding", text(points(_GOOD).replace('"1.0"', '"1.0" encoding="klingon"'), "fixes.gpx"), refused())
GPX.add("noise", data(bytes(range(256)) * 40, "fixes.gpx"), refused())
GPX.add("zeros", data(bytes(100_000), "fixes.gpx"), refused())
GPX.add("as-burglaries", text(points(_GOOD), "fixes.gpx"), EITHER, command="check {in}/fixes.gpx")
GPX.add("as-areas", text(points(_GOOD), "fixes.gpx"), refused(), command="read_areas {in}/fixes.gpx")
