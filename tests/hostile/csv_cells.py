"""Delimited text whose cells are hostile: texts that would run, dates, numbers, references."""

# A case a line, so that a family can be read down.
# fmt: off

from tests.hostile.bytes_of import lines, text
from tests.hostile.case import Family, counted, refused, used

CSV = Family("csv-cells", "check {in}/crimes.csv")

#: Texts that would run, move a cursor, or mislead an eye, where they are shown as they are.
TEXTS = {
    "formula-command": "=cmd|' /C calc'!A0",
    "formula-plus": "+1+1",
    "formula-minus": "-2+3",
    "formula-at": "@SUM(A1:A9)",
    "formula-link": '"=HYPERLINK(""http://127.0.0.1:9/"",""x"")"',
    "formula-after-tab": "\t=1+1",
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "markup-end": "</script></textarea>-->]]>",
    "template": "{{ 7*7 }}{% raw %}${7*7}",
    "format": "%s%n%x{0.__class__}",
    "jndi": "${jndi:ldap://127.0.0.1:9/a}",
    "sql": "'; DROP TABLE visits; --",
    "traversal": "../../../../etc/passwd",
    "device": "CON",
    "path": "C:\\Windows\\System32",
    "escape": "\x1b]0;owned\x07\x1b[2J",
    "c1": "\x9b31m\x85\x90",
    "direction": "\u202eLIVE\u202c",
    "isolates": "\u2066\u2067x\u2069",
    "zero-width": "A\u200b\u200c\u200d\ufeffB",
    "combining": "Z" + "\u0300" * 1000,
    "emoji": "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "private": "\ue000\U0010ffff",
    "nonbreaking": "A\u00a0B",
    "null-word": "NULL",
    "nan-word": "nan",
    "none-word": "None",
    "true-word": "TRUE",
    "5000-digits": "9" * 5000,
    "number-like": "1E400",
    "json": '"{""a"": [1, 2}"',
    "latex": "\\input{/etc/passwd}",
    "backspaces": "AB\x08\x08CD",
    "returns": '"AB\rCD"',
}
for _name, _text in TEXTS.items():
    CSV.add(f"ref-{_name}", text(lines(20, {7: {"ref": _text}})), used(20), used(19, 1))
    if _name in ("escape", "c1", "direction", "5000-digits", "script", "formula-command", "device", "traversal"):
        # Rejected for its date, so that the value is told.
        CSV.add(f"date-{_name}", text(lines(20, {7: {"date": _text}})), used(19, 1))
        CSV.add(f"easting-{_name}", text(lines(20, {7: {"x": _text}})), used(19, 1))
        _beats = lines(20).splitlines()
        CSV.add(f"beat-{_name}", text("".join(
            f"{line},{'Beat' if n == 0 else _text}\n" for n, line in enumerate(_beats))), used(20), refused("crimes.csv"))
CSV.add("refs-all-alike-but-in-marks", text(lines(20, {
    n: {"ref": "A1" + "\u200b" * n} for n in range(20)})), used(20), used(1, 19))
CSV.add("refs-that-differ-in-normal-form", text(lines(20, {
    3: {"ref": "Caf\u00e9"}, 4: {"ref": "Cafe\u0301"}})), used(20), used(19, 1))
CSV.add("refs-that-differ-in-letters-alike", text(lines(20, {3: {"ref": "A1"}, 4: {"ref": "\u0410\u0031"}})), used(20))
CSV.add("refs-of-5000-characters", text(lines(20, {n: {"ref": "R" * 5000 + str(n)} for n in range(20)})), used(20))
CSV.add("refs-doubled", text(lines(20, {n: {"ref": "SAME"} for n in range(20)})), used(1, 19))
CSV.add("refs-blank", text(lines(20, {n: {"ref": ""} for n in range(20)})), used(20))
CSV.add("rows-alike", text(lines(1) + lines(1).split("\n")[1] + "\n"), used(1, 1))
CSV.add("refs-in-e-notation", text(lines(20, {3: {"ref": "1.23E+11"}, 4: {"ref": "1.23E+11"}})), used(20), used(19, 1))

#: Dates that are none, each of one row of twenty.
for _name, _date in {
    "31-february": "31/02/2026",
    "29-february-2025": "29/02/2025",
    "of-zeros": "00/00/0000",
    "month-13": "2026-13-01",
    "year-0": "0000-01-01",
    "year-1": "0001-01-01",
    "year-9999": "9999-12-31",
    "year-10000": "10000-01-01",
    "year-99999999": "99999999-01-01",
    "in-the-future": "01/01/2190",
    "of-1e300": "1e300",
    "infinite": "inf",
    "nan": "NaN",
    "negative": "-1",
    "huge-number": "9" * 30,
    "of-5000-digits": "1" * 5000,
    "of-5000-slashes": "/" * 5000,
    "today": "today",
    "now": "now",
    "tomorrow": "tomorrow",
    "nat": "NaT",
    "hour-25": "01/02/2026 25:00",
    "minute-61": "01/02/2026 10:61",
    "zone-99": "2026-02-01T10:00:00+99:99",
    "zone-bogus": "2026-02-01T10:00:00[Europe/../../etc]",
    "time-alone": "10:30",
    "year-alone": "2026",
    "two-dates": "01/02/2026 02/02/2026 03/02/2026",
    "with-letters": "O1/02/2O26",
    "hex": "0x1F",
    "underscored": "2026_02_01",
}.items():
    CSV.add(f"date-{_name}", text(lines(20, {7: {"date": _date}})), used(19, 1))
for _name, _date in {
    "iso": "2026-02-08",
    "iso-nanoseconds": "2026-02-08T10:00:00.123456789",
    "iso-basic": "20260208",
    "hour-24": "08/02/2026 24:00",
    "leap-second": "2026-02-08T23:59:60",
    "zulu": "2026-02-08T10:00:00Z",
    "in-words": "8 February 2026",
    "in-words-long": "Sunday, 8th of February, 2026",
    "year-of-two-digits": "08/02/26",
    "arabic-digits": "٠٨/٠٢/٢٠٢٦",
    "full-width-digits": "０８/０２/２０２６",
    "nonbreaking-spaces": "08/02/2026\u00a010:00",
    "apostrophe": "'08/02/2026",
    "iso-week": "2026-W06-7",
    "iso-ordinal": "2026-039",
    "serial": "46061",
    "serial-with-time": "46061.5",
    "dots": "08.02.2026",
    "french": "8 février 2026",
    "epoch": "1770508800",
    "epoch-ms": "1770508800000",
    "in-the-gap-of-march": "29/03/2026 01:30",
}.items():
    CSV.add(f"odd-date-{_name}", text(lines(20, {7: {"date": _date}})), used(20), used(19, 1))
CSV.add("dates-all-epochs-of-1e30", text(lines(20, {n: {"date": f"1e{n + 20}"} for n in range(20)})),
        used(0, 20), refused("crimes.csv"))
CSV.add("dates-all-year-1", text(lines(20, {n: {"date": "0001-01-01"} for n in range(20)})), used(0, 20), refused())
CSV.add("dates-all-9999", text(lines(20, {n: {"date": "9999-12-31"} for n in range(20)})), used(0, 20), refused())
CSV.add("dates-all-of-one-second-zones", text(lines(20, {
    n: {"date": f"2026-02-01T10:00:{n:02d}+{n % 15:02d}:00"} for n in range(20)})), counted(20), refused())
CSV.add("dates-month-or-day-first", text(lines(20, {
    n: {"date": f"{1 + n % 12:02d}/{1 + n % 12:02d}/2025"} for n in range(20)})), used(20))
CSV.add("dates-of-both-orders", text(lines(20, {
    n: {"date": "13/02/2025" if n % 2 else "02/13/2025"} for n in range(20)})), used(20), used(10, 10), refused())

#: Coordinates that are none.
for _name, _x in {
    "infinite": "inf",
    "minus-infinite": "-Infinity",
    "nan": "nan",
    "1e400": "1e400",
    "1e300": "1e300",
    "1e15": "1e15",
    "zero": "0",
    "negative": "-451000",
    "text": "unknown",
    "hex": "0x6E1B8",
    "complex": "451000j",
    "4000-digits": "4" * 4000,
    "two-numbers": "451000 340000",
    "formula": "=451000",
    "true": "TRUE",
    "half": "½",
    "roman": "Ⅻ",
    "underscored": "451_000",
    "percent": "451000%",
    "on-the-moon": "99999999",
    "fraction": "902000/2",
    "ieee-zero": "-0.0",
}.items():
    CSV.add(f"easting-{_name}", text(lines(20, {7: {"x": _x}})), used(19, 1))
for _name, _x in {
    "thousands": '"451,070"',
    "metres": "451070m",
    "spaces": "  451070  ",
    "decimals": "451070.00000000000000000001",
    "exponent": "4.5107E+05",
    "arabic-digits": "٤٥١٠٧٠",
    "full-width-digits": "４５１０７０",
    "plus": "+451070",
    "leading-zeros": "000451070",
    "apostrophe": "'451070",
    "nonbreaking": "451\u00a0070",
}.items():
    CSV.add(f"odd-easting-{_name}", text(lines(20, {7: {"x": _x}})), used(20), used(19, 1))
CSV.add("places-all-zero", text(lines(20, {n: {"x": "0", "y": "0"} for n in range(20)})), used(0, 20), refused())
CSV.add("places-all-infinite", text(lines(20, {n: {"x": "inf"} for n in range(20)})), used(0, 20), refused())
CSV.add("places-exchanged", text(lines(20, {n: {"x": "340000", "y": "451000"} for n in range(20)})),
        used(20), used(0, 20), refused())
CSV.add("places-of-longitudes", text(lines(20, {n: {"x": f"-1.{n}", "y": f"52.{n}"} for n in range(20)})),
        used(20), used(0, 20), refused())
CSV.add("latitude-91", text(
    "Crime Ref,Date From,Latitude,Longitude\n" + "".join(f"A{n},01/02/2026,52.{n},-1.{n}\n" for n in range(20))
    + "B,01/02/2026,91,-1\nC,01/02/2026,52,181\nD,01/02/2026,nan,inf\n"), used(20, 3))
CSV.add("latitudes-of-the-poles", text(
    "Crime Ref,Date From,Latitude,Longitude\n" + "".join(f"A{n},01/02/2026,90,{n}\n" for n in range(20))),
    used(20), used(0, 20), refused())
CSV.add("latitudes-all-over-the-world", text(
    "Crime Ref,Date From,Latitude,Longitude\n"
    + "".join(f"A{n},01/02/2026,{-80 + 8 * n},{-170 + 17 * n}\n" for n in range(20))),
    counted(20), refused())
CSV.add("window-that-ends-before-it-begins", text(
    "Crime Ref,Date From,Date To,Easting,Northing\n"
    + "".join(f"A{n},0{1 + n % 9}/02/2026,01/01/2020,451000,340000\n" for n in range(20))), used(20), used(0, 20), refused())
CSV.add("window-of-a-century", text(
    "Crime Ref,Date From,Date To,Easting,Northing\n"
    + "".join(f"A{n},01/01/1926,0{1 + n % 9}/02/2026,451000,340000\n" for n in range(20))), used(20), used(0, 20), refused())
CSV.add("names-of-known-missing-words", text(lines(20, {
    n: {"ref": word} for n, word in enumerate(["N/A", "#N/A", "-", "?", "unknown", "NULL", "none"])})), counted(20))
