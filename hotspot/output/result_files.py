"""Page, table, picture, workbook and JSON of any result, written whole or not at all."""

import base64
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hotspot import __version__
from hotspot._checks import choice_problems, raise_problems
from hotspot.output.files import replacing_files
from hotspot.output.handling import shown_marking
from hotspot.output.page_parts import FORMATS, PageTable, Writer
from hotspot.output.pages import make_page, write_page
from hotspot.output.tables import write_table
from hotspot.output.workbook_files import Stamp, write_tables

if TYPE_CHECKING:
    from hotspot.output.results import Result

_DPI = 150
_INPUT_COLUMNS = [("Input", "head"), ("SHA-256", "hash")]


class MadeOf(NamedTuple):
    """What a result cannot know of itself: marking, files that went in, and what was counted."""

    marking: str | None
    inputs: Mapping[str, str]
    basis: Mapping[str, str]


def write_result(
    result: "Result",
    folder: str | os.PathLike[str],
    name: str,
    made_of: MadeOf,
    formats: Iterable[str],
    files: Mapping[str, Writer],
) -> list[Path]:
    """Write a result. See `Result.write`.

    Returns
    -------
    list of Path
    """
    formats = [formats] if isinstance(formats, str) else list(formats)
    raise_problems(
        arguments=[p for one in formats for p in choice_problems("formats", one, FORMATS)]
    )
    return write_results(folder, [WrittenResult(result, name, made_of, files)], formats)


class WrittenResult(NamedTuple):
    """A result, what its files are called, what it is made of, and its further files."""

    result: "Result"
    name: str
    made_of: MadeOf
    files: Mapping[str, Writer]

    def names(self, formats: Iterable[str]) -> list[str]:
        """Return the names of its files."""
        return [*(f"{self.name}.{kind}" for kind in formats), *self.files]


def write_results(
    folder: str | os.PathLike[str],
    results: Iterable[WrittenResult],
    formats: Iterable[str] = FORMATS,
) -> list[Path]:
    """Write the files of several results, all or none.

    Parameters
    ----------
    folder : path
    results : iterable of WrittenResult
    formats : iterable of str

    Returns
    -------
    list of Path
    """
    formats = list(formats)
    writers: dict[Path, Writer] = {}
    for one in results:
        made = _Made(one.result, one.made_of)
        own = [getattr(made, f"write_{kind}") for kind in formats]
        pairs = zip(one.names(formats), [*own, *one.files.values()], strict=True)
        writers |= {Path(folder) / name: writer for name, writer in pairs}
    with replacing_files(writers) as places:
        for path, writer in writers.items():
            writer(places[path])
    return list(writers)


@dataclass
class _Made:
    """The files of one result, which share its page and its picture."""

    result: "Result"
    made_of: MadeOf

    def __post_init__(self) -> None:
        self.page = self.result.page()
        self.shown = shown_marking(self.made_of.marking)
        own = [(name, str(value)) for name, value in self.page.settings]
        self.settings = [*self.made_of.basis.items(), *own]

    @cached_property
    def picture(self) -> bytes:
        # Loaded when a picture is made: JSON alone needs no matplotlib.
        from hotspot.output.pictures import png_of

        return png_of(self.result.plot(), dpi=_DPI)

    def write_html(self, path: Path) -> None:
        page = make_page(
            "result_page.html.j2",
            page=self.page,
            title=self.page.title,
            marking=self.shown,
            picture=base64.b64encode(self.picture).decode("ascii"),
            settings=PageTable.of([("", "head"), ("", "")], self.settings, kind="narrow"),
            inputs=PageTable.of(_INPUT_COLUMNS, self.made_of.inputs.items(), kind="small"),
            version=f"Made with hotspot {__version__}.",
        )
        write_page(page, path)

    def write_csv(self, path: Path) -> None:
        # A table is copied out of its folder; marking and cut-off go with every row.
        said: dict[str, Any] = {**self.page.csv_columns, "marking": self.shown}
        write_table(self.result.table.assign(**said), path)

    def write_png(self, path: Path) -> None:
        path.write_bytes(self.picture)

    def write_xlsx(self, path: Path) -> None:
        page = self.page
        about = [
            ("Marking", self.shown),
            ("What was counted", page.scope),
            *(("What was found", line) for line in page.sentences),
            *((section.title, line) for section in page.first for line in section.points),
            *(("How far to trust it", line) for line in page.limits),
            *self.settings,
            *((f"SHA-256 of {name}", digest) for name, digest in self.made_of.inputs.items()),
            ("Made by", f"hotspot {__version__}"),
        ]
        stamp = Stamp(page.title, self.shown, "", page.as_of)
        write_tables(self.result.tables(), path, stamp, about)

    def write_json(self, path: Path) -> None:
        record = self.result.record(*self.made_of)
        text = json.dumps(record, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
