"""A force's whole set-up in one TOML file, every fault in it told at once."""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self, get_args

import numpy as np
import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails

from hotspot._checks import Problems
from hotspot._errors import ConfigError
from hotspot.addresses.address_reading import FIELDS as ADDRESS_FIELDS
from hotspot.cocooning.presets import PRESETS
from hotspot.cocooning.tiers import read_tiers
from hotspot.dates import AsOf, cutoff
from hotspot.incidents.layout import FIELDS as INCIDENT_FIELDS
from hotspot.sheets.target_files import FORMATS, USUAL_FORMATS

_YEAR_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?")


def _existing(path: Path, info: ValidationInfo) -> Path:
    """Take a path as written beside the TOML file, and say so where nothing is there."""
    full = _beside(path, info)
    if not full.exists():
        raise ValueError(f"names {path.name}, which is not in {full.parent}.")
    return full


def _beside(path: Path, info: ValidationInfo) -> Path:
    """Resolve a path against the folder of the TOML file."""
    base = (info.context or {}).get("base", Path())
    return Path(base, path.expanduser()).resolve()


def _ledger(value: object, info: ValidationInfo) -> str:
    """Take a database's URL as it is, and a path from the folder of the TOML file."""
    if isinstance(value, str) and "://" in value:
        return value
    return str(_beside(Path(str(_path(value))), info))


def _path(value: object) -> object:
    """Refuse what is no path in words of ours, not pydantic's."""
    if (isinstance(value, str) and value.strip()) or isinstance(value, Path):
        return value
    raise ValueError(f'must be the path of a file in quotes, such as "crimes.csv", not {value!r}.')


def _moment(value: object) -> pd.Timestamp | None:
    """Read a cut-off: a day or a local time; as text only year first, which all read alike."""
    if value is None:
        return None
    if isinstance(value, str) and not _YEAR_FIRST.fullmatch(value.strip()):
        value = value or "nothing"
        raise ValueError(f"must be written year first, such as 2026-03-02, not {value}.")
    if isinstance(value, (str, date, datetime, np.datetime64)):
        try:
            cutoff(value)
            return pd.Timestamp(value)
        except ConfigError:
            pass
    raise ValueError(
        f"must be a day or a local time without a zone, such as 2026-03-02, not {value!s}."
    )


def _names(value: object) -> object:
    """Take one name or a list of names."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, (list, tuple)) and names and all(isinstance(name, str) for name in names):
        return tuple(names)
    raise ValueError(f"must be a name in quotes or a list of names, not {value!r}.")


def _field_of(fields: tuple[str, ...]) -> AfterValidator:
    """Refuse what is no field that a column can be mapped to."""

    def check(name: str) -> str:
        if name in fields:
            return name
        close = difflib.get_close_matches(name, fields, n=1, cutoff=0.6)
        meant = f"did you mean {close[0]}?" if close else f"known are {', '.join(fields)}."
        raise ValueError(f"is not a known field: {meant}")

    return AfterValidator(check)


def _one_of(names: tuple[str, ...]) -> Callable[[str | None], str | None]:
    """Refuse what is none of some names."""

    def check(value: str | None) -> str | None:
        if value is None or value in names:
            return value
        raise ValueError(f"must be one of {', '.join(names)}, not {value!r}.")

    return check


def _known_formats(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a kind of list that is not made, and what no list is read from."""
    for name in names:
        _one_of(FORMATS)(name)
    return tuple(dict.fromkeys(names))


def _known_tiers(tables: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Have the rules of the packs checked by what reads them."""
    try:
        read_tiers(tables)
    except ConfigError as error:
        raise ValueError(f": {' '.join(error.problems)}") from error
    return tables


def _table_with_path(value: object) -> object:
    """Let ``addresses = "addresses.csv"`` stand for a table with only a path."""
    return {"path": value} if isinstance(value, (str, Path)) else value


InputPath = Annotated[Path, BeforeValidator(_path), AfterValidator(_existing)]
OutputPath = Annotated[Path, BeforeValidator(_path), AfterValidator(_beside)]
Ledger = Annotated[str, BeforeValidator(_ledger)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
IncidentField = Annotated[str, _field_of(INCIDENT_FIELDS)]
AddressField = Annotated[str, _field_of(ADDRESS_FIELDS)]
Text = Annotated[str, Field(strict=True, min_length=1)]
Length = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1)]


class _Table(BaseModel):
    """A table of the TOML file: nothing unknown in it, never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IncidentSettings(_Table):
    """The file of burglaries and how to read it."""

    path: InputPath
    columns: dict[IncidentField, Names] | None = None
    crs: Text | None = None
    dayfirst: Annotated[bool, Field(strict=True)] = True
    timezone: Text | None = None
    offences: Names | None = None
    offence_table: InputPath | None = None
    sheet: Text | None = None
    within: InputPath | None = None


class AddressSettings(_Table):
    """The file of addresses."""

    path: InputPath
    columns: dict[AddressField, Names] | None = None
    crs: Text | None = None


class AreaSettings(_Table):
    """The file of beats or wards, and the column of their names."""

    path: InputPath
    name: Text | None = None


class BasemapSettings(_Table):
    """What lies under the zones: files of the user's own, and web tiles only if named."""

    streets: InputPath | None = None
    backdrop: InputPath | None = None
    tiles: Text | None = None


class RuleSettings(_Table):
    """The near-repeat rule; `calibrate` takes the one that the burglaries themselves propose."""

    distance_m: Length = 400.0
    window_days: Count = 42
    calibrate: Annotated[bool, Field(strict=True)] = False


class DensitySettings(_Table):
    """Where risk stays: the last `period_days`, and the share of the area called a hotspot."""

    cell_size_m: Length = 50.0
    bandwidth_m: Length = 400.0
    area_share: Share = 0.01
    period_days: Count = 365


class CocooningSettings(_Table):
    """Who is visited and how soon, what is kept of it, and who is shown nowhere."""

    preset: Annotated[str | None, AfterValidator(_one_of(tuple(PRESETS)))] = None
    visit_days: Count | None = None
    max_visits: Count | None = None
    revisit_days: Annotated[int | None, Field(strict=True, ge=0)] = None
    response_days: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] = 2.0
    rank_by: Annotated[str, AfterValidator(_one_of(("rule", "forecast")))] = "rule"
    exclude: InputPath | None = None
    ledger: Ledger | None = None
    tiers: Annotated[list[dict[str, Any]] | None, AfterValidator(_known_tiers)] = None


class OutputSettings(_Table):
    """Where the briefing goes, what it is marked, and which kinds of lists are made."""

    folder: OutputPath = Field(default=Path("briefing"), validate_default=True)
    marking: Text = "OFFICIAL-SENSITIVE"
    author: Annotated[str, Field(strict=True)] = ""
    formats: Annotated[tuple[str, ...], BeforeValidator(_names), AfterValidator(_known_formats)] = (
        USUAL_FORMATS
    )
    seed: Annotated[int, Field(strict=True, ge=0)] = 0


class Config(_Table):
    """A whole set-up, checked. `load_config` and `read_config` make one.

    Examples
    --------
    >>> config = read_config({"incidents": __file__, "rule": {"distance_m": 300}})
    >>> config.rule.distance_m, config.rule.window_days
    (300.0, 42)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    as_of: Annotated[pd.Timestamp | None, BeforeValidator(_moment)] = None
    incidents: Annotated[IncidentSettings, BeforeValidator(_table_with_path)]
    addresses: Annotated[AddressSettings | None, BeforeValidator(_table_with_path)] = None
    areas: Annotated[AreaSettings | None, BeforeValidator(_table_with_path)] = None
    basemap: BasemapSettings = BasemapSettings()
    rule: RuleSettings = RuleSettings()
    density: DensitySettings = DensitySettings()
    cocooning: CocooningSettings = CocooningSettings()
    backtest: Annotated[bool, Field(strict=True)] = True
    worth: Annotated[bool, Field(strict=True)] = True
    output: OutputSettings = Field(default_factory=dict, validate_default=True)

    def input_files(self) -> dict[str, Path]:
        """Name every file that the briefing is made from, by its setting."""
        chosen = {
            "incidents": self.incidents.path,
            "offence_table": self.incidents.offence_table,
            "within": self.incidents.within,
            "addresses": self.addresses.path if self.addresses else None,
            "areas": self.areas.path if self.areas else None,
            "streets": self.basemap.streets,
            "backdrop": self.basemap.backdrop,
            "exclude": self.cocooning.exclude,
        }
        return {name: path for name, path in chosen.items() if path is not None}

    def changed(self, as_of: AsOf | None = None, folder: str | Path | None = None) -> Self:
        """Give a copy with another cut-off or folder; the folder is relative to where we stand."""
        update: dict[str, Any] = {}
        if as_of is not None:
            try:
                update["as_of"] = _moment(as_of)
            except ValueError as error:
                raise ConfigError(f"as_of {error}") from None
        if folder is not None:
            full = Path(folder).expanduser().resolve()
            update["output"] = self.output.model_copy(update={"folder": full})
        return self.model_copy(update=update)


def load_config(path: str | Path) -> Config:
    """Read a TOML file; its paths are relative to it.

    Parameters
    ----------
    path : str or Path
        The TOML file.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        If the file cannot be read or is no TOML, or naming every setting that is wrong.
    """
    path = Path(path)
    return read_config(load_settings(path), base=path.parent, name=path.name)


def load_settings(path: Path) -> dict[str, Any]:
    """Read a TOML file without judging what it says.

    Raises
    ------
    ConfigError
        If the file cannot be read or is no TOML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"The set-up {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"The set-up {path.name} is not saved as UTF-8: save it so (in Notepad: Save as, "
            "Encoding, UTF-8)."
        ) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name} is not valid TOML: {_in_words(error)}") from error


def readable_tables(settings: Mapping[str, Any], base: str | Path = ".") -> dict[str, Any]:
    """Give the tables of a set-up that have no fault, so that the data they name can be read.

    Parameters
    ----------
    settings : mapping
    base : str or Path
        As of `read_config`.

    Returns
    -------
    dict
        Settings by the name of their table.
    """
    found: dict[str, Any] = {}
    for name, model in _TABLES.items():
        try:
            found[name] = model.model_validate(
                _table_with_path(settings.get(name, {})), context={"base": Path(base)}
            )
        except ValidationError:
            continue
    return found


def read_config(settings: Mapping[str, Any], base: str | Path = ".", name: str = "") -> Config:
    """Check settings that are already in Python.

    Parameters
    ----------
    settings : mapping
        What the TOML file would hold, tables as mappings.
    base : str or Path
        The folder that relative paths start from.
    name : str
        What to call the settings in a message, such as the file's name.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        Naming every setting that is wrong.

    Examples
    --------
    >>> read_config({"incidents": __file__, "rule": {"distance_m": -5}})
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: [rule] distance_m must be more than 0, not -5.
    """
    try:
        return Config.model_validate(dict(settings), context={"base": Path(base)})
    except ValidationError as error:
        prefix = f"{name}: " if name else ""
        problems = Problems()
        problems.extend(prefix + _sentence(fault) for fault in error.errors())
        problems.raise_if_any(ConfigError)
        raise  # pragma: no cover - pydantic never raises without a fault


def _in_words(error: tomllib.TOMLDecodeError) -> str:
    """Add what most often helps: a Windows path in double quotes is the usual cause."""
    text = str(error)
    if "escape" in text.lower() or "hex value" in text.lower() or "\\" in text:
        return f"{text}. Write paths with / or in single quotes: 'C:\\data\\crimes.csv'."
    return f"{text}."


def _sentence(fault: ErrorDetails) -> str:
    """Say one fault in people's words."""
    kind, value, context = fault["type"], fault["input"], fault.get("ctx", {})
    where = _where(fault["loc"])
    if kind == "extra_forbidden":
        return _unknown(fault["loc"])
    if kind == "missing":
        return f"{where} is missing: it names the file of {_files_of(fault['loc'])}."
    if kind == "value_error":
        return f"{where} {context['error']}"
    bounds = {
        "greater_than": "more than {gt:g}",
        "greater_than_equal": "{ge:g} or more",
        "less_than_equal": "{le:g} or less",
        "float_type": "a number",
        "finite_number": "a finite number",
        "int_type": "a whole number",
        "bool_type": "true or false",
        "string_type": "text in quotes",
        "string_too_short": "text that is not empty",
        "dict_type": 'a table of names, such as {{ crime_ref = "Crime Ref" }}',
        "model_type": "a table with a line [{where}]",
    }
    if kind not in bounds:
        return f"{where}: {fault['msg']}."
    wanted = bounds[kind].format(where=where.strip("[]"), **context)
    return f"{where} must be {wanted}, not {value!r}."


def _where(loc: tuple[int | str, ...]) -> str:
    """Write a place in the file as a reader looks for it: ``[rule] distance_m``."""
    # pydantic ends the place of a faulty key so.
    names = [str(part) for part in loc if part != "[key]"]
    if names[0] not in _TABLES:
        return names[0]
    return " ".join([f"[{names[0]}]", ".".join(names[1:])]).strip()


def _files_of(loc: tuple[int | str, ...]) -> str:
    """Say what is in the file that a table needs."""
    return {"incidents": "burglaries", "areas": "beats or wards"}.get(str(loc[0]), str(loc[0]))


def _unknown(loc: tuple[int | str, ...]) -> str:
    """Say that a setting is unknown, and which one was meant."""
    name = str(loc[-1])
    here = _TABLES.get(str(loc[0]), _Table) if len(loc) > 1 else Config
    close = difflib.get_close_matches(name, here.model_fields, n=1, cutoff=0.6)
    if here is Config and close and close[0] in _TABLES:
        return f"[{name}] is not a known table: did you mean [{close[0]}]?"
    if close:
        return f"{_where(loc)} is not a known setting: did you mean {close[0]}?"
    homes = [table for table, model in _TABLES.items() if name in model.model_fields]
    if homes:
        return f"{_where(loc)} does not belong here: put it under [{homes[0]}]."
    known = ", ".join(here.model_fields)
    return f"{_where(loc)} is not a known setting: known are {known}."


def _tables() -> dict[str, type[_Table]]:
    """Find the tables of a set-up by name."""
    found: dict[str, type[_Table]] = {}
    for name, field in Config.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, _Table):
                found[name] = kind
    return found


_TABLES = _tables()
