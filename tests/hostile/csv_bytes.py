"""Delimited text whose bytes are wrong: encodings, marks, controls, line ends, quotes, cuts."""

# A case a line, so that a family can be read down.
# fmt: off

import codecs
import random

from tests.hostile.bytes_of import data, lines, text
from tests.hostile.case import Family, counted, refused, used

CSV = Family("csv-bytes", "check {in}/crimes.csv")
GOOD = lines(20)


def _named(number: int, ref: str) -> str:
    return lines(20, {number: {"ref": ref}})


# Encodings
for _name, _codec in {
    "utf-8": "utf-8",
    "utf-8-with-bom": "utf-8-sig",
    "utf-16-little-with-bom": "utf-16",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
    "windows-1250": "cp1250",
}.items():
    CSV.add(f"encoding-{_name}", text(_named(3, "Bé1"), encoding=_codec), used(20))
CSV.add(
    "encoding-utf-16-big-with-bom",
    data(codecs.BOM_UTF16_BE + _named(3, "Bé1").encode("utf-16-be")),
    used(20),
)
for _codec in ("utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037", "utf-7"):
    _wanted = (used(20), refused("crimes.csv"))
    CSV.add(f"encoding-{_codec}-unmarked", text(GOOD, encoding=_codec), *_wanted)
CSV.add("bom-then-latin-1", data(
    codecs.BOM_UTF8 + lines(20, {3: {"ref": "B@1"}, 4: {"ref": "B#1"}}).encode()
    .replace(b"@", b"\xe9").replace(b"#", b"\xe8")), used(20), refused("crimes.csv"))
CSV.add("two-boms", data(codecs.BOM_UTF8 * 2 + GOOD.encode()), used(20))
CSV.add("bom-in-the-middle", text(_named(5, "\ufeffA5")), used(20))
CSV.add("bom-alone", data(codecs.BOM_UTF8), refused("empty"))
CSV.add("utf-16-bom-alone", data(codecs.BOM_UTF16_LE), refused("crimes.csv"))
CSV.add("utf-16-odd-byte", data(codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le") + b"\n"),
        used(20), used(20, 1), refused("crimes.csv"))
CSV.add("utf-16-lone-surrogate", data(
    codecs.BOM_UTF16_LE + _named(3, "A\ud800B").encode("utf-16-le", "surrogatepass")),
    used(20), used(19, 1), refused("crimes.csv"))
CSV.add("two-refs-by-utf-16-surrogates", data(codecs.BOM_UTF16_LE + lines(
    20, {3: {"ref": "A\ud800B"}, 4: {"ref": "A\ud801B"}}).encode("utf-16-le", "surrogatepass")),
    used(20), used(18, 2), refused("crimes.csv"))
CSV.add("one-bad-byte-in-a-ref", data(_named(3, "A@B").encode().replace(b"@", b"\xff")), used(20))
CSV.add("undefined-bytes-of-windows", data(lines(20, {3: {"ref": "A@B"}, 4: {"ref": "A#B"}}).encode()
        .replace(b"@", b"\x81").replace(b"#", b"\x8d")), used(20), refused("crimes.csv"))
CSV.add("utf-8-and-latin-1-mixed", data(
    _named(3, "Bé1").encode() + row_bytes if (row_bytes := b"L\xe9,01/02/2026,451000,340000\n") else b""),
    used(21), refused("crimes.csv"))
CSV.add("utf-8-cut-in-a-character", data((GOOD + "Zé").encode()[:-1]), used(20, 1), refused("crimes.csv"))
CSV.add("overlong-utf-8", data(_named(3, "A@").encode().replace(b"@", b"\xc0\xaf")), used(20), refused("crimes.csv"))
CSV.add("surrogates-in-utf-8", text(_named(3, "A\ud83d\ude00")), used(20), refused("crimes.csv"))
CSV.add("accent-only-in-the-last-row", text(lambda: lines(3000) + "Zé,01/02/2026,451000,350000\n"), used(3001))
CSV.add("latin-1-after-a-megabyte", data(
    lambda: lines(30_000).encode() + b"Z\xe9,01/02/2026,451000,350000\n"), used(30_001))

# Controls and other files under this name
CSV.add("nul-in-a-ref", text(_named(3, "A\x00B")), used(20), used(19, 1), refused("crimes.csv"))
CSV.add("two-refs-by-nul", text(lines(20, {3: {"ref": "AB\x00C"}, 4: {"ref": "AB"}})), used(20), refused("crimes.csv"))
CSV.add("nul-in-a-heading", text(GOOD.replace("Easting", "East\x00ing")), used(20), refused("crimes.csv"))
CSV.add("nul-in-a-date", text(lines(20, {3: {"date": "01/02/2026\x00"}})), used(20), used(19, 1), refused("crimes.csv"))
CSV.add("nul-padding-at-the-end", data(GOOD.encode() + bytes(4096)), used(20), used(20, 1), refused("crimes.csv"))
CSV.add("nuls-at-the-start", data(bytes(4096) + GOOD.encode()), refused("crimes.csv"))
CSV.add("nuls-alone", data(bytes(4096)), refused("crimes.csv"))
CSV.add("one-nul", data(bytes(1)), refused("crimes.csv"))
CSV.add("nuls-in-a-hole-of-a-disk", data(GOOD.encode()[:300] + bytes(200) + GOOD.encode()[500:]),
        counted(19), counted(15), counted(14), refused("crimes.csv"))
CSV.add("form-feeds", text(GOOD.replace("A0010", "\x0cA0010")), used(20))
CSV.add("substitute-at-the-end", text(GOOD + "\x1a"), used(20), used(20, 1))
CSV.add("escape-in-every-ref", text(lines(20, {n: {"ref": f"\x1b[31mA{n}"} for n in range(20)})), used(20))
CSV.add("unit-separators", text(GOOD.replace(",", "\x1f")), refused("crimes.csv"))
CSV.add("random-bytes", data(random.Random(1).randbytes(5000)), refused("crimes.csv"))
CSV.add("random-high-bytes", data(bytes(random.Random(2).choices(range(128, 256), k=5000))), refused("crimes.csv"))
for _name, _head in {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(200),
    "exe": b"MZ\x90\x00" + bytes(300),
    "elf": b"\x7fELF" + bytes(300),
    "html": b"<!DOCTYPE html><html><body><table><tr><td>Crime Ref</td></tr></table></body></html>",
    "xml": b'<?xml version="1.0"?><crimes><crime ref="A1"/></crimes>',
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "json": b'[{"Crime Ref": "A1", "Date From": "01/02/2026"}]',
    "rtf": rb"{\rtf1\ansi Crime Ref}",
    "old-workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1500),
    "sqlite": b"SQLite format 3\x00" + bytes(4000),
    "parquet": b"PAR1" + bytes(100) + b"PAR1",
    "mail": b"From: a@b.uk\nSubject: crimes\nMIME-Version: 1.0\n\nAttached.\n",
    "python": b"import os\nos.system('touch owned')\n",
    "pickle": b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94.",
    "login-page": b"Session expired. Please log in.\n",
    "git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n",
}.items():
    CSV.add(f"{_name}-under-this-name", data(_head), refused("crimes.csv"))

# Line ends
CSV.add("line-ends-of-old-macs", text(lines(20, end="\r")), used(20))
CSV.add("line-ends-of-windows", text(lines(20, end="\r\n")), used(20))
CSV.add("line-ends-doubled", text(lines(20, end="\r\r\n")), used(20))
CSV.add("line-ends-mixed", text("".join(
    line + end for line, end in zip(GOOD.splitlines(), ["\n", "\r\n", "\r"] * 7, strict=True))), used(20))
CSV.add("line-ends-of-unicode", text(lines(20, end="\u2028")), refused("crimes.csv"))
CSV.add("line-ends-of-unicode-in-cells", text(_named(3, "A\u2028\u2029\x85B")), used(20))
CSV.add("no-last-line-end", text(GOOD[:-1]), used(20))
CSV.add("blank-lines-between", text(GOOD.replace("\n", "\n\n\n")), used(20))
CSV.add("blank-lines-many", text(lambda: GOOD + "\n" * 200_000), used(20))
CSV.add("blank-lines-first", text("\n" * 5 + GOOD), used(20))
CSV.add("blank-lines-first-many", text("\n" * 5000 + GOOD), used(20), refused("crimes.csv"))
CSV.add("rows-of-commas", text(GOOD + ",,,\n" * 2000), used(20))
CSV.add("spaces-alone", text("   \n  \t \n"), refused("empty"))
CSV.add("line-ends-alone", text("\n\r\n\n"), refused("empty"))
CSV.add("commas-alone", text(",,,\n,,,\n"), refused("crimes.csv"))
CSV.add("empty", data(b""), refused("empty"))

# Quotes
CSV.add("quote-stray-in-a-ref", text(_named(3, 'A"3')), used(20), used(19, 1))
CSV.add("quote-never-closed", text(_named(3, '"A3')), counted(20), refused("quotation"))
CSV.add("quote-never-closed-in-the-last-row", text(_named(19, '"A3')), used(19, 1), used(20), refused("quotation"))
CSV.add("quote-never-closed-in-the-heading", text('"' + GOOD), used(20), refused("crimes.csv"))
CSV.add("quote-never-closed-in-a-long-file", text(lambda: lines(20_000, {3: {"ref": '"A3'}})),
        used(20_000), used(19_999, 1), refused("quotation"))
CSV.add("quotes-doubled", text(_named(3, '"A""3"')), used(20))
CSV.add("quotes-escaped-by-backslash", text(_named(3, '"A\\"3"')), used(20), used(19, 1), refused("quotation"))
CSV.add("quotes-around-every-cell", text("".join(
    ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in GOOD.splitlines())), used(20))
CSV.add("quotes-around-every-row", text("".join(f'"{line}"\n' for line in GOOD.splitlines())),
        used(20), refused("crimes.csv"))
CSV.add("quotes-with-space-before", text(_named(3, ' "A3"')), used(20))
CSV.add("quotes-typographic", text(_named(3, "“A3”")), used(20))
CSV.add("quotes-single", text(_named(3, "'A3'")), used(20))
CSV.add("quoted-line-ends", text(_named(3, '"A\r\n3"')), used(20))
CSV.add("quoted-row-of-another-crime", text(_named(3, '"A3\nA99,01/02/2026,451000,340000\n"')), used(20), used(19, 1))
CSV.add("quoted-cell-of-200-kb", text(_named(3, f'"{"x" * 200_000}"')), used(20), used(19, 1))
CSV.add("quoted-cell-of-200-kb-with-lines", text(_named(3, '"' + "note\n" * 40_000 + '"')), used(20), used(19, 1), refused("quotation"))
CSV.add("note-of-200-kb", text(lambda: "".join(
    line + ("," + ("MO" if n == 0 else f'"{"broke in; " * 20_000}"' if n == 4 else "x")) + "\n"
    for n, line in enumerate(GOOD.splitlines()))), used(20))
CSV.add("cell-of-200-kb", text(_named(3, "x" * 200_000)), used(20), used(19, 1))
CSV.add("cell-of-10-mb", text(lambda: _named(3, "x" * 10_000_000)), used(20), used(19, 1), refused("crimes.csv"))
CSV.add("cell-of-131073", text(_named(3, "x" * 131_073)), used(20), used(19, 1))
CSV.add("one-line-of-5-mb", text(lambda: "x" * 5_000_000), refused("crimes.csv"))
CSV.add("quotes-alone", text('"' * 10_000), refused("crimes.csv"))
CSV.add("quotes-and-lines", text(GOOD + '"\n' * 5000), used(20), counted(2520), counted(5020), refused("crimes.csv"))

# Cuts
CSV.add("cut-mid-line", text(GOOD[:-12]), used(19, 1))
CSV.add("cut-mid-number", text(GOOD[:-3]), used(19, 1), used(20))
CSV.add("cut-after-a-comma", text(GOOD[:-7]), used(19, 1))
CSV.add("cut-mid-heading", text(GOOD[:9]), refused("crimes.csv"))
CSV.add("cut-after-the-heading", text(GOOD.splitlines()[0]), refused("no row"))
CSV.add("cut-mid-quote", text(GOOD + '"A99,01/02/2026,4510'), used(20, 1), refused("quotation"))
