"""The kinds of values that a set-up holds, each refused in words of ours where it is wrong."""

import difflib
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)

from hotspot._checks import full_path
from hotspot._errors import ConfigError, quoted
from hotspot.addresses.address_reading import FIELDS as ADDRESS_FIELDS
from hotspot.cocooning.tiers import read_tiers
from hotspot.cocooning.waking_hours import read_waking_hours
from hotspot.dates import moment_of
from hotspot.incidents.layout import FIELDS as INCIDENT_FIELDS
from hotspot.reading.sources import matches_of
from hotspot.rule import LONGEST_M
from hotspot.sheets.list_formats import FORMATS
from hotspot.sheets.message_texts import LANGUAGE, read_text, text_problems
from hotspot.trends.periods import read_span

#: No days are more than a century.
MOST_DAYS = 36_500
_MOST = 10**9


class Table(BaseModel):
    """A table of the TOML file: nothing unknown in it, never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _existing(path: Path, info: ValidationInfo) -> Path:
    """Resolve a path against the folder of the TOML file, and refuse one where nothing is."""
    full = _beside(path, info)
    if not full.exists():
        raise ValueError(f"names {path.name}, which is not in {full.parent}.")
    return full


def existing_path(value: object, info: ValidationInfo) -> Path | None:
    """Return the path of a file that is there, from the folder of the TOML file."""
    return None if value is None else _existing(Path(str(_path(value))), info)


def _existing_files(value: object, info: ValidationInfo) -> Path | tuple[Path, ...] | str:
    """Return a path, those of several files, listed or by a pattern, or a database's URL."""
    if is_url(value):
        return str(value)
    listed = list(value) if isinstance(value, (list, tuple)) else []
    paths = [Path(str(_path(one))) for one in listed or [value]]
    files = [file for path in paths for file in matches_of(_beside(path, info))]
    found = tuple(_existing(file, info) for file in files)
    return found if listed or len(found) > 1 else found[0]


def _beside(path: Path, info: ValidationInfo) -> Path:
    """Resolve a path against the folder of the TOML file."""
    return full_path(path, (info.context or {}).get("base", Path()))


def is_url(value: object) -> bool:
    """Test whether a source is the URL of a database, not a path."""
    return isinstance(value, str) and "://" in value


def _ledger(value: object, info: ValidationInfo) -> str:
    """Return a database's URL as it is, and a path from the folder of the TOML file."""
    if is_url(value):
        return str(value)
    return str(_beside(Path(str(_path(value))), info))


def _path(value: object) -> object:
    """Refuse what is no path in words of ours, not pydantic's."""
    if (isinstance(value, str) and value.strip()) or isinstance(value, Path):
        return value
    raise ValueError(
        f'must be the path of a file in quotes, such as "crimes.csv", not {quoted(value)}.'
    )


def moment(value: object) -> pd.Timestamp | None:
    """Read a cut-off: a day or a local time; as text only year first, which all read alike."""
    if value is None:
        return None
    try:
        return moment_of(value)  # type: ignore[arg-type]
    except ConfigError as error:
        raise ValueError(error.problems[0].removeprefix("as_of ")) from None


def _names(value: object) -> object:
    """Return one name or a list of names as a tuple."""
    names = [value] if isinstance(value, str) else value
    if isinstance(names, (list, tuple)) and names and all(isinstance(name, str) for name in names):
        return tuple(names)
    raise ValueError(f"must be a name in quotes or a list of names, not {quoted(value)}.")


def _kept(value: object) -> object:
    """Return columns to carry through as names, or as new names with the column of each."""
    if isinstance(value, dict) and all(isinstance(name, str) for name in value.values()):
        return value
    return _names(value)


def field_of(fields: tuple[str, ...]) -> AfterValidator:
    """Refuse what is no field that a column can be mapped to."""

    def check(name: str) -> str:
        if name in fields:
            return name
        close = difflib.get_close_matches(name, fields, n=1, cutoff=0.6)
        meant = f"did you mean {close[0]}?" if close else f"known are {', '.join(fields)}."
        raise ValueError(f"is not a known field: {meant}")

    return AfterValidator(check)


def one_of(names: tuple[str, ...]) -> Callable[[str | None], str | None]:
    """Refuse what is none of some names."""

    def check(value: str | None) -> str | None:
        if value is None or value in names:
            return value
        raise ValueError(f"must be one of {', '.join(names)}, not {quoted(value)}.")

    return check


def _known_formats(names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a kind of list that is not made, and what no list is read from."""
    for name in names:
        one_of(FORMATS)(name)
    return tuple(dict.fromkeys(names))


def _language(name: str) -> str:
    """Refuse what is no code of a language; a setting that was mistyped is one, too."""
    if LANGUAGE.fullmatch(name):
        return name
    close = difflib.get_close_matches(name, ("link", "contact"), n=1, cutoff=0.6)
    meant = f": did you mean {close[0]}?" if close else "."
    raise ValueError(f"is not a known setting and no code of a language, such as en or cy{meant}")


def _message_file(path: Path) -> Path:
    """Refuse the text of a language whose blanks are not those that are filled."""
    if problems := text_problems(read_text(path)):
        raise ValueError(f"names {path.name}, which {' It '.join(problems)}")
    return path


def _one_line(text: str) -> str:
    """Refuse what would break the line on which it stands."""
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise ValueError("must be text on one line.")
    return text


def _known_tiers(tables: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Check the rules of the packs by what reads them."""
    try:
        read_tiers(tables)
    except ConfigError as error:
        raise ValueError(f": {' '.join(error.problems)}") from None
    return tables


def _two_times(value: object) -> tuple[str, str] | None:
    """Check the waking hours by what reads them."""
    try:
        return None if value is None else read_waking_hours(value).words
    except ConfigError as error:
        raise ValueError(error.problems[0].removeprefix("waking_hours ")) from None


def _months(value: object) -> object:
    """Check months by what reads them: one text, or several."""
    for one in [value] if isinstance(value, str) else value or ():  # type: ignore[attr-defined]
        try:
            read_span(one)
        except ConfigError as error:
            raise ValueError(error.problems[0].removeprefix("baseline ")) from None
    return value


def table_with_path(value: object) -> object:
    """Return the table that ``addresses = "addresses.csv"`` stands for: one with only a path."""
    return {"path": value} if isinstance(value, (str, Path, list, tuple)) else value


def tables(value: object) -> object:
    """Return the one table that stands where several may, as several."""
    return [value] if isinstance(value, Mapping) else value


InputPath = Annotated[Path, BeforeValidator(_path), AfterValidator(_existing)]
InputPaths = Annotated[Path | tuple[Path, ...] | str, BeforeValidator(_existing_files)]
OutputPath = Annotated[Path, BeforeValidator(_path), AfterValidator(_beside)]
Ledger = Annotated[str, BeforeValidator(_ledger)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Kept = Annotated[tuple[str, ...] | dict[str, str], BeforeValidator(_kept)]
IncidentField = Annotated[str, field_of(INCIDENT_FIELDS)]
AddressField = Annotated[str, field_of(ADDRESS_FIELDS)]
Text = Annotated[str, Field(strict=True, min_length=1)]
Line = Annotated[Text, AfterValidator(_one_line)]
# With the marking it stands in the heads and feet of workbooks, where room is short.
Handling = Annotated[str, Field(strict=True, max_length=80), AfterValidator(_one_line)]
Language = Annotated[str, AfterValidator(_language)]
MessageFile = Annotated[InputPath, AfterValidator(_message_file)]
Length = Annotated[float, Field(strict=True, gt=0, le=LONGEST_M, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1, le=_MOST)]
Days = Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)]
DaysOrNone = Annotated[int, Field(strict=True, ge=0, le=MOST_DAYS)]
PartsOfDays = Annotated[float, Field(strict=True, ge=0, le=MOST_DAYS, allow_inf_nan=False)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Formats = Annotated[tuple[str, ...], BeforeValidator(_names), AfterValidator(_known_formats)]
Tiers = Annotated[list[dict[str, Any]] | None, AfterValidator(_known_tiers)]
WakingHours = Annotated[tuple[str, str] | None, BeforeValidator(_two_times)]
Moment = Annotated[pd.Timestamp | None, BeforeValidator(moment)]
Span = Annotated[str | None, BeforeValidator(_months)]
Spans = Annotated[tuple[str, ...], BeforeValidator(_names), AfterValidator(_months)]
Flag = Annotated[bool, Field(strict=True)]
