"""Delimited text of a wrong shape: delimiters, headings, banners, footers, columns, rows."""

# A case a line, so that a family can be read down.
# fmt: off

from tests.hostile.bytes_of import both, lines, text
from tests.hostile.case import Family, refused, used

CSV = Family("csv-shapes", "check {in}/crimes.csv")
GOOD = lines(20)
HEAD, *ROWS = GOOD.splitlines()
BODY = "".join(f"{row}\n" for row in ROWS)


def _with(more: str, heading: str = "Note") -> str:
    """Return the good file with one more column."""
    return f"{HEAD},{heading}\n" + "".join(f"{row},{more}\n" for row in ROWS)


# Delimiters
for _name, _sign in {"semicolon": ";", "tab": "\t", "bar": "|"}.items():
    CSV.add(f"delimiter-{_name}", text(lines(20, delimiter=_sign)), used(20))
for _name, _sign in {"space": " ", "colon": ":", "caret": "^", "tilde": "~", "two-signs": "||"}.items():
    CSV.add(f"delimiter-{_name}", text(lines(20, delimiter=_sign)), used(20), refused("crimes.csv"))
CSV.add("delimiter-told-first", text("sep=;\n" + lines(20, delimiter=";")), used(20))
CSV.add("delimiter-told-wrong", text("sep=|\n" + lines(20, delimiter=";")), used(20))
CSV.add("delimiter-of-half-the-rows", text(
    GOOD + lines(40, delimiter=";").split("\n", 21)[-1]), used(20, 20), refused("crimes.csv"))
CSV.add("delimiter-at-the-end-of-every-row", text(GOOD.replace("\n", ",\n")), used(20))
CSV.add("delimiter-at-the-end-of-rows-only", text(HEAD + "\n" + BODY.replace("\n", ",\n")), used(20))
CSV.add("semicolons-and-decimal-commas", text(lines(20, {
    n: {"x": f"4510{n:02d},5", "y": f"3400{n:02d},25"} for n in range(20)}, delimiter=";")), used(20))
CSV.add("fixed-width", text("".join(
    "".join(cell.ljust(14) for cell in line.split(",")) + "\n" for line in GOOD.splitlines())),
    used(20), refused("crimes.csv"))

# Rows
CSV.add("rows-with-more-cells", text(GOOD + "A99,01/02/2026,451000,340000,x,y,z\n"), used(20, 1))
CSV.add("rows-with-fewer-cells", text(GOOD + "A99,01/02/2026\n" + BODY.replace("A0", "B0")), used(40, 1))
CSV.add("row-of-100000-cells", text(lambda: GOOD + "," * 100_000 + "\n"), used(20), used(20, 1))
CSV.add("row-of-100000-full-cells", text(lambda: GOOD + "x," * 100_000 + "\n"), used(20, 1))
CSV.add("one-column", text("Crime Ref\nA1\nA2\n"), refused("crimes.csv"))
CSV.add("header-alone", text(HEAD + "\n"), refused("no row"))
CSV.add("no-header", text(BODY), refused("crimes.csv"))
CSV.add("header-repeated", text(GOOD + HEAD + "\n" + BODY.replace("A0", "B0")), used(40, 1))
CSV.add("header-repeated-as-every-second-row", text((HEAD + "\n").join(["", *(f"{r}\n" for r in ROWS)])), used(20, 19))
CSV.add("header-below-units", text(HEAD + "\n,dd/mm/yyyy,metres,metres\n" + BODY), used(20, 1))
CSV.add("header-twice", text(HEAD + "\n" + GOOD), used(20, 1))
CSV.add("two-tables", text(GOOD + "\n\nStation,Officers,Cars,Dogs\nNorth,3,4,5\nSouth,3,4,5\n"), used(20, 3))
CSV.add("row-for-each-reason", text(lines(24, {
    20: {"date": "soon"}, 21: {"x": "?"}, 22: {"ref": ""}, 23: {"x": "0", "y": "0"}})), used(20, 4), used(21, 3))
CSV.add("200000-rows-of-one-fault", text(lambda: lines(20) + "".join(
    f"C{n},never,451000,340000\n" for n in range(200_000))), used(20, 200_000), refused("crimes.csv"), heavy=True)
CSV.add("200000-rows-all-different-faults", text(lambda: lines(20) + "".join(
    f"C{n},never{n},x{n},y{n}\n" for n in range(50_000))), used(20, 50_000), refused("crimes.csv"), heavy=True)

# Banners and footers
CSV.add("banner-of-5-rows", text("Constabulary\nBurglary\nPrinted 1/3/2026\n\n\n" + GOOD), used(20))
CSV.add("banner-of-200-rows", text("Guidance note\n" * 200 + GOOD), used(20), refused("crimes.csv"))
for _name, _foot in {
    "total": "Total,,,20",
    "count": "20 rows selected.",
    "marking": "OFFICIAL-SENSITIVE",
    "end": "*** End of report ***",
    "printed": "Printed by J. Doe on 01/03/2026 at 09:00,,,",
    "sql-server": "(20 rows affected)",
    "completion": "Completion time: 2026-03-01T09:00:00",
}.items():
    CSV.add(f"footer-{_name}", text(GOOD + "\n" + _foot + "\n"), used(20), used(20, 1))
CSV.add("footer-like-a-real-row", text(GOOD + "A0099,,,\n"), used(20, 1))
CSV.add("footer-like-a-real-row-in-the-middle", text(GOOD + "A0099,,,\n" + BODY.replace("A0", "B0")), used(40, 1))
CSV.add("last-row-whose-ref-is-a-footer-word", text(lines(20, {19: {"ref": "Total"}})), used(20))
CSV.add("rows-whose-ref-is-a-footer-word", text(lines(20, {5: {"ref": "Total"}, 9: {"ref": "Count"}})), used(20))
CSV.add("last-row-of-a-short-file", text(lines(1)), used(1))
CSV.add("last-row-with-a-long-ref", text(lines(20, {19: {"ref": "End of terrace report 19"}})), used(20))

# Columns
CSV.add("columns-of-one-name", text(
    f"{HEAD},Note,Note,Note\n" + "".join(f"{r},a,b,c\n" for r in ROWS)), used(20))
CSV.add("columns-of-one-known-name", text(
    f"{HEAD},Easting\n" + "".join(f"{r},451001\n" for r in ROWS)), used(20), refused("crimes.csv"))
CSV.add("columns-of-one-known-name-that-differ", text(
    f"{HEAD},Crime Ref\n" + "".join(f"{r},Z{n}\n" for n, r in enumerate(ROWS))), used(20), refused("crimes.csv"))
CSV.add("2000-columns-of-one-name", text(lambda:
    HEAD + ",Note" * 2000 + "\n" + "".join(r + ",x" * 2000 + "\n" for r in ROWS)), used(20), refused("crimes.csv"))
CSV.add("2000-columns-of-a-known-name", text(lambda:
    HEAD + ",Easting" * 2000 + "\n" + "".join(r + ",451000" * 2000 + "\n" for r in ROWS)),
    used(20), refused("crimes.csv"))
CSV.add("2000-columns-without-name", text(lambda:
    HEAD + "," * 2000 + "\n" + "".join(r + ",x" * 2000 + "\n" for r in ROWS)), used(20), refused("crimes.csv"))
CSV.add("16000-columns", text(lambda:
    HEAD + "".join(f",c{n}" for n in range(16_000)) + "\n" + "".join(r + "," * 16_000 + "\n" for r in ROWS)),
    used(20), refused("crimes.csv"))
CSV.add("200-columns-of-dates", text(lambda:
    HEAD + "".join(f",Date {n}" for n in range(200)) + "\n" + "".join(r + ",01/02/2026" * 200 + "\n" for r in ROWS)),
    used(20), refused("crimes.csv"))
CSV.add("names-that-become-alike", text(
    f"{HEAD},crime_ref,CRIME REF,Crime-Ref\n" + "".join(f"{r},,,\n" for r in ROWS)), used(20), refused("crimes.csv"))
CSV.add("names-that-are-numbered-like-ours", text(
    f"{HEAD},Note,Note (2),Note_2,Note\n" + "".join(f"{r},a,b,c,d\n" for r in ROWS)), used(20))
CSV.add("name-of-10000-characters", text(_with("x", "N" * 10_000)), used(20))
CSV.add("name-with-a-line-end", text(_with("x", '"No\nte"')), used(20))
CSV.add("name-with-escape", text(_with("x", "\x1b[2JNote")), used(20))
CSV.add("name-with-direction-marks", text(_with("x", "\u202eetoN")), used(20))
CSV.add("known-name-with-direction-marks", text(GOOD.replace("Easting", "\u202aEasting\u202c")), used(20), refused("crimes.csv"))
CSV.add("known-name-with-escape", text(GOOD.replace("Easting", "\x1b[1mEasting\x1b[0m")), used(20), refused("crimes.csv"))
CSV.add("missing-column-among-escapes", text(GOOD.replace("Easting", "\x1b]0;owned\x07")), refused("crimes.csv"))
CSV.add("missing-column-among-2000", text(
    HEAD.replace("Easting", "Height") + "".join(f",c{n}" for n in range(2000)) + "\n" + BODY),
    refused("crimes.csv"))
CSV.add("missing-column-among-long-names", text(_with("x", "N" * 50_000).replace("Easting", "Height")), refused("crimes.csv"))
CSV.add("names-that-are-numbers", text(GOOD.replace(HEAD, "1,2,3,4")), refused("crimes.csv"))
CSV.add("names-in-other-letters", text(GOOD.replace("Crime Ref", "ＣＲＩＭＥ　ＲＥＦ")), used(20), refused("crimes.csv"))
CSV.add("names-with-nonbreaking-spaces", text(GOOD.replace("Crime Ref", "Crime\u00a0Ref")), used(20))
CSV.add("names-with-zero-width-spaces", text(GOOD.replace("Easting", "East\u200bing")), used(20), refused("crimes.csv"))
CSV.add("columns-of-persons", text(_with("Jane Doe,1970-01-01", "Victim Name,DOB")), used(20))
CSV.add("all-rows-blank-but-refs", text(HEAD + "\n" + "".join(f"A{n},,,\n" for n in range(20))), used(0, 20), refused("crimes.csv"))
CSV.add("set-up-beside-it-is-hostile", both(text(GOOD), text("[incidents]\npath='/dev/zero'\n", "crimes.toml")),
        refused(), refused(status=2), changes=("crimes.toml",))
CSV.add("set-up-beside-it-is-no-toml", both(text(GOOD), text("\x1b[2J = [[[", "crimes.toml")), refused("crimes.toml"))
CSV.add("columns-that-are-fields-of-ours", text(
    f"{HEAD},geometry,placed_by,offence_kind,row,marking\n" + "".join(f"{r},a,b,c,d,e\n" for r in ROWS)), used(20))
