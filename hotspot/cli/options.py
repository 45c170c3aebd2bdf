"""What several commands ask for, and how they answer."""

import argparse
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotspot.output.results import Result, Writer

# Exit statuses.
DONE, UNUSABLE, WRONG_USAGE, STOPPED = 0, 1, 2, 130


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say how to read a file of burglaries."""
    command.add_argument("file", help="CSV, XLSX, GeoPackage, GeoJSON or Parquet; also .csv.gz")
    command.add_argument(
        "--columns",
        nargs="+",
        action="extend",
        default=[],
        type=_column,
        metavar="FIELD=NAME[,NAME]",
        help="which column holds a field, e.g. crime_ref='Crime Ref'",
    )
    command.add_argument("--crs", help="what the coordinates are in, e.g. EPSG:27700")
    command.add_argument(
        "--offence",
        nargs="+",
        action="extend",
        metavar="CODE",
        help="codes or names of the offences to use, e.g. burglary",
    )
    command.add_argument("--month-first", action="store_true", help="03/04/2026 is 4 March")
    command.add_argument("--sheet", help="name of the sheet of a workbook")
    command.add_argument("--within", metavar="FILE", help="polygons of the study area")


def _column(text: str) -> tuple[str, list[str]]:
    """Read FIELD=NAME[,NAME]."""
    field, equals, names = text.partition("=")
    listed = [name.strip() for name in names.split(",") if name.strip()]
    if not (equals and field.strip() and listed):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not FIELD=NAME (put the FILE before --columns)"
        )
    return field.strip(), listed


def reading(options: argparse.Namespace, outline: Any = None) -> dict[str, Any]:
    """Return the keywords of `read_incidents` that `add_reading` asked for."""
    columns: dict[str, list[str]] = {}
    for field, names in options.columns:
        columns.setdefault(field, []).extend(names)
    return {
        "columns": columns or None,
        "crs": options.crs,
        "offences": options.offence,
        "dayfirst": not options.month_first,
        "sheet": options.sheet,
        "within": outline_of(options.within) if outline is None else outline,
    }


def outline_of(path: str | None) -> Any:
    """Read a study area, where one was given."""
    if path is None:
        return None
    from hotspot.areas import read_outline

    return read_outline(path)


def add_result(command: argparse.ArgumentParser, folder: str) -> None:
    """Add the arguments of a command whose answer is a result that writes itself."""
    command.add_argument("--marking", help="protective marking that the products carry")
    command.add_argument("--folder", default=folder, help=f"where to write ({folder})")
    add_json(command)


def answer(
    result: "Result", options: argparse.Namespace, files: "Mapping[str, Writer] | None" = None
) -> int:
    """Write a result to the folder that was asked for, and print what it is.

    Parameters
    ----------
    result : Result
    options : Namespace
        Of `add_reading` and `add_result`.
    files : mapping of callable, optional
        Further files, as `Result.write` takes them.

    Returns
    -------
    int
        The exit status.
    """
    from hotspot.output.files import inputs_of

    marking, inputs = options.marking, inputs_of([options.file])
    written = result.write(options.folder, marking=marking, inputs=inputs, files=files)
    if options.json:
        record = result.record(marking, inputs)
        print_json({**record, "files": [str(path) for path in written]})
    else:
        print(result.summary(), *written, sep="\n")
    return DONE


def add_json(command: argparse.ArgumentParser) -> None:
    """Add the argument that asks for output for programs."""
    command.add_argument("--json", action="store_true", help="print what a program can read")


def print_json(value: Any) -> None:
    """Print what a program can read."""
    print(json.dumps(value, indent=2))
