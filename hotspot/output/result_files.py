"""Page, table, picture, workbook and JSON of any result, written whole or not at all."""

import base64
import io
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hotspot import __version__
from hotspot._checks import choice_problems, raise_problems
from hotspot.output.files import replacing_files
from hotspot.output.handling import shown_marking
from hotspot.output.pages import make_page, write_page
from hotspot.output.results import FORMATS, PageTable, Result, ResultPage, Writer
from hotspot.output.tables import write_table
from hotspot.output.workbook_files import Stamp, write_tables

_DPI = 150


def write_result(
    result: Result,
    folder: str | os.PathLike[str],
    name: str,
    marking: str | None,
    inputs: Mapping[str, str],
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
    made = _Made(result, shown_marking(marking), inputs, marking)
    writers = {Path(folder) / f"{name}.{kind}": made.writer(kind) for kind in formats}
    writers |= {Path(folder) / other: writer for other, writer in files.items()}
    with replacing_files(writers) as places:
        for path, writer in writers.items():
            writer(places[path])
    return list(writers)


class _Made:
    """The files of one result, which share its page and its picture."""

    def __init__(
        self, result: Result, shown: str, inputs: Mapping[str, str], marking: str | None
    ) -> None:
        self._result, self._shown, self._inputs, self._marking = result, shown, inputs, marking
        self._page: ResultPage = result.page()
        self._drawn: bytes | None = None

    def writer(self, kind: str) -> Writer:
        """Return what writes the file of one format."""
        writer: Writer = getattr(self, f"_write_{kind}")
        return writer

    def _picture(self) -> bytes:
        if self._drawn is None:
            buffer = io.BytesIO()
            # Without the name of the software equal results are equal files.
            self._result.plot().savefig(buffer, format="png", dpi=_DPI, metadata={"Software": None})
            self._drawn = buffer.getvalue()
        return self._drawn

    def _write_html(self, path: Path) -> None:
        page = make_page(
            "result_page.html.j2",
            page=self._page,
            title=self._page.title,
            marking=self._shown,
            picture=base64.b64encode(self._picture()).decode("ascii"),
            settings=PageTable.of([("", "head"), ("", "")], self._settings(), kind="narrow"),
            inputs=PageTable.of(
                [("Input", "head"), ("SHA-256", "hash")], self._inputs.items(), kind="small"
            ),
            version=f"Made with hotspot {__version__}.",
        )
        write_page(page, path)

    def _write_csv(self, path: Path) -> None:
        # A table is copied out of its folder; marking and cut-off go with every row.
        said: dict[str, Any] = {**self._page.csv_columns, "marking": self._shown}
        write_table(self._result.table.assign(**said), path)

    def _write_png(self, path: Path) -> None:
        path.write_bytes(self._picture())

    def _write_xlsx(self, path: Path) -> None:
        page = self._page
        about = [
            ("Marking", self._shown),
            ("What was counted", page.scope),
            *(("What was found", line) for line in page.sentences),
            *(("How far to trust it", line) for line in page.limits),
            *self._settings(),
            *((f"SHA-256 of {name}", digest) for name, digest in self._inputs.items()),
            ("Made by", f"hotspot {__version__}"),
        ]
        stamp = Stamp(page.title, self._shown, "", page.as_of)
        write_tables(self._result.tables(), path, stamp, about)

    def _write_json(self, path: Path) -> None:
        record = self._result.record(self._marking, self._inputs)
        text = json.dumps(record, indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")

    def _settings(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self._page.settings]
