"""The doors: options, files that are no files, outputs on inputs, grids that would not fit."""

# A case a line, so that a family can be read down.
# fmt: off

import os

from tests.hostile.bytes_of import both, data, files, lines, text
from tests.hostile.case import Answer, Family, done, refused, used

FILES = Family("no-files", "check {in}/crimes.csv")
OPTIONS = Family("options", "check {in}/crimes.csv")
ONTO = Family("outputs-on-inputs", "check {in}/crimes.csv")
GRIDS = Family("grids", "density {in}/crimes.csv --folder out")
HOMES = Family("addresses", "read_addresses {in}/addresses.csv")
LOOK = Family("look-ups", "lookup x {in}/crimes.csv --addresses {in}/addresses.csv")
_NO = (refused(), refused(status=2))
GOOD = text(lines(20))

# What is no file
for _ending in ("csv", "xlsx", "gpkg", "geojson", "json", "parquet", "zip", "shp", "tab", "kml", "csv.gz", "ods", "txt"):
    FILES.add(f"fifo-{_ending}", lambda f, e=_ending: os.mkfifo(f / f"crimes.{e}"), *_NO, command=f"check {{in}}/crimes.{_ending}")
for _name, _target in {"null": "/dev/null", "zero": "/dev/zero", "random": "/dev/urandom", "full": "/dev/full", "terminal": "/dev/tty", "standard-input": "/dev/stdin", "environment": "/proc/self/environ", "memory": "/proc/self/mem", "maps": "/proc/kmsg", "itself": "crimes.csv", "nothing": "nothing"}.items():
    FILES.add(f"link-to-{_name}", lambda f, t=_target: (f / "crimes.csv").symlink_to(t), *_NO)
    FILES.add(f"layer-link-to-{_name}", lambda f, t=_target: (f / "crimes.gpkg").symlink_to(t if t != "crimes.csv" else "crimes.gpkg"), *_NO, command="check {in}/crimes.gpkg")
FILES.add("link-to-a-good-file", lambda f: (text(lines(20), "real.csv")(f), (f / "crimes.csv").symlink_to("real.csv")), used(20))
FILES.add("link-loop-of-two", lambda f: ((f / "crimes.csv").symlink_to("b.csv"), (f / "b.csv").symlink_to("crimes.csv")), *_NO)
FILES.add("folder-of-this-name", lambda f: (f / "crimes.csv").mkdir(), *_NO)
FILES.add("layer-folder-of-this-name", lambda f: (f / "crimes.gpkg").mkdir(), *_NO, command="check {in}/crimes.gpkg")
FILES.add("missing", lambda f: None, refused("no file"))
FILES.add("missing-layer", lambda f: None, refused("no file"), command="check {in}/crimes.gpkg")
FILES.add("named-long", lambda f: None, *_NO, command="check " + "x" * 5000 + ".csv")
FILES.add("named-long-path", lambda f: None, *_NO, command="check " + "x/" * 5000 + "a.csv")
FILES.add("named-with-escape", text(lines(20), "\x1b[2Ja.csv"), used(20), command="check {in}/\x1b[2Ja.csv")
FILES.add("named-with-escape-empty", text("", "\x1b[2Ja.csv"), *_NO, command="check {in}/\x1b[2Ja.csv")
FILES.add("named-with-escape-missing", lambda f: None, *_NO, command="check {in}/\x1b]0;owned\x07.csv")
FILES.add("named-with-c1-missing", lambda f: None, *_NO, command="check {in}/\x9b31m.csv")
FILES.add("named-with-direction-marks", text("", "\u202evsc.csv"), *_NO, command="check {in}/\u202evsc.csv")
FILES.add("named-with-line-ends", text(lines(20), "a\nb.csv"), used(20), command="check '{in}/a\nb.csv'")
FILES.add("named-with-line-ends-empty", text("", "a\nb.csv"), *_NO, command="check '{in}/a\nb.csv'")
FILES.add("named-like-an-option", text(lines(20), "--json.csv"), used(20), command="check {in}/--json.csv")
FILES.add("named-with-a-nul", lambda f: None, *_NO, command="check '{in}/a\x00b.csv'")
FILES.add("named-by-bytes-missing", lambda f: None, *_NO, command="check {in}/\udcff\udcfe.csv")
FILES.add("named-with-quotes", text(lines(20), "a'b\"c.csv"), used(20), command="""check "{in}/a'b\\"c.csv" """)
FILES.add("named-like-a-url", files({"http:/a.csv": lines(20)}), used(20), command="check {in}/http:/a.csv")
FILES.add("no-ending", text(lines(20), "crimes"), *_NO, used(20), command="check {in}/crimes")
FILES.add("unknown-ending", text(lines(20), "crimes.dat"), *_NO, command="check {in}/crimes.dat")
FILES.add("ending-alone", text(lines(20), ".csv"), *_NO, used(20), command="check {in}/.csv")
FILES.add("endings-two", text(lines(20), "crimes.csv.exe"), *_NO, command="check {in}/crimes.csv.exe")
FILES.add("pattern-of-nothing", lambda f: None, *_NO, command="check '{in}/*.csv'")
FILES.add("pattern-broken", lambda f: None, *_NO, command="check '{in}/[.csv'")
FILES.add("pattern-of-everything", files({"a.csv": lines(20), "b/c.csv": lines(20)}), used(20, 20), used(20), *_NO, command="check '{in}/**'")
FILES.add("given-twice", GOOD, used(20), used(20, 20), command="check {in}/crimes.csv {in}/crimes.csv")
FILES.add("given-200-times", GOOD, used(20), used(20, 3980), command="check " + "{in}/crimes.csv " * 200)
FILES.add("two-set-ups", files({"a.toml": "", "b.toml": ""}), *_NO, command="check {in}/a.toml {in}/b.toml")
FILES.add("output-of-ours", files({"rejected.csv": "row,column,value,reason,marking\n2,Date From,x,no date,OFFICIAL\n"}), *_NO, command="check {in}/rejected.csv")


# Options
def option(slug: str, words: str, *wanted: Answer, command: str = "check") -> None:
    """Add options on good burglaries; refused where nothing else is wanted."""
    OPTIONS.add(slug, GOOD, *(wanted or _NO), command=f"{command} {{in}}/crimes.csv {words}")


for _name, _crs in {"unknown": "EPSG:99999999", "noise": "noise", "blank": "''", "url": "http://127.0.0.1:9/", "path": "/etc/passwd", "escape": "'\x1b[2J'", "huge": "9" * 5000, "grid": "'+proj=longlat +nadgrids=http://127.0.0.1:9/a'", "pipeline": "'+proj=pipeline +step +init=/etc/passwd:a'", "nested": "[" * 20_000, "long": "x" * 100_000, "json": "'{\"type\":5}'", "moon": "IAU_2015:30100", "wkt-cut": "'PROJCS[\"a'", "vertical": "EPSG:5701"}.items():
    option(f"crs-{_name}", f"--crs {_crs}")
for _name, _day in {"noise": "noon", "blank": "''", "9999": "9999-12-31", "year-1": "0001-01-01", "huge": "9" * 5000, "ambiguous": "03/02/2026", "31-february": "2026-02-31", "nan": "nan", "nat": "NaT", "escape": "'\x1b[2J'", "before-all": "1990-01-01", "zone": "2026-02-10T10:00+01:00", "year-99999": "99999-01-01"}.items():
    option(f"as-of-{_name}", f"--as-of {_day}", *_NO, *([used(20), used(0, 20)] if _name in ("9999", "year-1", "before-all", "zone") else []))
for _name, _zone in {"noise": "Mars/Olympus", "climbs": "../../etc/passwd", "absolute": "/etc/passwd", "blank": "''", "escape": "'\x1b[2J'", "long": "x" * 50_000, "dots": "..", "folder": "Europe"}.items():
    option(f"timezone-{_name}", f"--timezone {_zone}")
for _name, _columns in {"noise": "noise", "unknown-field": "banana=Easting", "missing": "crime_ref=Nothing", "escape": "'crime_ref=\x1b[2J'", "blank": "''", "equals": "=", "many": "crime_ref=" + ",".join(f"c{n}" for n in range(2000)), "twice": "easting=Easting easting=Northing"}.items():
    option(f"columns-{_name}", f"--columns {_columns}")
option("sheet-of-a-csv", "--sheet '\x1b[2J'")
option("offence-noise", "--offence '\x1b[2Jnonsense'", *_NO, used(20), used(0, 20))
option("offence-long", "--offence " + "x" * 50_000, *_NO, used(20), used(0, 20))
option("unknown-option", "--banana", refused(status=2))
option("unknown-option-escape", "'--\x1b[2Jbanana'", refused(status=2))
option("within-missing", "--within nothing.gpkg")
option("within-null-device", "--within /dev/null")
option("within-no-user", "--within ~nosuchuser/a.gpkg")
OPTIONS.add("unknown-command", lambda f: None, refused(status=2), command="'\x1b[2Jbanana'")
OPTIONS.add("no-file", lambda f: None, refused(status=2), command="check")
for _name, _words in {"permutations-minus": "--permutations -1", "permutations-text": "--permutations x", "permutations-huge": "--permutations " + "9" * 30, "distances-none": "--distances 0", "distances-nan": "--distances nan", "distances-inf": "--distances inf", "distances-down": "--distances 300 200", "distances-huge": "--distances 1e308 --permutations 9", "distances-tiny": "--distances 1e-300 --permutations 9", "days-minus": "--days -7", "days-text": "--days x", "seed-minus": "--seed -1", "seed-huge": "--seed " + "9" * 30 + " --permutations 9", "days-huge": "--days 99999999999 --permutations 9", "distances-subnormal": "--distances 5e-324 --permutations 9", "distances-tiny-manhattan": "--distances 1e-300 --permutations 9 --metric manhattan", "distances-from-tiny-to-huge": "--distances 1e-300 1 1e300 --permutations 9", "distances-many": "--permutations 9 --distances " + " ".join(map(str, range(1, 3000)))}.items():
    OPTIONS.add(f"knox-{_name}", GOOD, *_NO, *([done()] if _name in ("seed-huge", "days-huge", "distances-tiny", "distances-subnormal", "distances-tiny-manhattan", "distances-from-tiny-to-huge", "distances-huge", "distances-many") else []), command=f"knox {{in}}/crimes.csv --folder out {_words}", heavy=_name == "permutations-huge")
for _name, _words in {"cell-zero": "--cell 0", "cell-nan": "--cell nan", "horizon-zero": "--horizon 0", "windows-minus": "--windows -1", "share-2": "--area-share 2", "model-unknown": "--models banana", "start-noise": "--start noon", "start-after-end": "--start 2026-03-01 --end 2026-01-01", "start-9999": "--start 9999-12-31", "horizon-huge": "--horizon 99999999999"}.items():
    OPTIONS.add(f"backtest-{_name}", GOOD, *_NO, command=f"backtest {{in}}/crimes.csv --folder out {_words}")
for _name, _words in {"minimum-minus": "--minimum -1", "smallest-zero": "--smallest 0", "months-zero": "--months 0", "months-huge": "--months 99999999999", "lag-minus": "--lag-days -1", "lag-huge": "--lag-days 99999999999", "cell-zero": "--cell 0", "cell-nan": "--cell nan", "cell-tiny": "--cell 1e-9"}.items():
    OPTIONS.add(f"public-{_name}", both(GOOD, text("UPRN,Address,Easting,Northing\n" + "".join(f"{n},{n} Mill Lane,{451_000 + n},340000\n" for n in range(1, 60)), "addresses.csv")), *_NO, command=f"map public {{in}}/crimes.csv --addresses {{in}}/addresses.csv {_words}", heavy=_name == "cell-tiny")

# Outputs on inputs: whatever is an input is never written over.
ONTO.add("check-rejected", GOOD, *_NO, command="check {in}/crimes.csv --rejected {in}/crimes.csv")
ONTO.add("check-rejected-by-a-link", both(GOOD, lambda f: (f / "other.csv").symlink_to("crimes.csv")), *_NO, command="check {in}/crimes.csv --rejected {in}/other.csv")
ONTO.add("check-rejected-by-a-hard-link", both(GOOD, lambda f: os.link(f / "crimes.csv", f / "other.csv")), *_NO, done(), command="check {in}/crimes.csv --rejected {in}/other.csv", changes=("other.csv",))
ONTO.add("check-rejected-by-dots", GOOD, *_NO, command="check {in}/crimes.csv --rejected {in}/../in/./crimes.csv")
ONTO.add("check-rejected-is-a-folder", GOOD, *_NO, command="check {in}/crimes.csv --rejected {in}")
ONTO.add("check-rejected-is-the-set-up", both(GOOD, text('incidents = "crimes.csv"\n', "a.toml")), *_NO, command="check {in}/a.toml --rejected {in}/a.toml")
ONTO.add("check-rejected-is-the-stop-list", both(GOOD, text("A0001\n", "x.csv"), text('incidents = "crimes.csv"\n[cocooning]\nexclude = "x.csv"\n', "a.toml")), *_NO, command="check {in}/a.toml --rejected {in}/x.csv")
ONTO.add("check-rejected-is-the-within", both(GOOD, text("{}", "a.geojson")), *_NO, command="check {in}/crimes.csv --within {in}/a.geojson --rejected {in}/a.geojson")
ONTO.add("check-rejected-in-no-folder", GOOD, *_NO, done(), command="check {in}/crimes.csv --rejected nowhere/a.csv")
ONTO.add("check-rejected-null-device", GOOD, *_NO, done(), command="check {in}/crimes.csv --rejected /dev/null")
for _command in ("knox --permutations 9", "density", "backtest"):
    _verb = _command.split()[0]
    _words = _command.removeprefix(_verb)
    ONTO.add(f"{_verb}-folder-of-the-input", both(GOOD, text("mine", f"{_verb}.html"), text("mine", f"{_verb}.csv")), *_NO, command=f"{_verb} {{in}}/crimes.csv --folder {{in}}{_words}")
    ONTO.add(f"{_verb}-folder-is-the-input", GOOD, *_NO, command=f"{_verb} {{in}}/crimes.csv --folder {{in}}/crimes.csv{_words}")
    ONTO.add(f"{_verb}-folder-below-the-input", GOOD, *_NO, command=f"{_verb} {{in}}/crimes.csv --folder {{in}}/crimes.csv/a{_words}")
    ONTO.add(f"{_verb}-input-named-as-its-output", text(lines(20), f"{_verb}.csv"), *_NO, command=f"{_verb} {{in}}/{_verb}.csv --folder {{in}}{_words}")
_PUBLIC = both(GOOD, text("UPRN,Address,Easting,Northing\n" + "".join(f"{n},{n} Mill Lane,{451_000 + n},340000\n" for n in range(1, 60)), "addresses.csv"))
for _name in ("crimes.csv", "addresses.csv"):
    ONTO.add(f"public-out-is-{_name}", _PUBLIC, *_NO, command=f"map public {{in}}/crimes.csv --addresses {{in}}/addresses.csv --out {{in}}/{_name}")
    ONTO.add(f"public-record-is-{_name}", _PUBLIC, *_NO, command=f"map public {{in}}/crimes.csv --addresses {{in}}/addresses.csv --record {{in}}/{_name}")
_TOML = 'incidents = "crimes.csv"\nbacktest = false\nworth = false\n[output]\nfolder = "{}"\n'
for _name, _folder in {"of-the-input": ".", "the-input": "crimes.csv", "above": "..", "the-root": "/", "a-device": "/dev/null", "below-a-file": "crimes.csv/a"}.items():
    ONTO.add(f"brief-folder-{_name}", both(GOOD, text(_TOML.format(_folder), "a.toml")), *_NO, command="brief {in}/a.toml")
ONTO.add("brief-folder-of-somebody", both(GOOD, files({"mine/holiday.jpg": "x"}), text(_TOML.format("mine"), "a.toml")), *_NO, command="brief {in}/a.toml --replace")
ONTO.add("demo-folder-is-a-file", GOOD, *_NO, command="demo {in}/crimes.csv")
ONTO.add("map-print-of-no-map", GOOD, *_NO, command="map print {in}/crimes.csv --out {in}/crimes.pdf")
ONTO.add("map-print-onto-itself", text("<html></html>", "map.html"), *_NO, command="map print {in}/map.html --out {in}/map.html")
ONTO.add("map-print-of-a-picture", data(b"\x89PNG\r\n\x1a\n" + bytes(90), "map.html"), *_NO, command="map print {in}/map.html")
ONTO.add("map-print-of-a-folder", files({"map.html/a.txt": "x"}), *_NO, command="map print {in}/map.html")
ONTO.add("map-print-of-a-fifo", lambda f: os.mkfifo(f / "map.html"), *_NO, command="map print {in}/map.html")
ONTO.add("map-print-of-a-device", lambda f: (f / "map.html").symlink_to("/dev/zero"), *_NO, command="map print {in}/map.html --out out.pdf")
ONTO.add("public-record-is-a-fifo", lambda f: (_PUBLIC(f), os.mkfifo(f / "published.json")), *_NO, command="map public {in}/crimes.csv --addresses {in}/addresses.csv --record {in}/published.json --out {in}/public.html")
ONTO.add("map-print-missing", lambda f: None, *_NO, command="map print {in}/map.html")

# Grids
for _name, _words in {"cell-tiny": "--cell 0.001", "cell-1e-300": "--cell 1e-300", "cell-zero": "--cell 0", "cell-minus": "--cell -5", "cell-nan": "--cell nan", "cell-inf": "--cell inf", "cell-huge": "--cell 1e12", "bandwidth-zero": "--bandwidth 0", "bandwidth-nan": "--bandwidth nan", "bandwidth-tiny": "--bandwidth 1e-9", "bandwidth-huge": "--bandwidth 1e12", "bandwidth-inf": "--bandwidth inf", "share-zero": "--area-share 0", "share-2": "--area-share 2", "share-nan": "--area-share nan", "kernel-unknown": "--kernel banana", "kernel-escape": "--kernel '\x1b[2J'"}.items():
    GRIDS.add(_name, GOOD, *_NO, *([done()] if _name in ("cell-huge", "bandwidth-huge") else []), command=f"density {{in}}/crimes.csv --folder out {_words}", heavy=_name in ("cell-tiny", "cell-1e-300", "bandwidth-tiny", "bandwidth-huge", "cell-huge"))
GRIDS.add("places-far-apart", text(lines(20, {0: {"x": "100000", "y": "20000"}, 1: {"x": "640000", "y": "1200000"}})), *_NO, done(), command="density {in}/crimes.csv --folder out --cell 10", heavy=True)
GRIDS.add("backtest-far-apart", text(lines(20, {0: {"x": "100000", "y": "20000"}, 1: {"x": "640000", "y": "1200000"}})), *_NO, command="backtest {in}/crimes.csv --folder out --cell 5", heavy=True)
GRIDS.add("set-up-cell-tiny", both(GOOD, text('incidents = "crimes.csv"\nbacktest = false\nworth = false\n[density]\ncell_size_m = 0.01\n[output]\nfolder = "x"\n', "a.toml")), *_NO, command="brief {in}/a.toml", heavy=True)
GRIDS.add("one-crime", text(lines(1)), *_NO, done())
GRIDS.add("one-place", text(lines(20, {n: {"x": "451000", "y": "340000"} for n in range(20)})), *_NO, done())

# Addresses and UPRNs
_HEAD = "UPRN,Address,Easting,Northing\n"


def homes(slug: str, content: str | bytes, *wanted: Answer) -> None:
    """Add a file of addresses."""
    HOMES.add(slug, data(content.encode() if isinstance(content, str) else content, "addresses.csv"), *(wanted or _NO))


def _home(uprn: str, address: str = "3 Mill Lane", x: str = "451010", y: str = "340000") -> str:
    return f"{_HEAD}1,1 Mill Lane,451000,340000\n2,2 Mill Lane,451005,340000\n{uprn},{address},{x},{y}\n"


homes("good", _home("3"), used(3))
for _name, _uprn in {"blank": "", "negative": "-3", "decimal": "3.5", "zero-decimals": "3.0", "e-notation": "1.00012E+11", "huge": "9" * 5000, "text": "unknown", "nan": "nan", "formula": "=3", "escape": "\x1b[2J", "leading-zeros": "0000003", "spaces": " 3 ", "13-digits": "1000123456789", "doubled": "2", "doubled-by-zeros": "0002", "doubled-by-decimals": "2.0", "hex": "0x3", "arabic": "٣", "direction": "\u202e3"}.items():
    homes(f"uprn-{_name}", _home(_uprn), used(3), used(2), *_NO)
for _name, _address in {"blank": "", "escape": "\x1b[2J3 Mill Lane", "long": "3 " + "x" * 100_000, "script": "3 <script>alert(1)</script>", "formula": "=3", "digits": "3" * 5000, "commas": '"3,,,,,,,,,,,,"', "numbers": '"' + " ".join(map(str, range(3000))) + '"', "nested-flats": '"' + "Flat 1, " * 2000 + '3 Mill Lane"', "line-ends": '"3\nMill\nLane"', "nul": "3\x00 Mill Lane", "letters": "A" * 20_000, "hyphens": "3" + "-3" * 5000 + " Mill Lane", "brackets": "(" * 5000}.items():
    homes(f"address-{_name}", _home("3", _address), used(3), used(2), *_NO)
for _name, _x in {"infinite": "inf", "nan": "nan", "1e300": "1e300", "blank": "", "text": "x", "zero": "0", "far": "99999999"}.items():
    homes(f"easting-{_name}", _home("3", x=_x), used(2), used(3), *_NO)
homes("empty", b"")
homes("header-alone", _HEAD)
homes("2000-columns", _HEAD.rstrip("\n") + "".join(f",c{n}" for n in range(2000)) + "\n3,3 Mill Lane,451000,340000" + ",x" * 2000 + "\n", refused("2,004 columns"))
homes("crimes", lines(20), used(20), *_NO)
homes("uprns-all-alike", _HEAD + "".join(f"7,{n} Mill Lane,{451_000 + n},340000\n" for n in range(50)), used(50), used(1), *_NO)
homes("uprns-all-rounded", _HEAD + "".join(f"1.00012E+11,{n} Mill Lane,{451_000 + n},340000\n" for n in range(50)), used(50), used(1), *_NO)
homes("40000-on-one-place", _HEAD + "".join(f"{n},{n} Mill Lane,451000,340000\n" for n in range(40_000)), used(40_000))
HOMES.add("fifo", lambda f: os.mkfifo(f / "addresses.csv"), *_NO)
HOMES.add("missing", lambda f: None, *_NO)

# Look-ups
_HOMES = both(text(lines(20)), text(_home("3"), "addresses.csv"))
for _name, _home_asked in {"blank": "''", "spaces": "'   '", "escape": "'\x1b[2J'", "long": "x" * 50_000, "digits": "9" * 5000, "formula": "=1+1", "sql": "\"'; DROP\"", "direction": "'\u202e3'", "nul": "'3\x00'", "pattern": "'.*'", "nan": "nan", "minus": "'-3'", "c1": "'\x9b31m'", "brackets": "(" * 3000}.items():
    LOOK.add(_name, _HOMES, *_NO, *([done()] if _name in ("nul", "direction", "digits") else []), command=f"lookup {_home_asked} {{in}}/crimes.csv --addresses {{in}}/addresses.csv")
LOOK.add("good", _HOMES, done(), command="lookup '1 Mill Lane' {in}/crimes.csv --addresses {in}/addresses.csv")
LOOK.add("addresses-missing", GOOD, *_NO, command="lookup '1 Mill Lane' {in}/crimes.csv --addresses {in}/addresses.csv")
LOOK.add("addresses-are-crimes", GOOD, *_NO, done(), command="lookup '1 Mill Lane' {in}/crimes.csv --addresses {in}/crimes.csv")
