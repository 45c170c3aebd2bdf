"""The set-up that a bare file of burglaries suggests, written down to be edited."""

import json
import tomllib
import warnings
from collections.abc import Sequence
from pathlib import Path

import tomlkit

from hotspot import __version__
from hotspot._errors import ConfigError, DataWarning, OutputError
from hotspot.briefing.config import Config, DensitySettings, load_config, read_config
from hotspot.cocooning.presets import PRESETS
from hotspot.incidents.layout import open_incidents
from hotspot.incidents.offences import BY_DEFAULT, HOMES, select_offences
from hotspot.output.files import replacing_file
from hotspot.reading.cells import to_text, without_missing_words
from hotspot.reading.chunks import Source
from hotspot.rule import RULE

# As a person would write it, with what it leaves open as comments. The folder has the file's name,
# so that no two files share it.
_SET_UP = """\
# Set-up of a briefing, guessed by hotspot {version}. Edit it and run:
#   hotspot brief {name}
# Paths are relative to this file. A line that begins with # is off.

# as_of = 2026-03-02    # the cut-off; else the newest row's day

[incidents]
path = {path}
{offences}dayfirst = true # 03/04/2026 is 3 April, where the column does not decide
# crs = "EPSG:27700"    # needed for columns named x and y
# within = "district.geojson"    # rows outside are rejected

[incidents.columns]
{columns}

[output]
folder = {folder}
marking = "OFFICIAL-SENSITIVE"
author = ""

# What the briefing can use besides. Take the # away and name your own files.

# [addresses]
# path = "addresses.csv"          # makes the lists of doors to visit

# [areas]
# path = "beats.geojson"
# name = "beat"                   # the column with their names

# [basemap]
# streets = "streets.geojson"

# [rule]
# distance_m = {rule.distance_m:g}
# window_days = {rule.window_days}

# [cocooning]
# visit_days = {visit_days}
# max_visits = 40                 # a beat
# exclude = "exclude.csv"         # references or UPRNs that no product may show
# ledger = "visits.db"            # keeps what was asked and done, week by week

# [density]
# cell_size_m = {density.cell_size_m:g}
# bandwidth_m = {density.bandwidth_m:g}
# area_share = {density.area_share:g}
# period_days = {density.period_days}
"""
_OTHERS_TOO = (
    f'offences = "{HOMES}" # or "burglary", "business", "unconnected building", "residential", '
    '"all"\n'
)


def guess_set_up(path: Path) -> tuple[Config, Path | None, bool]:
    """Read the set-up beside a bare file; where there is none, guess and write it.

    Parameters
    ----------
    path : Path
        A file of burglaries, or a folder of them.

    Returns
    -------
    config : Config
    set_up : Path or None
        The TOML file; None where the folder of the data may not be written to.
    is_new : bool
        Whether it was written just now. One that is there is never overwritten: it may have been
        edited, and may hold a stop list.

    Raises
    ------
    DataError
        If the file cannot be read or its layout is not known.
    ConfigError
        If there is no such file, or the TOML file beside it is of another one.
    """
    if not path.exists():
        raise ConfigError(f"There is no file {path}.")
    set_up = set_up_beside(path)
    if set_up.exists():
        config = load_config(set_up)
        if config.incidents.path != path.resolve():
            raise ConfigError(
                f"{set_up} is the set-up of {config.incidents.path.name}, not of {path.name}: "
                "rename one of them."
            )
        return config, set_up, False
    text = _written(path)
    config = read_config(tomllib.loads(text), base=path.parent, name=set_up.name)
    try:
        with replacing_file(set_up) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OutputError as error:
        warnings.warn(
            f"The set-up that was guessed is not kept. {error}", DataWarning, stacklevel=2
        )
        return config, None, False
    return config, set_up, True


def set_up_beside(path: Path) -> Path:
    """Return the path of the TOML file that belongs to a bare file.

    Examples
    --------
    >>> set_up_beside(Path("data/crimes.csv.gz")).name
    'crimes.toml'
    """
    return path.with_name(f"{path.name.split('.')[0] or path.stem}.toml")


def _written(path: Path) -> str:
    """Return the set-up of a file, with the numbers that hold where a table is left out."""
    opened, mapped = open_incidents(path)
    set_up = set_up_beside(path)
    columns = {field: names[0] if len(names) == 1 else names for field, names in mapped.items()}
    return _SET_UP.format(
        version=__version__,
        name=_in_a_comment(set_up.name),
        path=_quoted(path.name),
        offences=_OTHERS_TOO if _holds_other_offences(opened, mapped) else "",
        columns="\n".join(f"{field} = {_quoted(names)}" for field, names in columns.items()),
        folder=_quoted(f"{set_up.stem}-briefing"),
        rule=RULE,
        density=DensitySettings(),
        visit_days=PRESETS["standard"].visit_days,
    )


def _quoted(value: str | Sequence[str]) -> str:
    """Return a text or a list of texts as TOML writes it."""
    return tomlkit.item(value).as_string()


def _holds_other_offences(opened: Source, mapped: dict[str, tuple[str, ...]]) -> bool:
    """Test whether the choice of offences leaves some of a file out."""
    if "offence_code" not in mapped:
        return False
    (column, *_) = mapped["offence_code"]
    offences = without_missing_words(to_text(opened.read([column]).frame[column]))
    return bool(select_offences(offences, BY_DEFAULT).counts.left)


def _in_a_comment(name: str) -> str:
    """Return a file's name on one line: a line break in it would end the comment."""
    return name if name.isprintable() else json.dumps(name)
