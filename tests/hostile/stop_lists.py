"""Stop lists: whatever is not understood is refused, for what is passed over would be shown."""

# A case a line, so that a family can be read down.
# fmt: off

import codecs
import gzip
import os

from tests.hostile.bytes_of import data, lines, text, zip_of
from tests.hostile.case import Answer, Family, refused, used

STOP = Family("stop-lists", "read_stop_list {in}/exclude.csv")


def add(slug: str, content: str | bytes, *wanted: Answer) -> None:
    """Add a list; refused where nothing else is wanted."""
    told = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    STOP.add(slug, data(told, "exclude.csv"), *(wanted or (refused("stop list"),)))


_GOOD = "Reference\nDG/26/0001\n100012345678\nDG/26/0002\n"
add("good", _GOOD, used(3))
add("without-heading", "DG/26/0001\n100012345678\n", used(2))
add("utf-8-bom", "\ufeff" + _GOOD, used(3))
add("utf-16", _GOOD.encode("utf-16"), used(3), refused("stop list"))
for _codec in ("utf-16-le", "utf-16-be", "utf-32"):
    add(f"{_codec}-unmarked", _GOOD.encode(_codec), used(3), refused("stop list"))
add("utf-16-odd-byte", codecs.BOM_UTF16_LE + _GOOD.encode("utf-16-le") + b"\n", used(3), refused("stop list"))
add("utf-16-big-without-mark-and-heading", "DG/26/0001\n".encode("utf-16-be"), used(1), refused("stop list"))
add("gzip", gzip.compress(_GOOD.encode()), used(3), refused("stop list"))
add("gzip-cut", gzip.compress(_GOOD.encode())[:-9])
add("old-mac-lines", _GOOD.replace("\n", "\r"), used(3))
add("windows-lines", _GOOD.replace("\n", "\r\n"), used(3))
add("mixed-lines", "DG/26/0001\rDG/26/0002\r\nDG/26/0003\n", used(3))
add("line-separators", "DG/26/0001\u2028DG/26/0002\u2028")
add("next-lines", "DG/26/0001\x85DG/26/0002")
add("form-feeds", "DG/26/0001\x0cDG/26/0002\n")
add("vertical-tabs", "DG/26/0001\x0bDG/26/0002\n")
# Quotes
add("quote-stray-first", '"DG/26/0001\nDG/26/0002\nDG/26/0003\n')
add("quote-stray-in-the-middle", 'DG/26/0001\n"DG/26/0002\nDG/26/0003\n')
add("quote-stray-behind", 'DG/26/0001"\nDG/26/0002\n')
add("quote-stray-within", 'DG/26"0001\nDG/26/0002\n')
add("quote-in-the-heading", '"Reference\nDG/26/0001\nDG/26/0002\n')
add("quotes-two-stray", 'DG/26/0001\n"DG/26/0002\nDG/26/0003"\nDG/26/0004\n')
add("quotes-around-every-cell", '"Reference"\n"DG/26/0001"\n"DG/26/0002"\n', used(2))
add("quotes-typographic", "“DG/26/0001”\n")
add("quotes-single", "'DG/26/0001'\n")
add("quotes-doubled", '"""DG/26/0001"""\n')
add("quotes-around-a-list", '"DG/26/0001\nDG/26/0002"\n')
add("quotes-alone", '"""""\n')
add("backslashes", "DG/26/0001\\\nDG/26/0002\n")
# Several in a cell or a row
for _name, _sign in {"semicolon": ";", "comma": ",", "tab": "\t", "bar": "|", "space": " ", "slash-space": " / ", "and": " and ", "ampersand": " & ", "plus": "+", "ideographic-comma": "、", "full-width-comma": "，", "arabic-comma": "،", "nul": "\x00", "bullet": " • ", "newline-escape": "\\n", "html-break": "<br>", "colon": ": "}.items():
    add(f"two-by-{_name}", f"DG/26/0001{_sign}DG/26/0002\n")
add("two-columns", "Reference,Reason\nDG/26/0001,domestic abuse\n")
add("two-columns-the-second-blank", "Reference,\nDG/26/0001,\n", used(1), refused("stop list"))
add("trailing-commas", "DG/26/0001,,,\nDG/26/0002,,,\n", used(2), refused("stop list"))
add("second-column-in-one-row", "DG/26/0001\nDG/26/0002,witness\n")
# What is no reference
for _name, _entry in {
    "name": "John Smith", "address": "12 High Street, Doggerby", "street": "High Street", "postcode": "AB1 2CD", "telephone": "+44 7700 900123", "email": "jane@example.org", "sentence": "Do not show the refuge", "star": "*",
    "pattern": "DG/26/*", "regex": ".*", "question": "DG/26/000?", "all": "all", "comment": "# DG/26/0001", "comment-slashes": "// none", "dash": "-", "dots": "...", "nan": "nan", "null": "NULL", "na": "N/A", "none": "none",
    "question-mark": "?", "date": "01/02/2026", "formula": '=HYPERLINK("http://127.0.0.1:9")', "script": "<script>", "escape": "\x1b[2JDG/26/0001", "c1": "\x9bDG/26/0001", "direction": "\u202eDG/26/0001", "zero-width": "DG/26/\u200b0001",
    "nul": "DG/26/0001\x00", "replacement": "DG/26/\ufffd", "e-notation": "1.00012E+11", "e-notation-comma": "1,00012E+11", "decimal": "100012345678.5", "negative": "-100012345678", "infinite": "inf", "hash-error": "#REF!", "hashes": "########",
    "range": "DG/26/0001-DG/26/0009", "range-to": "DG/26/0001 to DG/26/0009", "see": "see overleaf", "ditto": '〃', "sql": "'; DROP TABLE x; --", "url": "http://127.0.0.1:9/", "long": "9" * 5000, "sheet": "Sheet1", "total": "Total: 3",
    "total-plain": "Total 3", "page": "Page 1 of 2", "printed": "Printed 01/03/2026", "marking": "OFFICIAL-SENSITIVE", "end": "*** end ***", "rows": "(3 rows affected)",
}.items():
    add(f"entry-{_name}", f"Reference\nDG/26/0001\n{_entry}\nDG/26/0002\n")
for _name, _entry in {"leading-zeros": "000100012345678", "lower": "dg/26/0001", "spaces-around": "  DG/26/0003  ", "nonbreaking-around": "\u00a0DG/26/0003\u00a0", "uprn-with-zero-decimals": "100012345678.0", "full-width": "ＤＧ／２６／０００３", "number": "7", "letters": "CRIME26"}.items():
    add(f"odd-entry-{_name}", f"Reference\nDG/26/0001\n{_entry}\n", used(2), refused("stop list"))
add("heading-unknown", "People not to be shown\nDG/26/0001\n")
add("heading-twice", "Reference\nReference\nDG/26/0001\n", used(1), used(2), refused("stop list"))
add("heading-alone", "Reference\n")
add("heading-in-the-middle", "DG/26/0001\nReference\nDG/26/0002\n")
add("banner", "Stop list of March\n\nReference\nDG/26/0001\n")
for _name, _entry in {"two-by-ampersand": "DG/26/0002 & DG/26/0003", "two-in-brackets": "DG/26/0002(DG/26/0003)", "name": "John Smith", "address": "12 High Street (rear)", "star": "DG/26/*", "comment": "# none", "rounded": "1.00012E+11", "formula": "=1+1", "sentence": "see (overleaf) & ask", "escape": "\x1b[2J(1)"}.items():
    add(f"references-said-{_name}", f"crime_ref\nDG/26/0001\n{_entry}\n")
for _name, _entry in {"brackets": "23/0001(A)", "date": "01/02/2024", "hash": "#00123"}.items():
    add(f"references-said-{_name}", f"crime_ref\nDG/26/0001\n{_entry}\n", used(2))
# No list at all
add("empty", b"")
add("spaces", "   \n\n  \n")
add("commas", ",,\n,,\n")
add("bom-alone", codecs.BOM_UTF8)
add("nuls", bytes(500))
add("noise", bytes(range(256)) * 9)
add("nul-inside", "DG/26/0001\nDG/26\x00/0002\n")
add("bad-byte", b"DG/26/0001\nDG/26/\xff0002\n")
add("bad-byte-after-bom", codecs.BOM_UTF8 + b"DG/26/0001\nDG/26/\xe90002\n")
add("undefined-byte", b"DG/26/0001\nDG/26/\x81\x8d0002\n")
add("html", "<html><body>Sign in</body></html>")
add("json", '["DG/26/0001"]')
add("toml", 'exclude = ["DG/26/0001"]\n')
add("rtf", r"{\rtf1 DG/26/0001}")
add("pdf", b"%PDF-1.7\nDG/26/0001\n")
add("workbook", zip_of({"xl/workbook.xml": "<workbook/>", "[Content_Types].xml": "<Types/>"}))
add("old-workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1500))
add("sqlite", b"SQLite format 3\x00" + bytes(1000))
add("zip", zip_of({"exclude.csv": _GOOD}))
add("export-of-crimes", lines(20))
add("export-of-one-column-of-dates", "Date\n01/02/2026\n02/02/2026\n")
add("200000-entries", "".join(f"DG/26/{n:06d}\n" for n in range(200_000)), used(200_000))
add("entries-twice", "DG/26/0001\nDG/26/0001\n", used(2), used(1))
add("one-line-of-1-mb", "D" * 1_000_000)
add("one-good-200000-bad", "DG/26/0001\n" + "not a reference at all\n" * 200_000)
STOP.add("missing", lambda f: None, refused("stop list"))
STOP.add("folder", lambda f: (f / "exclude.csv").mkdir(), refused("stop list"))
STOP.add("fifo", lambda f: os.mkfifo(f / "exclude.csv"), refused("stop list"))
STOP.add("link-loop", lambda f: (f / "exclude.csv").symlink_to("exclude.csv"), refused("stop list"))
STOP.add("null-device", lambda f: (f / "exclude.csv").symlink_to("/dev/null"), refused("stop list"))
STOP.add("zero-device", lambda f: (f / "exclude.csv").symlink_to("/dev/zero"), refused("stop list"))

# Through the command line: a list of which nothing matches, and one that is damaged.
DOOR = Family("stop-lists-at-the-door", "check {in}/briefing.toml")
_SET_UP = text('[incidents]\npath = "crimes.csv"\n[cocooning]\nexclude = "exclude.csv"\n[addresses]\npath = "addresses.csv"\n', "briefing.toml")
_HOMES = "UPRN,Address,Easting,Northing\n" + "".join(f"9{n:04d},{n} Mill Lane,{451_000 + n},340000\n" for n in range(1, 30))


def at_the_door(slug: str, content: str | bytes, *wanted: Answer, command: str | None = None) -> None:
    """Add a list that a set-up names."""
    told = content.encode() if isinstance(content, str) else content
    DOOR.add(slug, lambda f: (text(lines(20))(f), text(_HOMES, "addresses.csv")(f), _SET_UP(f), data(told, "exclude.csv")(f)), *wanted, command=command)


at_the_door("good", "A0003\n", used(20), used(19), used(19, 1))
at_the_door("nothing-matches", "DG/26/0001\nDG/26/0002\n", refused("stop list"), refused("exclude.csv"), command="cocoon {in}/briefing.toml --folder out")
at_the_door("references-said-that-are-dates", "crime_ref\nA0003\n01/02/2026\n", refused("exclude.csv"))
at_the_door("references-said-with-brackets", "crime_ref\nA0003\n23/0001(A)\n", refused("exclude.csv"))
at_the_door("quote-stray", '"A0003\nA0004\n', refused("exclude.csv"))
at_the_door("semicolons", "A0003;A0004\n", refused("exclude.csv"))
at_the_door("names", "John Smith\n", refused("exclude.csv"))
at_the_door("escape", "\x1b[2J\u202e\n", refused("exclude.csv"))
at_the_door("noise", bytes(500), refused("exclude.csv"))
