"""What a result is to whoever reads or writes it: words, tables, a picture, a page and a record.

A command whose answer is a result gets page, table, picture, workbook and JSON by this alone:

1. its result class, in the room of the analysis, derives from `Result`, has a ``table`` and names
   its ``product`` (``"trends"``: the files are ``trends.html``, ``trends.csv``, ...);
2. it has the four methods `Result.summary`, `Result.plot`, `Result.page` and `Result.content`;
   where it holds more tables than one, `Result.tables` too;
3. the command calls ``result.write(folder, marking=..., inputs=...)`` and prints ``summary()``, or
   ``record(...)`` with ``--json``.

What is drawn or written elsewhere, such as a map or a GeoTIFF, is handed to `Result.write` as
``files={"map.html": lambda path: save_map(drawn, path)}`` and takes its place with the rest.
"""

import html
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from hotspot import __version__
from hotspot.output.page_parts import FORMATS, ResultPage, Writer

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Shown:
    """What Jupyter shows by its words, and its table where it has one."""

    def summary(self) -> str:
        """Return what was found, in words."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        table = getattr(self, "table", None)
        return shown_html(self.summary(), *([table] if isinstance(table, pd.DataFrame) else []))


class Result(Shown, ABC):
    """A result that shows itself in Jupyter and writes itself to a folder.

    Attributes
    ----------
    product : str
        The command that makes it: `write` names the files by it.
    table : DataFrame
        A row per thing that was found.
    """

    product: ClassVar[str]
    table: pd.DataFrame

    @abstractmethod
    def summary(self) -> str:
        """Return what was found, in plain sentences.

        Returns
        -------
        str
            One sentence a line.
        """

    @abstractmethod
    def plot(self) -> "Figure":
        """Draw what was found.

        Returns
        -------
        matplotlib.figure.Figure
        """

    @abstractmethod
    def page(self) -> ResultPage:
        """Return what the page says.

        Returns
        -------
        ResultPage
        """

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """Return settings, words and tables as JSON can hold them: no place and no address.

        Returns
        -------
        dict
        """

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result.

        Returns
        -------
        dict of str to DataFrame
            By the name of its sheet in a workbook.
        """
        return {self.product: self.table}

    def record(
        self,
        marking: str | None = None,
        inputs: Mapping[str, str] | None = None,
        basis: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return what JSON can hold of the result, so that it can be run again alike.

        Parameters
        ----------
        marking : str, optional
            Protective marking.
        inputs : mapping of str to str, optional
            Name and SHA-256 of each file that went in.
        basis : mapping of str to str, optional
            What was counted, by what people call it: the offences, the cut-off.

        Returns
        -------
        dict
        """
        return {
            "product": f"hotspot {self.product}",
            "version": __version__,
            "marking": marking,
            "inputs": dict(inputs or {}),
            "basis": dict(basis or {}),
            **self.content(),
        }

    def write(
        self,
        folder: str | os.PathLike[str],
        *,
        name: str | None = None,
        marking: str | None = None,
        inputs: Mapping[str, str] | None = None,
        formats: Iterable[str] = FORMATS,
        files: Mapping[str, Writer] | None = None,
        basis: Mapping[str, str] | None = None,
    ) -> list[Path]:
        """Write the result as page, table, picture, workbook and JSON.

        Parameters
        ----------
        folder : path
            It is made where it is missing, and files of the same names are replaced.
        name : str, optional
            What the files are called, without ending. Default: that of the product.
        marking : str, optional
            Protective marking. Without one the files say that none was given.
        inputs : mapping of str to str, optional
            Name and SHA-256 of each file that went in.
        formats : iterable of {"html", "csv", "png", "xlsx", "json"}
            Which files, in this order.
        files : mapping of str to callable, optional
            Further files, such as a map: what writes each to a path, by its name in the folder.
        basis : mapping of str to str, optional
            What was counted, as of `record`: first among the settings of page and workbook.

        Returns
        -------
        list of Path
            What was written. The page asks nothing of any network and runs nothing; none of the
            five names a reference or an address, but where the result is of single crimes: series
            and their leads, cameras to ask, and what two forces both recorded.

        Raises
        ------
        ConfigError
            If a format is unknown.
        OutputError
            If a file cannot be written. All are made before the first takes its place: those that
            stood there stay where one fails.
        """
        # Loaded when files are written: templates and workbooks are of no use before.
        from hotspot.output.result_files import MadeOf, write_result

        made_of = MadeOf(marking, inputs or {}, basis or {})
        return write_result(self, folder, name or self.product, made_of, formats, files or {})


def json_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON can hold them: what is missing as null, days as ISO.

    Examples
    --------
    >>> json_rows(pd.DataFrame({"low": [0.5, float("nan")]}))
    [{'low': 0.5}, {'low': None}]
    """
    text = table.to_json(orient="records", double_precision=15, date_format="iso")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows


def shown_html(summary: str, *tables: pd.DataFrame) -> str:
    r"""Return what Jupyter shows of a result: a paragraph for each line, then the tables.

    Examples
    --------
    >>> shown_html("Two\n& three")
    '<p>Two</p><p>&amp; three</p>'
    """
    words = [f"<p>{html.escape(line)}</p>" for line in summary.splitlines()]
    shown = [table.to_html(index=False, float_format=lambda v: f"{v:.4g}") for table in tables]
    return "".join([*words, *shown])
