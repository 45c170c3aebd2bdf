"""The set-up that bare files suggest, written to be edited, with gaps for what is not known."""

import json
import os
import tomllib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotspot import __version__
from hotspot._errors import ConfigError, DataError, DataWarning, LayoutError, OutputError
from hotspot.areas import name_column
from hotspot.briefing.config import Config, DensitySettings, load_settings, read_config
from hotspot.briefing.file_kinds import FileKinds, find_kinds, is_register
from hotspot.cocooning.presets import PRESETS
from hotspot.english import some_of
from hotspot.incidents.layout import FIELDS, Layout, field_text, read_layout
from hotspot.incidents.offences import BY_DEFAULT, HOMES, select_offences
from hotspot.output.files import replacing_file
from hotspot.reading.columns import PLACE_FIELDS
from hotspot.reading.sources import open_source
from hotspot.rule import RULE

_GAP = "# which of: "
# Of more columns than these a person looks into the file.
_MOST_CANDIDATES = 12
# As a person would write it, with what it leaves open as comments. The folder has the file's name,
# so that no two files share it.
_SET_UP = """\
# Set-up of a briefing, guessed by hotspot {version}. Edit it and run:
#   hotspot brief {name}
# Paths are relative to this file. A line that begins with # is off.

# as_of = 2026-03-02    # the cut-off; else the newest row's day

{incidents}

{columns}

[output]
folder = {folder}
marking = "OFFICIAL"
author = ""

# What the briefing can use besides. Take the # away and name your own files.

{layers}

# [rule]
# distance_m = {rule.distance_m:g}
# window_days = {rule.window_days}

{cocooning}
# visit_days = {visit_days}
# max_visits = 40                 # a beat
# waking_hours = ["08:00", "21:00"]  # when people are called at
# ledger = "visits.db"            # keeps what was asked and done, week by week

# [density]
# cell_size_m = {density.cell_size_m:g}
# bandwidth_m = {density.bandwidth_m:g}
# area_share = {density.area_share:g}
# period_days = {density.period_days}
"""
_CHOICES = 'or "burglary", "business", "unconnected building", "residential", "all"; or codes'
# What can be set, and a remark: what nothing is known of stands there as an example that is off, if
# there is one.
_EXAMPLES = {
    "incidents": {
        "path": ('"crimes.csv"', ""),
        "offences": (f'"{HOMES}"', _CHOICES),
        "dayfirst": ("true", "03/04/2026 is 3 April, where the column does not decide"),
        "crs": ('"EPSG:27700"', "needed for columns named x and y"),
        "timezone": ('"Europe/London"', "times that carry a zone become those of this one"),
        "sheet": ('"Crimes"', "where a workbook has several"),
        "within": ('"district.geojson"', "rows outside are rejected"),
    },
    "addresses": {"path": ('"addresses.csv"', "makes the lists of doors to visit")},
    "areas": {
        "path": ('"beats.geojson"', ""),
        "name": ('"beat"', "the column with their names"),
    },
    "basemap": {
        "streets": ('"streets.geojson"', ""),
        "backdrop": ("", ""),
    },
    "cocooning": {"exclude": ('"exclude.csv"', "references or UPRNs that no product may show")},
}


@dataclass(frozen=True)
class Guess:
    """A set-up that was guessed, or that stands where a guess would be written.

    Attributes
    ----------
    config : Config
    file : Path or None
        Its TOML file; None where the folder of the data may not be written to.
    is_new : bool
        Whether that was written just now.
    notes : tuple of str
        What was found and chosen, for people.
    """

    config: Config
    file: Path | None
    is_new: bool
    notes: tuple[str, ...] = ()


def guess_set_up(paths: Sequence[Path], given: Mapping[str, Any] | None = None) -> Guess:
    """Read the set-up beside bare files; where there is none, guess and write it.

    Parameters
    ----------
    paths : sequence of Path
        A file of burglaries, several of one layout or a folder of them; in a folder or among
        several, files of addresses, areas and streets are known by what is in them.
    given : mapping, optional
        Tables of a set-up that go before what is guessed; paths in them are absolute.

    Returns
    -------
    Guess
        A set-up that is there is never overwritten: it may have been edited, and may hold a stop
        list. Only one that is word for word what would be guessed takes what is `given`.

    Raises
    ------
    LayoutError
        If columns are not known; what is known is written all the same, with the gaps.
    DataError
        If a file cannot be read, or files hold burglaries in different layouts.
    ConfigError
        If there is no such file, or the TOML file beside it is of another one.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise ConfigError([f"There is no file {name}." for name in missing])
    kinds, place = find_kinds(paths)
    if len(kinds.exclude) > 1:
        raise ConfigError(
            f"Only one file can be the stop list, and there are {len(kinds.exclude)}: "
            f"{some_of([path.name for path in kinds.exclude])}. Put all of it into one."
        )
    found = _layers_found(kinds)
    # Files that were named are asked for; those in a folder may have been left out on purpose.
    asked = merged(found if kinds.place_tells else {}, given or {})
    if place.exists() and not (asked and _is_untouched(place, kinds, found)):
        return _standing(place, kinds, asked)
    given = merged(found, asked)
    text, fault = _written(kinds, place, given)
    kept = _keep(text, place)
    if fault is not None:
        raise _completed_in(place, fault) if kept else fault
    config = read_config(tomllib.loads(text), base=place.parent, name=place.name)
    notes = (*_kind_notes(kinds), _shown(text, place if kept else None))
    return Guess(config, place if kept else None, kept, notes)


def merged(settings: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with others that go before them, table by table and field by field.

    Examples
    --------
    >>> merged({"incidents": "a.csv"}, {"incidents": {"crs": "EPSG:27700"}})
    {'incidents': {'path': 'a.csv', 'crs': 'EPSG:27700'}}
    """
    both = dict(settings)
    for name, value in given.items():
        inner = both.get(name)
        if isinstance(value, Mapping) and isinstance(inner, (str, Path, list, tuple)):
            inner = {"path": inner}
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            both[name] = merged(inner, value)
        else:
            both[name] = value
    return both


def _standing(place: Path, kinds: FileKinds, asked: Mapping[str, Any]) -> Guess:
    """Read the set-up that stands beside the files; what is asked for holds for this run only."""
    standing = load_settings(place)
    config = read_config(merged(standing, asked), place.parent, place.name)
    bare = kinds.incidents
    if kinds.place_tells and list(config.incidents.files) != [path.resolve() for path in bare]:
        raise ConfigError(
            f"{place} is the set-up of {config.incidents.name}, not of "
            f"{some_of([path.name for path in bare], most=3)}: rename one of them."
        )
    if kinds.exclude and config.cocooning.exclude is None:
        raise ConfigError(
            f"{kinds.exclude[0].name} lies among the files, and the set-up in {place} names no "
            f'stop list: write exclude = "{kinds.exclude[0].name}" under [cocooning], or take the '
            "file away."
        )
    notes = [f"The set-up in {place} is used."]
    other = [
        f"[{table}] {key}"
        for table, settings in asked.items()
        for key, value in settings.items()
        if merged(standing.get(table, {}), {key: _from(value, place.parent)}) != standing.get(table)
    ]
    if other:
        notes.append(f"For this run only: {', '.join(other)}. {place.name} stays as it is.")
    return Guess(config, place, False, tuple(notes))


def _is_untouched(place: Path, kinds: FileKinds, found: Mapping[str, Any]) -> bool:
    """Test whether a set-up is word for word what is guessed of the files."""
    try:
        standing = place.read_text(encoding="utf-8")
        return any(standing == _written(kinds, place, layers)[0] for layers in (found, {}))
    except (DataError, OSError, UnicodeDecodeError):
        return False


def _keep(text: str, place: Path) -> bool:
    """Write a set-up, where that can be."""
    try:
        with replacing_file(place) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OutputError as error:
        warnings.warn(
            f"The set-up that was guessed is not kept. {error}", DataWarning, stacklevel=3
        )
        return False
    return True


def _completed_in(place: Path, fault: DataError) -> DataError:
    """Return a fault with where it can be mended: in a line or two of the set-up."""
    where = (
        f'What is known was written to {place}: complete the lines with "which of" there, and run '
        "again."
    )
    problems = [*fault.problems[:-1], f"{fault.problems[-1]} {where}"]
    if isinstance(fault, LayoutError):
        return LayoutError(problems, fault.mapped, fault.gaps)
    return DataError(problems)


def _shown(text: str, place: Path | None) -> str:
    """Return what a guessed set-up says, without what is off in it."""
    remarks = tuple(f" # {remark}" for table in _EXAMPLES.values() for _, remark in table.values())
    lines = [line for line in text.splitlines() if line and (line[0] != "#" or _GAP in line)]
    for remark in remarks:
        lines = [line.removesuffix(remark).rstrip() for line in lines]
    where = "" if place is None else f" and written to {place}"
    return "\n  ".join([f"The set-up was guessed{where}:", *lines])


def _layers_found(kinds: FileKinds) -> dict[str, dict[str, Any]]:
    """Return the settings that name what lies around the burglaries, where that is clear."""
    found: dict[str, dict[str, Any]] = {}
    for (table, key), (name, paths) in kinds.layers().items():
        if kinds.is_one(name, paths):
            places = [path.resolve() for path in paths]
            found.setdefault(table, {})[key] = places if len(places) > 1 else places[0]
    return found


def _kind_notes(kinds: FileKinds) -> list[str]:
    """Describe what each of several files was taken for."""
    if not kinds.several:
        return []
    notes = [f"{some_of([path.name for path in kinds.incidents])}: burglaries."]
    for name, paths in kinds.layers().values():
        listed = some_of([path.name for path in paths])
        if kinds.is_one(name, paths):
            notes.append(f"{listed}: {name}.")
        elif paths:
            notes.append(f"Not used, for only one of them can be the {name}: {listed}.")
    if kinds.cameras:
        listed = some_of([path.name for path in kinds.cameras])
        notes.append(f"{listed}: cameras, for hotspot cameras --cameras and [cameras] in a set-up.")
    if kinds.left:
        named_left = some_of([path.name for path in kinds.left])
        notes.append(f"Not used, for what they hold is not known: {named_left}.")
    return notes


@dataclass(frozen=True)
class _Gap:
    """A setting that is not known, and what it may be."""

    candidates: tuple[str, ...] = ()


def _written(
    kinds: FileKinds, place: Path, given: Mapping[str, Any]
) -> tuple[str, DataError | None]:
    """Return the set-up of some files, and what must be completed in it before it can be used."""
    tables: dict[str, dict[str, Any]] = {name: dict(given.get(name, {})) for name in _EXAMPLES}
    for (table, key), (name, paths) in kinds.layers().items():
        if paths and not kinds.is_one(name, paths) and key not in tables[table]:
            tables[table][key] = _Gap(tuple(path.name for path in paths))
    homes = tables["addresses"].get("path", _Gap())
    columns, fault = _complete(tables["incidents"], kinds, addresses=not isinstance(homes, _Gap))
    if isinstance(tables["areas"].get("path"), Path):
        tables["areas"].setdefault("name", _area_name(tables["areas"]["path"]))
    lines = {name: "\n".join(_lines(name, tables[name], place.parent)) for name in tables}
    text = _SET_UP.format(
        version=__version__,
        name=_in_a_comment(place.name),
        incidents=lines["incidents"],
        columns="\n".join(["[incidents.columns]", *_column_lines(columns)]),
        folder=_quoted(kinds.folder_name(place)),
        layers="\n\n".join(lines[name] for name in ("addresses", "areas", "basemap")),
        cocooning=lines["cocooning"],
        rule=RULE,
        density=DensitySettings(),
        visit_days=PRESETS["standard"].visit_days,
    )
    return text, fault


def _complete(
    settings: dict[str, Any], kinds: FileKinds, *, addresses: bool
) -> tuple[dict[str, Any], DataError | None]:
    """Complete the settings of the burglaries by what is in the file; return its columns."""
    given = settings.pop("columns", None)
    paths = [path.resolve() for path in kinds.incidents]
    settings.setdefault("dayfirst", True)
    if "incidents" in kinds.mixed:
        names = [path.name for path in paths]
        settings["path"] = _Gap(tuple(names))
        return dict(given or {}), DataError(
            f"{len(names)} files hold burglaries, and their columns differ: "
            f"{some_of(names, most=5)}. Name the one to use, or several that are alike."
        )
    settings["path"] = paths if len(paths) > 1 else paths[0]
    source: Any = settings["path"]
    try:
        sheet, keep = settings.get("sheet"), settings.get("keep", ())
        layout = read_layout(source, given, sheet, keep, addresses=addresses)
    except LayoutError as fault:
        if is_register(open_source(paths[0], sheet=settings.get("sheet")).columns):
            raise DataError(
                f"{paths[0].name} is a register of cameras and holds no burglaries: name it beside "
                f"them, hotspot cameras crimes.csv --cameras {paths[0].name}."
            ) from None
        gaps = {field: _Gap(tuple(names)) for field, names in fault.gaps.items()}
        known = {**fault.mapped, **gaps}
        return {field: known[field] for field in FIELDS if field in known}, fault
    mapped = layout.mapped
    if layout.opened.has_geometry:
        # Columns that a set-up names go before the points that the file has of its own.
        named = set(given or {})
        mapped = {name: of for name, of in mapped.items() if name not in {*PLACE_FIELDS} - named}
    if "offences" not in settings and _holds_other_offences(layout):
        settings["offences"] = HOMES
    return mapped, None


def _area_name(path: Path) -> str | _Gap:
    """Return the column that names areas, or those that may."""
    opened = open_source(path)
    try:
        return name_column(opened.read(opened.columns).frame, opened.columns, None, opened.name)
    except DataError:
        return _Gap(opened.columns)


def _lines(table: str, values: Mapping[str, Any], base: Path) -> list[str]:
    """Return a table as lines of TOML: what is known, what is open, and examples that are off."""
    known = any(not isinstance(value, _Gap) for value in values.values())
    off = "" if table == "incidents" or known else "# "
    lines = [f"{off}[{table}]"]
    for key, (example, remark) in _EXAMPLES[table].items():
        value = values.get(key)
        if isinstance(value, _Gap):
            lines.append(_gap_line(key, value))
            continue
        if value is None and not example:
            continue
        shown = example if value is None else _quoted(_from(value, base))
        line = f"{'# ' * (value is None)}{key} = {shown}"
        lines.append(f"{line:<33} # {remark}" if remark else line)
    return lines


def _column_lines(columns: Mapping[str, Any]) -> list[str]:
    return [
        _gap_line(field, names)
        if isinstance(names, _Gap)
        else f"{field} = {_quoted(names[0] if len(names) == 1 else list(names))}"
        for field, names in columns.items()
    ]


def _gap_line(key: str, gap: _Gap) -> str:
    """Return a setting that is off, to be completed by its user."""
    named = some_of([_on_one_line(name) for name in gap.candidates], _MOST_CANDIDATES)
    return f'# {key} = "..."  {_GAP}{named or "(nothing in the file tells)"}'


def _from(value: Any, base: Path) -> Any:
    """Return a path as it is written in a set-up in `base`; anything else as it is."""
    if isinstance(value, (list, tuple)):
        return [_from(one, base) for one in value]
    if not isinstance(value, Path):
        return value
    try:
        return Path(os.path.relpath(value, base.resolve())).as_posix()
    except ValueError:  # another drive of Windows
        return value.as_posix()


def _quoted(value: object) -> str:
    """Return a text, a switch or a list of texts as TOML writes it."""
    # Only where a set-up is written: its parser takes a tenth of a second to load.
    import tomlkit

    return tomlkit.item(value).as_string()


def _holds_other_offences(layout: Layout) -> bool:
    """Test whether the choice of offences leaves some of a file out."""
    if "offence_code" not in layout.mapped:
        return False
    offences = field_text(layout.rows.frame, layout.mapped, "offence_code")
    return bool(select_offences(offences, BY_DEFAULT).counts.left)


def _on_one_line(name: str) -> str:
    """Return a name of a column in quotes."""
    return f"'{name}'" if name.isprintable() else json.dumps(name)


def _in_a_comment(name: str) -> str:
    """Return a name on one line, for a line break in it would end the comment; quoted as typed."""
    if not name.isprintable():
        return json.dumps(name)
    return f'"{name}"' if " " in name else name
