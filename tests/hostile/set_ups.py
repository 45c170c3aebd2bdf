"""Set-ups: TOML that is none, values that no setting takes, paths that lead nowhere or everywhere."""

# A case a line, so that a family can be read down.
# fmt: off

import os
from pathlib import Path

from tests.hostile.bytes_of import lines, text
from tests.hostile.case import Answer, Family, refused, used

TOML = Family("set-ups", "check {in}/briefing.toml")
GOOD = '[incidents]\npath = "crimes.csv"\n'
_NO = (refused(), refused(status=2))


def add(slug: str, content: str | bytes, *wanted: Answer, command: str | None = None, heavy: bool = False) -> None:
    """Add a set-up beside good burglaries; refused where nothing else is wanted."""

    def write(folder: Path) -> None:
        text(lines(20))(folder)
        text("A0001\n", "exclude.csv")(folder)
        told = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        (folder / "briefing.toml").write_bytes(told)

    TOML.add(slug, write, *(wanted or _NO), command=command, heavy=heavy)


add("good", GOOD, used(20))
# The text
add("empty", "")
add("spaces", "  \n\n")
add("comment-alone", "# nothing\n")
add("no-toml", "path: crimes.csv\n")
add("json", '{"incidents": {"path": "crimes.csv"}}')
add("utf-8-bom", "\ufeff" + GOOD, used(20))
add("utf-16", GOOD.encode("utf-16"))
add("latin-1", (GOOD + "[output]\nauthor = 'é'\n").encode("latin-1"))
add("nul", GOOD + "\x00")
add("noise", bytes(range(256)) * 20)
add("escape-in-a-comment", GOOD + "# \x1b[2J\n")
add("escape-in-a-key", GOOD + '"\\u001b[2J" = 1\n')
add("escape-in-a-table", GOOD + '["\\u001b]0;owned\\u0007"]\na = 1\n')
add("escape-in-a-value", GOOD + '[output]\nmarking = "\\u001b[2J"\n')
add("direction-in-a-value", GOOD + '[output]\nmarking = "\\u202eLAICIFFO"\n', *_NO, used(20))
add("direction-in-a-key", GOOD + '"\\u202eyek" = 1\n')
add("c1-in-a-key", GOOD + '"\\u009b31m" = 1\n')
add("duplicate-keys", GOOD + 'path = "b.csv"\n')
add("duplicate-tables", GOOD + GOOD)
add("unclosed-text", GOOD + 'crs = "EPSG')
add("unclosed-table", "[incidents\n")
add("cut", GOOD[:-6])
add("unicode-escape-beyond", GOOD + 'crs = "\\UFFFFFFFF"\n')
add("surrogate-escape", GOOD + 'crs = "\\uD800"\n')
add("deep-lists-500", GOOD + "keep = " + "[" * 500 + "]" * 500 + "\n")
add("deep-lists-100000", GOOD + "keep = " + "[" * 100_000 + "]" * 100_000 + "\n")
add("deep-tables-100000", GOOD + "[a" + ".a" * 100_000 + "]\n", heavy=True)
add("deep-inline-tables", GOOD + "x = " + "{a=" * 50_000 + "1" + "}" * 50_000 + "\n")
add("comment-of-10-mb", GOOD + "# " + "x" * 10_000_000 + "\n", used(20), *_NO)
add("value-of-1-mb", GOOD + f'crs = "{"x" * 1_000_000}"\n')
add("marking-of-1-mb", GOOD + f'[output]\nmarking = "{"x" * 1_000_000}"\n', *_NO, used(20))
add("author-of-1-mb", GOOD + f'[output]\nauthor = "{"x" * 1_000_000}"\n', *_NO, used(20))
add("key-of-1-mb", GOOD + f'{"k" * 1_000_000} = 1\n')
add("keys-20000", GOOD + "".join(f"k{n} = {n}\n" for n in range(20_000)))
add("tables-5000", GOOD + "".join(f"[t{n}]\na = 1\n" for n in range(5000)))
add("list-of-100000", GOOD + "offences = [" + '"x",' * 100_000 + "]\n", *_NO, used(20))
add("list-of-100000-numbers", GOOD + "offences = [" + "1," * 100_000 + "]\n")

# Numbers
_HUGE = "9" * 4000
for _table, _key in (("rule", "distance_m"), ("rule", "window_days"), ("density", "cell_size_m"), ("density", "area_share"), ("density", "period_days"), ("cocooning", "visit_days"), ("cocooning", "max_visits"), ("output", "seed")):
    for _name, _value in {"huge": _HUGE, "negative": "-1", "nan": "nan", "inf": "inf", "text": '"7"', "list": "[7]", "table": "{a=7}", "date": "2026-01-01"}.items():
        if _name in ("negative", "date", "list", "table") and _key not in ("distance_m", "window_days", "seed"):
            continue
        add(f"{_key}-{_name}", f"{GOOD}[{_table}]\n{_key} = {_value}\n")
add("number-of-5000-digits", f"{GOOD}[rule]\nwindow_days = {'9' * 5000}\n")
add("number-of-100000-digits", f"{GOOD}[rule]\nwindow_days = {'9' * 100_000}\n")
add("float-of-100000-digits", f"{GOOD}[rule]\ndistance_m = 4.{'9' * 100_000}\n", *_NO, used(20))
add("hex-of-100000-digits", f"{GOOD}[rule]\nwindow_days = 0x{'f' * 100_000}\n")
add("distance-1e308", f"{GOOD}[rule]\ndistance_m = 1e308\n", *_NO, used(20))
add("window-of-10-to-18", f"{GOOD}[rule]\nwindow_days = 1000000000000000000\n", *_NO, used(20))
add("true-for-a-number", f"{GOOD}[rule]\ndistance_m = true\n")

# Days
for _name, _value in {
    "9999-12-31": "9999-12-31", "0001-01-01": "0001-01-01", "9999-time": "9999-12-31T23:59:59.999999", "number": "20260302", "text": '"yesterday"', "ambiguous": '"03/02/2026"',
    "huge": "1" * 400, "nan": "nan", "empty": '""', "time": "10:00:00", "list": "[2026-03-02]", "zone": "2026-03-02T10:00:00+23:59", "escape": '"\\u001b[2J"', "long": '"' + "2" * 100_000 + '"',
}.items():
    add(f"as-of-{_name}", f"as_of = {_value}\n{GOOD}", *_NO, *([used(20), used(0, 20)] if _name in ("9999-12-31", "0001-01-01", "9999-time", "zone") else []))

# Paths
for _name, _path in {
    "of-no-user": "~nosuchuser/crimes.csv", "home": "~", "missing": "nothing.csv", "blank": "", "spaces": "   ", "nul": "a\\u0000b.csv", "long": "x" * 5000, "long-parts": "x/" * 3000,
    "climbs": "../" * 200 + "etc/passwd", "root": "/", "zero": "/dev/zero", "null": "/dev/null", "random": "/dev/random", "standard-input": "/dev/stdin", "tty": "/dev/tty", "memory": "/proc/self/mem",
    "proc": "/proc/self/environ", "url": "http://127.0.0.1:9/crimes.csv", "file-url": "file:///etc/passwd", "vsicurl": "/vsicurl/http://127.0.0.1:9/a.csv", "escape": "\\u001b[2J.csv", "direction": "\\u202evsc.csv",
    "pattern-of-everything": "/**/*", "pattern-broken": "[", "sqlite": "sqlite:///nothing.db", "sqlite-memory": "sqlite://", "sqlite-itself": "sqlite:///crimes.csv?table=a", "unknown-scheme": "magic://a/b",
    "password": "postgresql://jane:SECRET@127.0.0.1:9/x?table=a", "port": "postgresql://127.0.0.1:notaport/x", "scheme-alone": "://", "itself": "briefing.toml", "line-end": "a\\nb.csv",
}.items():
    add(f"path-{_name}", f'[incidents]\npath = "{_path}"\n')
for _name, _path in {"empty-list": "[]", "list-of-blank": '[""]', "nested-list": '[["crimes.csv"]]', "number": "5", "true": "true", "table": "{a=1}", "list-with-number": '["crimes.csv", 5]', "date": "2026-01-01"}.items():
    add(f"path-{_name}", f"[incidents]\npath = {_path}\n")
add("path-twice", '[incidents]\npath = ["crimes.csv", "crimes.csv"]\n', used(20), used(20, 20), *_NO)
add("incidents-a-number", "incidents = 5\n")
add("incidents-a-text", 'incidents = "crimes.csv"\n', used(20))
add("incidents-a-list-of-tables", '[[incidents]]\npath = "crimes.csv"\n')
for _table in ("addresses", "areas"):
    for _name, _path in {"missing": "nothing.csv", "no-user": "~nosuchuser/a", "zero": "/dev/zero", "nul": "a\\u0000"}.items():
        add(f"{_table}-{_name}", f'{GOOD}[{_table}]\npath = "{_path}"\n', *_NO, used(20))
for _setting in ("streets", "backdrop"):
    add(f"{_setting}-no-user", f'{GOOD}[basemap]\n{_setting} = "~nosuchuser/a"\n')
add("exclude-no-user", f'{GOOD}[cocooning]\nexclude = "~nosuchuser/a"\n')
add("exclude-missing", f'{GOOD}[cocooning]\nexclude = "nothing.csv"\n')
add("exclude-null-device", f'{GOOD}[cocooning]\nexclude = "/dev/null"\n')
add("exclude-a-folder", f'{GOOD}[cocooning]\nexclude = "."\n')
add("exclude-a-number", f"{GOOD}[cocooning]\nexclude = 5\n")
add("ledger-unknown-scheme", f'{GOOD}[cocooning]\nledger = "magic://a"\n', *_NO, used(20))
add("ledger-no-user", f'{GOOD}[cocooning]\nledger = "~nosuchuser/a.db"\n')
add("ledger-a-number", f"{GOOD}[cocooning]\nledger = 5\n")
add("output-no-user", f'{GOOD}[output]\nfolder = "~nosuchuser/a"\n')
add("output-nul", f'{GOOD}[output]\nfolder = "a\\u0000b"\n')
add("output-long", f'{GOOD}[output]\nfolder = "{"x" * 5000}"\n', *_NO, used(20))
add("output-number", f"{GOOD}[output]\nfolder = 5\n")
add("within-missing", f'{GOOD}within = "nothing.gpkg"\n')
add("within-zero-device", f'{GOOD}within = "/dev/zero"\n')
add("offence-table-missing", f'{GOOD}offence_table = "nothing.csv"\n')
add("offence-table-of-crimes", f'{GOOD}offence_table = "crimes.csv"\n', *_NO, used(20))
add("messages-missing", f'{GOOD}[messages]\nlink = "a"\ncontact = "b"\nen = "nothing.txt"\n')
add("messages-of-no-language", f'{GOOD}[messages]\nlink = "a"\ncontact = "b"\n"../x" = "crimes.csv"\n')
add("messages-without-blanks", f'{GOOD}[messages]\nlink = "a"\ncontact = "b"\nen = "crimes.csv"\n')
add("messages-with-line-ends", f'{GOOD}[messages]\nlink = "a\\nb"\ncontact = "b"\n')

# Words
for _name, _crs in {
    "unknown": "EPSG:99999999", "url": "http://127.0.0.1:9/", "path": "/etc/passwd", "escape": "\\u001b[2J", "grid": "+proj=longlat +nadgrids=http://127.0.0.1:9/a", "pipeline": "+proj=pipeline +step +init=/etc/passwd:x",
    "long": "x" * 100_000, "cut": 'PROJCS[\\"a', "nul": "EPSG:27700\\u0000", "nested": "[" * 50_000, "vertical": "EPSG:5701", "empty": "", "spaces": " ",
}.items():
    add(f"crs-{_name}", f'{GOOD}crs = "{_crs}"\n', *_NO, *([used(20)] if _name == "nul" else []))
add("crs-number", f"{GOOD}crs = 27700\n", *_NO, used(20))
for _name, _zone in {"unknown": "Mars/Olympus", "path": "../../etc/passwd", "absolute": "/etc/localtime", "nul": "Europe/London\\u0000", "empty": "", "long": "x" * 100_000, "escape": "\\u001b[2J", "dot": "."}.items():
    add(f"timezone-{_name}", f'{GOOD}timezone = "{_zone}"\n')
add("columns-unknown-field", f'{GOOD}columns = {{ "\\u001b[2J" = "Crime Ref" }}\n')
add("columns-missing", f'{GOOD}columns = {{ crime_ref = "\\u001b[2JNothing" }}\n')
add("columns-many", f"{GOOD}columns = {{ crime_ref = [{','.join(chr(34) + f'c{n}' + chr(34) for n in range(20_000))}] }}\n")
add("columns-a-text", f'{GOOD}columns = "Crime Ref"\n')
add("columns-one-for-all", f'{GOOD}columns = {{ crime_ref = "Easting", easting = "Easting", northing = "Easting", occurred_from = "Easting" }}\n', *_NO, used(0, 20))
add("keep-missing", f'{GOOD}keep = ["\\u001b[2J"]\n')
add("keep-person", f'{GOOD}keep = ["Victim Name"]\n')
add("sheet-of-a-csv", f'{GOOD}sheet = "\\u001b[2J"\n')
add("offences-none-known", f'{GOOD}offences = ["\\u001b[2J nonsense"]\n', *_NO, used(20), used(0, 20))
add("formats-unknown", f'{GOOD}[output]\nformats = ["exe"]\n')
add("layout-unknown", f'{GOOD}[output]\nsheet_layout = "\\u001b[2J"\n')
add("preset-unknown", f'{GOOD}[cocooning]\npreset = "\\u001b[2J"\n')
add("rank-unknown", f'{GOOD}[cocooning]\nrank_by = "magic"\n')
add("tiers-noise", f"{GOOD}[cocooning]\ntiers = [{{}}, {{a = 1}}]\n")
add("tiers-number", f"{GOOD}[cocooning]\ntiers = 5\n")
add("hours-noise", f'{GOOD}[cocooning]\nwaking_hours = ["25:00", "\\u001b[2J"]\n')
add("hours-of-one", f'{GOOD}[cocooning]\nwaking_hours = ["08:00"]\n')
add("marking-line-end", f'{GOOD}[output]\nmarking = "A\\nB"\n')
add("marking-blank", f'{GOOD}[output]\nmarking = ""\n')
add("handling-long", f'{GOOD}[output]\nhandling = "{"x" * 1000}"\n')
add("tiles-script", f'{GOOD}[basemap]\ntiles = "javascript:alert(1)"\n', *_NO, used(20))
add("everything-wrong-at-once", "as_of = 5\n[incidents]\npath = 5\ncrs = 5\n[rule]\ndistance_m = -1\nwindow_days = 0\n[density]\ncell_size_m = nan\n[output]\nseed = -1\nmarking = ''\n")


# The file
def _fifo(folder: Path) -> None:
    os.mkfifo(folder / "briefing.toml")


def _links(folder: Path, target: str) -> None:
    (folder / "crimes.csv").write_text(lines(20))
    (folder / "a.csv").symlink_to(target)
    (folder / "b.csv").symlink_to("a.csv")
    (folder / "briefing.toml").write_text('[incidents]\npath = "a.csv"\n')


TOML.add("fifo", _fifo, *_NO)
TOML.add("folder", lambda f: (f / "briefing.toml").mkdir(), *_NO)
TOML.add("missing", lambda f: None, *_NO)
TOML.add("link-loop", lambda f: (f / "briefing.toml").symlink_to("briefing.toml"), *_NO)
TOML.add("path-link-loop", lambda f: _links(f, "b.csv"), *_NO)
TOML.add("path-link-to-nothing", lambda f: _links(f, "nothing"), *_NO)
TOML.add("path-link-to-itself", lambda f: _links(f, "a.csv"), *_NO)
TOML.add("path-link-to-zeros", lambda f: _links(f, "/dev/zero"), *_NO)
TOML.add("path-link-to-a-good-file", lambda f: _links(f, "crimes.csv"), used(20))


def _data_fifo(folder: Path) -> None:
    os.mkfifo(folder / "crimes.csv")
    (folder / "briefing.toml").write_text(GOOD)


TOML.add("path-fifo", _data_fifo, *_NO)
for _setting, _said in {"exclude": "[cocooning]\nexclude", "addresses": "[addresses]\npath", "areas": "[areas]\npath", "streets": "[basemap]\nstreets", "backdrop": "[basemap]\nbackdrop", "within": "within"}.items():

    def _fifo_of(folder: Path, said: str = _said) -> None:
        (folder / "crimes.csv").write_text(lines(20))
        os.mkfifo(folder / "pipe.geojson")
        homes = "".join(f"9{n:04d},{n} Mill Lane,{451_000 + n},340000\n" for n in range(1, 30))
        (folder / "addresses.csv").write_text(f"UPRN,Address,Easting,Northing\n{homes}")
        beside = "" if "addresses" in said else '[addresses]\npath = "addresses.csv"\n'
        (folder / "briefing.toml").write_text(f'{GOOD}{said} = "pipe.geojson"\n{beside}')

    TOML.add(f"{_setting}-fifo", _fifo_of, *_NO, command="cocoon {in}/briefing.toml --folder lists")
TOML.add("path-unreadable-folder-of-set-ups", lambda f: (f / "crimes.csv").mkdir() or (f / "briefing.toml").write_text(GOOD), *_NO)
