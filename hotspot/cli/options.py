"""What several commands ask for, and how they answer."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from hotspot._errors import quoted
from hotspot.cli.option_values import moment, taken, zone
from hotspot.cli.terminal import print_notes, shortened

if TYPE_CHECKING:
    import pandas as pd

    from hotspot.briefing.burglaries import Burglaries
    from hotspot.briefing.set_up import ChosenSetUp
    from hotspot.output.page_parts import Writer
    from hotspot.output.result_files import WrittenResult
    from hotspot.output.results import Result

# Options that name a file to be written; a folder is one by its name.
_OUTPUT_FILES = ("out", "rejected", "record")
#: Options that name what is written.
OUTPUTS = (*_OUTPUT_FILES, "folder", "database")
# Exit statuses.
DONE, UNUSABLE, WRONG_USAGE, FAULT, STOPPED = 0, 1, 2, 3, 130


class Value(NamedTuple):
    """What an option, or an argument without dashes, takes.

    Parameters
    ----------
    metavar : str or None
        What its value is called.
    help : str
        What it is for; the default is added, unless brackets tell it already.
    default : object
        Its type is that of the value; a list takes several, and False is a switch.
    kind : callable, optional
        Reads the value, where the default does not show its type.
    choices : sequence of str, optional
    """

    metavar: str | None
    help: str
    default: Any = None
    kind: Callable[[str], Any] | None = None
    choices: Sequence[str] | None = None


Values: TypeAlias = Mapping[str, Value]
Run: TypeAlias = Callable[[argparse.Namespace], int]
JSON = Value(None, "print what a program can read", False)
DRY_RUN = Value(None, "do all of it but write nothing, and say what would be", False)
#: Where a command writes what it found to a database as well; see `to_database`.
DATABASE: Values = {
    "--database": Value(
        "URL",
        "write a table too: postgresql://user@host/name?table=schema.table, or a layer: "
        "sqlite:///file.gpkg?table=layer",
    ),
    "--replace-table": Value(None, "replace the table of that name in the database", False),
}
_LOUDNESS: Values = {
    "--quiet": Value(None, "no notes and no progress: the answer, and what is wrong", False),
    "--verbose": Value(None, "versions first, and notes at full length", False),
}


def add_command(
    commands: Any, name: str, run: Run, words: str, description: str, values: Values
) -> argparse.ArgumentParser:
    """Add a command with its arguments."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=description
    )
    command.set_defaults(run=run, parser=command)
    loudness = command.add_mutually_exclusive_group()
    add_values(loudness, _LOUDNESS)
    add_values(command, values)
    return command


def add_values(command: argparse._ActionsContainer, values: Values) -> None:
    """Add arguments to a command."""
    for name, (metavar, words, default, kind, choices) in values.items():
        if default is False:
            command.add_argument(name, action="store_true", help=words)
            continue
        several = isinstance(default, list)
        defaults = default if several else [] if default is None else [default]
        if defaults:
            kind = kind or type(defaults[0])
            listed = " ".join(one if isinstance(one, str) else f"{one:g}" for one in defaults)
            if listed and not words.endswith(")"):
                words = f"{words} ({listed})".strip()
        # fmt: off
        command.add_argument(name, metavar=metavar, help=words or None, default=default,
                             type=taken(name, kind or str), choices=choices,
                             nargs="+" if several else None)
        # fmt: on


def add_result_command(
    commands: Any, name: str, run: Run, words: str, description: str, values: Values
) -> None:
    """Add a command that reads burglaries and whose answer is a result that writes itself."""
    command = add_command(commands, name, run, words, description, {})
    add_reading(command)
    marking = Value(None, "protective marking of the products (that of the set-up)")
    written = {"--marking": marking, "--folder": Value(None, "where to write", name)}
    add_values(command, {**values, **written, "--json": JSON})
    command.set_defaults(product=name)


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the arguments that every command has: a set-up or files, and how to read them."""
    command.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a set-up (TOML), or a file of burglaries (- is standard input): CSV (gzip too), "
        "XLSX, GeoPackage, GeoJSON, Parquet, shapefile; or several of one layout, or a folder; "
        "addresses, areas and streets among them are known by what is in them",
    )
    command.add_argument(
        "--columns",
        nargs="+",
        action="extend",
        default=[],
        type=_columns,
        metavar="FIELD=NAME[,NAME]",
        help="which column holds a field, e.g. crime_ref='Crime Ref'",
    )
    command.add_argument("--crs", help="what the coordinates are in, e.g. EPSG:27700")
    offences = (
        "which offences to use: homes (the default where the file tells the offence), burglary, "
        "residential, business, 'unconnected building', all, or codes and titles"
    )
    command.add_argument("--offence", nargs="+", action="extend", metavar="CODE", help=offences)
    add_values(
        command,
        {
            "--timezone": Value(
                "ZONE", "times with a zone become this zone's: Europe/London", kind=zone
            ),
            "--month-first": Value(None, "03/04/2026 is 4 March", False),
            "--sheet": Value(None, "name of the sheet of a workbook"),
            "--as-of": Value(
                "DATE", "the cut-off, a day or a time: what came later is left out", kind=moment
            ),
            "--within": Value("FILE", "polygons of the study area"),
        },
    )


def add_layers(command: argparse.ArgumentParser) -> None:
    """Add the arguments that name what lies around the burglaries."""
    add_values(
        command,
        {
            "--addresses": Value("FILE", "all addresses there are"),
            "--areas": Value("FILE", "beats, wards or other areas"),
            "--area-name": Value("COLUMN", "which column names an area"),
            "--streets": Value("FILE", "streets, the backdrop of maps"),
        },
    )


def _columns(text: str) -> list[tuple[str, list[str]]]:
    """Read FIELD=NAME[,NAME], and several of them parted by commas."""
    fields: list[tuple[str, list[str]]] = []
    for part in text.split(","):
        field, equals, name = part.partition("=")
        if equals:
            fields.append((field.strip(), []))
        elif fields:
            name = part
        if fields and name.strip():
            fields[-1][1].append(name.strip())
    if not fields or not all(field and names for field, names in fields):
        raise argparse.ArgumentTypeError(
            f"{quoted(text)} is not FIELD=NAME (put the FILE before --columns)"
        )
    return fields


def set_up_of(
    options: argparse.Namespace, layers: "Mapping[str, Any] | None" = None
) -> "ChosenSetUp":
    """Return the set-up that was named, or guessed of the files.

    How to read the files is kept in a set-up that is guessed. What to choose from them is kept by
    the commands that work by it, which name `layers`; to others it is a question of this run.
    """
    from hotspot.briefing.set_up import choose_set_up

    columns: dict[str, list[str]] = {}
    for fields in options.columns:
        for field, names in fields:
            columns.setdefault(field, []).extend(names)
    reading = {
        "columns": columns or None,
        "crs": options.crs,
        "timezone": options.timezone,
        "dayfirst": False if options.month_first else None,
        "sheet": options.sheet,
    }
    choice = {"offences": options.offence, "within": absolute(options.within)}
    kept = reading if layers is None else {**reading, **choice}
    given = _told({"incidents": kept, **(layers or {})})
    files = options.files[0] if len(options.files) == 1 else options.files
    chosen = choose_set_up(files, {}, given)
    own = [chosen.file] if chosen.file else []
    # A briefing goes where its set-up says; what else is written, where the command does.
    folder = chosen.config.output.folder if hasattr(options, "replace") else None
    refuse_lost(options, [*chosen.config.read_files(), *own], folder)
    return chosen.changed(options.as_of, tables=_told({"incidents": choice}))


def refuse_lost(
    options: argparse.Namespace, inputs: Sequence[Path], folder: Path | None = None
) -> None:
    """Refuse to write over what is read, before any of it is.

    Parameters
    ----------
    options : Namespace
    inputs : sequence of Path
        Files, and folders of files, that the command reads or keeps.
    folder : Path, optional
        Where it writes to if its options do not tell.

    Raises
    ------
    OutputError
    """
    from hotspot.output.own_files import (
        is_same,
        refuse_foreign,
        refuse_inputs,
        refuse_inputs_within,
        refuse_no_folders,
    )
    from hotspot.output.page_parts import FORMATS

    outputs = [path for name in _OUTPUT_FILES if (path := absolute(getattr(options, name, None)))]
    folder = absolute(getattr(options, "folder", None)) or folder
    product = getattr(options, "product", None)
    if folder and product:
        refuse_no_folders([folder])
        outputs += [folder / f"{product}.{ending}" for ending in FORMATS]
    elif folder:
        refuse_inputs_within(folder, inputs)
    refuse_no_folders(path.parent for path in outputs)
    refuse_inputs(outputs, inputs)
    # The record of what was published is read before it is written.
    record = absolute(getattr(options, "record", None))
    refuse_foreign(path for path in outputs if record is None or not is_same(path, record))


def layers_of(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Return what `add_layers` asked for, as the tables of a set-up."""
    areas = {"path": absolute(options.areas), "name": options.area_name}
    return _told(
        {
            "addresses": {"path": absolute(options.addresses)},
            "areas": areas,
            "basemap": {"streets": absolute(options.streets)},
        }
    )


def _told(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the tables without what was not asked for."""
    told = {
        table: {name: value for name, value in settings.items() if value is not None}
        for table, settings in tables.items()
    }
    return {table: settings for table, settings in told.items() if settings}


def absolute(path: str | None) -> Path | None:
    """Return a path from where we stand: those in a set-up are relative to it."""
    from hotspot._checks import full_path

    return None if path is None else full_path(path)


def burglaries_of(
    options: argparse.Namespace,
    layers: "Mapping[str, Any] | None" = None,
    *,
    with_series: bool = False,
) -> "Burglaries":
    """Read the burglaries that were asked for, and print how they were read.

    Layers that are named here are of this run only: the next may ask something else. So is whether
    the force's own number of a series is read, as ``series_id``.
    """
    from hotspot.briefing import series_column
    from hotspot.briefing.burglaries import read_burglaries

    chosen = set_up_of(options).changed(tables=layers)
    print_notes(chosen.notes)
    config = chosen.config
    if with_series:
        config, _, notes = series_column.with_series(config)
        print_notes(notes)
    burglaries = read_burglaries(config)
    print_notes(burglaries.notes)
    return burglaries


def answer(
    result: "Result",
    options: argparse.Namespace,
    burglaries: "Burglaries",
    files: "Mapping[str, Writer] | None" = None,
) -> int:
    """Write a result to the folder that was asked for, and print what it is.

    Parameters
    ----------
    result : Result
    options : Namespace
        Of `add_result_command`.
    burglaries : Burglaries
        Those that it is of.
    files : mapping of callable, optional
        Further files, as `Result.write` takes them.

    Returns
    -------
    int
        The exit status.
    """
    return answer_each({result.product: result}, options, burglaries, {result.product: files or {}})


def answer_each(
    results: "Mapping[str, Result]",
    options: argparse.Namespace,
    burglaries: "Burglaries",
    files: "Mapping[str, Mapping[str, Writer]] | None" = None,
    inputs: Mapping[str, Mapping[str, str]] | None = None,
) -> int:
    """Write results to the folder that was asked for, all or none, and print what they are.

    Parameters
    ----------
    results : mapping of Result
        By what their files are called.
    options : Namespace
        Of `add_result_command`.
    burglaries : Burglaries
        Those that they are of.
    files : mapping of mapping of callable, optional
        Further files of each result, as `Result.write` takes them.
    inputs : mapping of mapping of str to str, optional
        Name and SHA-256 of further files that went into each result.

    Returns
    -------
    int
        The exit status.
    """
    from hotspot.output.result_files import MadeOf, WrittenResult

    marking, basis, read = marking_of(options, burglaries), burglaries.basis, burglaries.inputs
    written = [
        WrittenResult(
            result,
            name,
            MadeOf(marking, {**read, **(inputs or {}).get(name, {})}, basis),
            (files or {}).get(name, {}),
        )
        for name, result in results.items()
    ]
    return answer_written(written, options, burglaries.config.read_files(), burglaries.record)


def answer_written(
    written: "Sequence[WrittenResult]",
    options: argparse.Namespace,
    read: Sequence[Path],
    reading: Mapping[str, Any],
) -> int:
    """Write results, all or none, and print what they are; see `answer_each`.

    Parameters
    ----------
    written : sequence of WrittenResult
    options : Namespace
    read : sequence of Path
        Files that may not be written over.
    reading : mapping
        How the files were read, as JSON can hold it.

    Returns
    -------
    int
        The exit status.
    """
    from hotspot.output.own_files import own_files, refuse_inputs
    from hotspot.output.page_parts import FORMATS
    from hotspot.output.result_files import write_results

    paths = [Path(options.folder, name) for one in written for name in one.names(FORMATS)]
    refuse_inputs(paths, read)
    with own_files(paths):
        write_results(options.folder, written)
    records = [one.result.record(*one.made_of) for one in written]
    about = {"reading": dict(reading), "files": [str(path) for path in paths]}
    content = {**records[0], **about} if len(records) == 1 else {"results": records, **about}
    print_answer(options, content, *(one.result.summary() for one in written), *paths)
    return DONE


def to_database(
    options: argparse.Namespace,
    frames: "Mapping[str, pd.DataFrame]",
    marking: str | None,
    read: Sequence[Path] = (),
) -> list[str]:
    """Write frames to the database that was asked for, all or none.

    Parameters
    ----------
    options : Namespace
        With those of `DATABASE`.
    frames : mapping of str to DataFrame
        By what their tables are called where the URL names none.
    marking : str or None
        Protective marking.
    read : sequence of Path
        Files that may not be written over, nor into.

    Returns
    -------
    list of str
        What was written where; nothing where no database was asked for.
    """
    if options.database is None:
        return []
    from hotspot.output.own_files import refuse_inputs
    from hotspot.reading.databases import file_of_url
    from hotspot.sharing import write_layers

    file = file_of_url(options.database)
    refuse_inputs([file] if file is not None else [], read)
    written = write_layers(frames, options.database, marking, replace=options.replace_table)
    return [f"{one}." for one in written]


def marking_of(options: argparse.Namespace, burglaries: "Burglaries") -> str:
    """Return the marking that was asked for, else that of the set-up, and how it is handled."""
    return burglaries.config.output.with_marking(options.marking).marked


def print_json(value: Any) -> None:
    """Print what a program can read."""
    print(json.dumps(value, indent=2))


def print_answer(options: argparse.Namespace, content: Mapping[str, Any], *lines: object) -> None:
    """Print what a program can read where that was asked for, else what people read."""
    if options.json:
        print_json(content)
    else:
        print_lines(*lines)


def print_lines(*lines: object) -> None:
    """Print what people read, a line each; what data hold in them does not flood a screen."""
    for line in lines:
        text = str(line)
        print(shortened(text, most_lines=text.count("\n") + 1))
