"""What several commands ask for, and how they answer."""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from hotspot.output.page_parts import Writer
    from hotspot.output.results import Result

# Exit statuses.
DONE, UNUSABLE, WRONG_USAGE, STOPPED = 0, 1, 2, 130


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


def add_command(
    commands: Any, name: str, run: Run, words: str, description: str, values: Values
) -> argparse.ArgumentParser:
    """Add a command with its arguments."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=words, description=description
    )
    command.set_defaults(run=run)
    add_values(command, values)
    return command


def add_values(command: argparse.ArgumentParser, values: Values) -> None:
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
            words = words if words.endswith(")") else f"{words} ({listed})".strip()
        # fmt: off
        command.add_argument(name, metavar=metavar, help=words or None, default=default,
                             type=kind or str, choices=choices, nargs="+" if several else None)
        # fmt: on


def add_result_command(
    commands: Any, name: str, run: Run, words: str, description: str, values: Values
) -> None:
    """Add a command that reads burglaries and whose answer is a result that writes itself."""
    command = add_command(commands, name, run, words, description, {})
    add_reading(command)
    marking = Value(None, "protective marking that the products carry")
    written = {"--marking": marking, "--folder": Value(None, "where to write", name)}
    add_values(command, {**values, **written, "--json": JSON})


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
    offences = (
        "which offences to use: homes (the default where the file tells the offence), burglary, "
        "residential, business, 'unconnected building', all, or codes and titles"
    )
    command.add_argument("--offence", nargs="+", action="extend", metavar="CODE", help=offences)
    add_values(
        command,
        {
            "--month-first": Value(None, "03/04/2026 is 4 March", False),
            "--sheet": Value(None, "name of the sheet of a workbook"),
            "--within": Value("FILE", "polygons of the study area"),
        },
    )


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
    # Loaded here: `hotspot --help` reads no data.
    from hotspot.incidents.offences import BY_DEFAULT

    columns: dict[str, list[str]] = {}
    for field, names in options.columns:
        columns.setdefault(field, []).extend(names)
    return {
        "columns": columns or None,
        "crs": options.crs,
        "offences": options.offence or BY_DEFAULT,
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


def answer(
    result: "Result", options: argparse.Namespace, files: "Mapping[str, Writer] | None" = None
) -> int:
    """Write a result to the folder that was asked for, and print what it is.

    Parameters
    ----------
    result : Result
    options : Namespace
        Of `add_result_command`.
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
    record = {**result.record(marking, inputs), "files": [str(path) for path in written]}
    print_answer(options, record, result.summary(), *written)
    return DONE


def print_json(value: Any) -> None:
    """Print what a program can read."""
    print(json.dumps(value, indent=2))


def print_answer(options: argparse.Namespace, content: Mapping[str, Any], *lines: object) -> None:
    """Print what a program can read where that was asked for, else what people read."""
    if options.json:
        print_json(content)
    else:
        print(*lines, sep="\n")
