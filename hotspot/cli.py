"""The command line: read what was asked, call a public function, print what it gave."""

import argparse
import json
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import hotspot
from hotspot._errors import DataWarning, HotspotError

DONE, UNUSABLE, WRONG_USAGE, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the ``hotspot`` command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.

    Returns
    -------
    int
        0 done, 1 the data cannot be used, 2 wrong usage, 130 stopped by Ctrl-C.
    """
    _print_anything(sys.stdout)
    _print_anything(sys.stderr)
    try:
        with _plain_warnings():
            options = _parser().parse_args(arguments)
            status: int = options.run(options)
            sys.stdout.flush()
            return status
    except HotspotError as error:
        print(f"hotspot: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("hotspot: stopped; nothing half-done was left.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _print_anything(stream: TextIO) -> None:
    """Let a console without a character show another instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Show warnings about the data as plain lines, each of them every time."""
    with warnings.catch_warnings():
        shown_else = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if issubclass(category, DataWarning):
                print(f"Note: {message}", file=sys.stderr)
            else:
                shown_else(message, category, *place, **more)

        warnings.showwarning = show
        warnings.simplefilter("always", DataWarning)
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hotspot",
        description="From recorded burglaries to the doors to knock on.",
        epilog="Exit status: 0 done, 1 the data cannot be used, 2 wrong usage.",
    )
    parser.add_argument("--version", action="version", version=f"hotspot {hotspot.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_knox(commands)
    _add_density(commands)
    _add_cocoon(commands)
    _add_brief(commands)
    return parser


def _add_check(commands: Any) -> None:
    check = commands.add_parser(
        "check",
        help="read a file of burglaries and say what can be used, and what cannot and why",
        description="Read a file of burglaries and say what can be used, and what cannot and why.",
    )
    _add_reading(check)
    check.add_argument("--rejected", metavar="FILE", help="write what cannot be used to a CSV file")
    check.add_argument("--json", action="store_true", help="print what a program can read")
    check.set_defaults(run=_check)


def _add_knox(commands: Any) -> None:
    knox = commands.add_parser(
        "knox",
        help="test whether the near-repeat rule holds in a file of burglaries",
        description="Test whether burglaries near in space are near in time: the Knox test.",
    )
    _add_reading(knox)
    knox.add_argument(
        "--distances",
        nargs="+",
        type=float,
        default=[100, 200, 300, 400],
        metavar="M",
        help="upper edges of the bands of distance in metres (100 200 300 400)",
    )
    knox.add_argument(
        "--days",
        nargs="+",
        type=int,
        default=[7, 14, 21, 28, 35, 42],
        metavar="DAYS",
        help="upper edges of the bands of time in days (7 14 21 28 35 42)",
    )
    knox.add_argument(
        "--permutations", type=int, default=999, metavar="N", help="0 answers in closed form (999)"
    )
    knox.add_argument("--seed", type=int, default=0, help="one seed gives one answer (0)")
    knox.add_argument(
        "--date",
        default="midpoint",
        choices=["midpoint", "from", "to", "aoristic"],
        help="which moment of an unknown time counts (midpoint)",
    )
    knox.add_argument("--metric", default="euclidean", choices=["euclidean", "manhattan"])
    knox.add_argument("--closed", default="right", choices=["right", "left"])
    knox.add_argument("--preset", choices=["nrc"], help="count as the Near Repeat Calculator does")
    knox.add_argument("--folder", default="knox", help="where to write table and picture (knox)")
    knox.add_argument("--json", action="store_true", help="print what a program can read")
    knox.set_defaults(run=_knox)


def _add_density(commands: Any) -> None:
    density = commands.add_parser(
        "density",
        help="map where burglaries stay: GeoTIFF, GeoPackage and a map",
        description="Map where burglaries stay, and outline the highest places.",
    )
    _add_reading(density)
    density.add_argument(
        "--bandwidth",
        type=_bandwidth,
        default=None,
        metavar="M",
        help="radius of the kernel in metres, or 'select' to have it chosen (400)",
    )
    density.add_argument("--cell", type=float, metavar="M", help="side of a cell (bandwidth / 8)")
    density.add_argument("--kernel", default="quartic", help="quartic, gaussian, ... (quartic)")
    density.add_argument(
        "--area-share", type=float, default=0.01, metavar="SHARE", help="top share of area (0.01)"
    )
    density.add_argument("--marking", help="protective marking that the products carry")
    density.add_argument("--folder", default="density", help="where to write (density)")
    density.add_argument("--json", action="store_true", help="print what a program can read")
    density.set_defaults(run=_density)


def _bandwidth(text: str) -> float | str:
    return text if text == "select" else float(text)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """Say how to read a file of burglaries."""
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


def _add_cocoon(commands: Any) -> None:
    cocoon = commands.add_parser(
        "cocoon",
        help="make only the lists of doors to knock on",
        description="Make only the lists of doors to knock on, from a set-up with addresses.",
    )
    cocoon.add_argument("config", help="the TOML file of the set-up")
    _add_output(cocoon)
    cocoon.set_defaults(run=_cocoon)


def _add_brief(commands: Any) -> None:
    brief = commands.add_parser(
        "brief",
        help="make the whole briefing: page, map, lists",
        description=(
            "Make the whole briefing: page, map, lists. From a bare file of burglaries the "
            "set-up is guessed and written beside it as TOML, ready to edit."
        ),
    )
    brief.add_argument("config", help="the TOML file of the set-up, or a file of burglaries")
    _add_output(brief)
    brief.set_defaults(run=_brief)


def _add_output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as-of", metavar="DATE", help="the cut-off: a day or a time")
    command.add_argument("--folder", help="where to write, instead of what the set-up says")
    command.add_argument(
        "--replace", action="store_true", help="replace a folder that was issued before"
    )
    command.add_argument("--json", action="store_true", help="print what a program can read")


def _check(options: argparse.Namespace) -> int:
    check = hotspot.check_incidents(options.file, **_reading(options))
    if options.rejected:
        from hotspot.exports import write_rejected

        write_rejected(check.rejected, options.rejected)
    if options.json:
        _print_json(_told(check))
    else:
        print(check.summary())
    return DONE if len(check.accepted) else UNUSABLE


def _reading(options: argparse.Namespace, outline: Any = None) -> dict[str, Any]:
    columns: dict[str, list[str]] = {}
    for field, names in options.columns:
        columns.setdefault(field, []).extend(names)
    return {
        "columns": columns or None,
        "crs": options.crs,
        "offences": options.offence,
        "dayfirst": not options.month_first,
        "sheet": options.sheet,
        "within": _outline(options.within) if outline is None else outline,
    }


def _outline(path: str | None) -> Any:
    if path is None:
        return None
    from hotspot.areas import read_outline

    return read_outline(path)


def _told(check: "hotspot.IncidentCheck") -> dict[str, Any]:
    """Put what a check found into JSON's terms."""
    return {
        "source": check.source,
        "headline": check.headline(),
        "rows_read": check.rows_read,
        "accepted": len(check.accepted),
        "rejected": len(check.rejected),
        "reasons": check.rejected["reason"].value_counts().to_dict(),
        "resolution": check.resolution,
        "crs": check.accepted.crs.to_string(),
        "warnings": check.warnings,
        "notes": check.notes,
    }


def _knox(options: argparse.Namespace) -> int:
    from hotspot.exports import knox_record, write_knox

    incidents = hotspot.read_incidents(options.file, **_reading(options))
    test = hotspot.knox_test(
        incidents,
        distance_bands_m=options.distances,
        time_bands_days=options.days,
        permutations=options.permutations,
        seed=options.seed,
        metric=options.metric,
        closed=options.closed,
        date=options.date,
        preset=options.preset,
    )
    files = write_knox(test, options.folder)
    if options.json:
        _print_json({**knox_record(test), "files": [str(path) for path in files]})
    else:
        print(test.table.round(4).to_string(index=False))
        print(test.summary(), *files, sep="\n")
    return DONE


def _density(options: argparse.Namespace) -> int:
    from hotspot.exports.density import write_density

    outline = _outline(options.within)
    incidents = hotspot.read_incidents(options.file, **_reading(options, outline))
    bandwidth = options.bandwidth
    if bandwidth == "select":
        bandwidth = hotspot.select_bandwidth(incidents, kernel=options.kernel)
        print(bandwidth.summary(), file=sys.stderr)
    made = write_density(
        incidents,
        options.folder,
        bandwidth_m=bandwidth,
        cell_size_m=options.cell,
        kernel=options.kernel,
        area_share=options.area_share,
        within=None if outline is None else outline.to_crs(incidents.crs),
        marking=options.marking,
    )
    if options.json:
        _print_json({**made.record, "files": [str(path) for path in made.files]})
    else:
        print(made.summary(), *made.files, sep="\n")
    return DONE


def _cocoon(options: argparse.Namespace) -> int:
    from hotspot.briefing import issue_lists

    return _issue(issue_lists, options)


def _brief(options: argparse.Namespace) -> int:
    return _issue(hotspot.brief, options)


def _issue(make: Any, options: argparse.Namespace) -> int:
    made = make(options.config, as_of=options.as_of, folder=options.folder, replace=options.replace)
    if options.json:
        files = [str(path) for path in made.files]
        _print_json({"folder": str(made.folder), "files": files, **made.record})
    else:
        print(made.summary())
    return DONE


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2))


if __name__ == "__main__":
    sys.exit(main())
