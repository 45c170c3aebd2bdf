"""``hotspot share``: hand crimes over, read what others hand, and write what they ask for."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hotspot
from hotspot.cli import share_correcting, share_matching
from hotspot.cli.option_values import metres, moment
from hotspot.cli.options import (
    DATABASE,
    DONE,
    JSON,
    Value,
    absolute,
    add_command,
    add_layers,
    add_reading,
    add_values,
    answer_written,
    burglaries_of,
    layers_of,
    print_answer,
    to_database,
)
from hotspot.cli.share_correcting import TODAY, answer_share, around_of
from hotspot.cli.terminal import print_notes

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def add(commands: Any) -> None:
    """Add the command with its own commands."""
    share = commands.add_parser(
        "share",
        help="hand crimes to another force, read theirs, and write them as others ask for them",
        description="Hand chosen fields of chosen crimes to another force, and read what it hands.",
    )
    kinds = share.add_subparsers(title="what to do", metavar="WHAT", required=True)
    _add_write(kinds)
    add_command(
        kinds,
        "read",
        _read,
        "read a share that came: only what is whole, unchanged and not past its date",
        "Tell what a share is and may be used for, and write its crimes to a file that every "
        "command reads. One that was changed by accident, copied in part or is past its date is "
        "refused.",
        {
            "share": Value("FOLDER", "the share, unpacked"),
            "--out": Value("FOLDER", "where to write a GeoParquet file for each table"),
            **DATABASE,
            "--today": TODAY,
            "--json": JSON,
        },
    )
    share_correcting.add(kinds)
    add_command(
        kinds,
        "merge",
        _merge,
        "merge the crimes of two forces: what both recorded at the border stands once",
        "Merge the crimes of two forces. What both recorded within a strip along the border stands "
        "once, with both references; what fits several is listed, never guessed.",
        {
            "ours": Value("FILE", "crimes of one force: a share, a set-up or a file"),
            "theirs": Value("FILE", "crimes of the other"),
            "--boundary": Value("FILE", "polygons of the ground of both forces, by name"),
            "--boundary-name": Value("COLUMN", "which column names the force"),
            "--strip": Value("M", "width of the strip on either side", 400.0, metres),
            "--distance": Value("M", "how far apart two records of a crime may lie", 50.0, metres),
            "--marking": Value(None, "protective marking of the products (that of the share)"),
            "--folder": Value(None, "where to write", "merged"),
            "--today": TODAY,
            "--json": JSON,
        },
    )
    share_matching.add(kinds)


def _add_write(kinds: Any) -> None:
    write = add_command(
        kinds,
        "write",
        _write,
        "write chosen fields of chosen crimes for one recipient, purpose and time",
        "Write chosen fields of chosen crimes to a new folder, with a manifest that says for whom, "
        "what for and how long. What is on the stop list is in no row and no count.",
        {},
    )
    add_reading(write)
    add_layers(write)
    required: dict[str, tuple[str, str]] = {
        "--recipient": ("NAME", "who may have it"),
        "--purpose": ("WORDS", "what for, and nothing else"),
        "--marking": ("WORDS", "protective marking"),
        "--gateway": ("WORDS", "the legal gateway: the agreement and the power it rests on"),
        "--discloser": ("NAME", "who answers for the disclosure: a force and a role"),
        "--folder": ("FOLDER", "where to write: a new folder"),
    }
    for name, (metavar, words) in required.items():
        write.add_argument(name, required=True, metavar=metavar, help=words)
    write.add_argument(
        "--regime",
        required=True,
        choices=["Part 3", "UK GDPR"],
        help="Part 3 of the Data Protection Act 2018, or UK GDPR",
    )
    write.add_argument(
        "--fields", required=True, nargs="+", metavar="FIELD", help="which columns go, no others"
    )
    expires = Value("DATE", "the last day on which it may be used", kind=moment)
    add_values(write, {"--expires": expires})
    write.add_argument(
        "--crimes", nargs="+", metavar="REF", help="which crimes (all that are read)"
    )
    add_values(
        write,
        {
            "--level": Value(
                None, "how exactly it tells where", "full", choices=["full", "street", "area"]
            ),
            "--formats": Value("FORMAT", "", ["geoparquet", "gpkg", "xlsx"]),
            "--today": TODAY,
            "--json": JSON,
        },
    )


def _write(options: argparse.Namespace) -> int:
    from hotspot._errors import ConfigError, DataError
    from hotspot.english import some_of
    from hotspot.reading.cells import reference_key

    if options.expires is None:
        raise ConfigError("Say until when it may be used: --expires 2027-03-31.")
    with_series = "series_id" in options.fields
    burglaries = burglaries_of(options, layers_of(options), with_series=with_series)
    crimes = burglaries.known
    if options.crimes:
        asked = {reference_key(one): one for one in options.crimes}
        keys = crimes["crime_ref"].map(reference_key)
        if missing := [one for key, one in asked.items() if key not in set(keys)]:
            raise DataError(
                f"No crime that was read has the reference {some_of(missing, 10)}: is it spelt "
                "as in the file, of a chosen offence, and not on the stop list?"
            )
        crimes = crimes[keys.isin(asked)]
    folder = hotspot.write_share(
        crimes,
        absolute(options.folder) or options.folder,
        options.recipient,
        options.purpose,
        options.fields,
        options.marking,
        options.expires,
        options.formats,
        gateway=options.gateway,
        regime=options.regime,
        discloser=options.discloser,
        level=options.level,
        **around_of(burglaries, options.level),
        exclude=burglaries.open.stopped,
        exclude_may_match_nothing=True,
        today=options.today,
    )
    return answer_share(options, folder)


def _read(options: argparse.Namespace) -> int:
    from hotspot.output.own_files import own_files, refuse_inputs
    from hotspot.sharing import read_manifest

    share = Path(options.share)
    frames = hotspot.read_share(share, today=options.today)
    manifest = read_manifest(share)
    named: dict[str, pd.DataFrame] = (
        frames if isinstance(frames, dict) else {manifest.frames[0].name: frames}
    )
    print_notes(to_database(options, named, manifest.marking, [share]))
    paths: dict[str, Path] = {}
    if options.out is not None:
        paths = {name: Path(options.out) / f"{name}.parquet" for name in named}
        refuse_inputs(paths.values(), [share])
        with own_files(paths.values()):
            hotspot.sharing.write_frames_alone({paths[name]: named[name] for name in named})
    content = {
        "manifest": manifest.model_dump(mode="json"), "files": [str(p) for p in paths.values()],
    }  # fmt: skip
    print_answer(options, content, manifest.summary(), *paths.values())
    return DONE


def _merge(options: argparse.Namespace) -> int:
    from hotspot._errors import ConfigError
    from hotspot.output.files import inputs_of
    from hotspot.output.result_files import MadeOf, WrittenResult

    if options.boundary is None:
        raise ConfigError("Say which boundaries: --boundary forces.geojson.")
    read = [Path(options.ours), Path(options.theirs), Path(options.boundary)]
    ours, theirs = (_crimes_of(path, options) for path in read[:2])
    merged = hotspot.sharing.merge_forces(
        ours,
        theirs,
        options.boundary,
        options.strip,
        distance_m=options.distance,
        name=options.boundary_name,
    )
    files = {"merged.parquet": lambda path: merged.crimes.to_parquet(path)}
    made_of = MadeOf(options.marking or _marking_of(read[:2]), inputs_of(read), {})
    written = WrittenResult(merged, merged.product, made_of, files)
    return answer_written([written], options, read, {})


def _marking_of(paths: Sequence[Path]) -> str | None:
    """Return the marking of what came as a share: what is made of it bears it, too."""
    from hotspot.sharing import read_manifest

    told = [read_manifest(path).marking for path in paths if path.is_dir()]
    return " | ".join(dict.fromkeys(told)) or None


def _crimes_of(path: Path, options: argparse.Namespace) -> "gpd.GeoDataFrame":
    """Read the crimes of a share, or of a set-up or file without what is on its stop list."""
    if path.is_dir():
        frames = hotspot.read_share(path, today=options.today)
        return next(iter(frames.values())) if isinstance(frames, dict) else frames
    from hotspot._errors import DataError
    from hotspot.briefing.burglaries import read_burglaries
    from hotspot.briefing.series_column import with_series
    from hotspot.briefing.set_up import choose_set_up

    config = choose_set_up(str(path), {}, {}).config
    # A file need not tell of series.
    with suppress(DataError):
        config, _, notes = with_series(config)
        print_notes(notes)
    burglaries = read_burglaries(config)
    print_notes(burglaries.notes)
    return burglaries.known
