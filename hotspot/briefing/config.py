"""A force's whole set-up in one TOML file: its tables, read and checked at once."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from hotspot._checks import full_path
from hotspot._errors import ConfigError
from hotspot.briefing import config_values as values
from hotspot.briefing.camera_settings import CameraSettings
from hotspot.briefing.config_faults import fault_words, toml_fault_words
from hotspot.briefing.config_values import Table
from hotspot.briefing.operation_settings import OperationSettings
from hotspot.briefing.patrol_settings import PatrolSettings
from hotspot.briefing.series_settings import SeriesSettings
from hotspot.cocooning.presets import PRESETS
from hotspot.dates import AsOf
from hotspot.english import some_of
from hotspot.output.handling import marked, shown_marking
from hotspot.reading.databases import file_of_url
from hotspot.rule import BANDWIDTH_M, RULE
from hotspot.sheets.list_formats import LAYOUTS, USUAL_FORMATS, SheetLayout
from hotspot.sheets.message_texts import MessageTexts, example_texts, read_text
from hotspot.trends.comparison_words import RULES
from hotspot.trends.periods import DATES

# A set-up is a page or two; tables in tables of tables are none of ours.
_MOST_BYTES, _MOST_DEPTH = 10_000_000, 20


class _FileTable(Table):
    """A table of the TOML file that names a file, several of one layout, or a database."""

    path: values.InputPaths

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file or folder; none of a database."""
        if isinstance(self.path, str):
            return ()
        return (self.path,) if isinstance(self.path, Path) else self.path

    @property
    def source(self) -> Path | list[Path] | str:
        """What the readers take."""
        return list(self.path) if isinstance(self.path, tuple) else self.path

    @property
    def name(self) -> str:
        """What to call the files in a message."""
        return some_of([path.name for path in self.files], most=3) or "the database"


class IncidentSettings(_FileTable):
    """The file of burglaries, or several of one layout, and how to read it."""

    columns: dict[values.IncidentField, values.Names] | None = None
    crs: values.Text | None = None
    dayfirst: values.Flag = True
    timezone: values.Text | None = None
    offences: values.Names | None = None
    offence_table: values.InputPath | None = None
    sheet: values.Text | None = None
    within: values.InputPath | None = None
    keep: values.Kept = ()


class AddressSettings(_FileTable):
    """The file of addresses, or several of one layout."""

    columns: dict[values.AddressField, values.Names] | None = None
    crs: values.Text | None = None


class AreaSettings(Table):
    """The file of beats or wards, and the column of their names."""

    path: values.InputPath
    name: values.Text | None = None
    crs: values.Text | None = None


class BasemapSettings(Table):
    """What lies under the zones: files of the user's own, and web tiles only if named."""

    streets: values.InputPath | None = None
    name: values.Text | None = None
    crs: values.Text | None = None
    backdrop: values.InputPath | None = None
    tiles: values.Text | None = None


class RuleSettings(Table):
    """The near-repeat rule; `calibrate` takes the one that the burglaries themselves propose."""

    distance_m: values.Length = RULE.distance_m
    window_days: values.Days = RULE.window_days
    calibrate: values.Flag = False


class DensitySettings(Table):
    """Where risk stays: the last `period_days`, and the share of the area called a hotspot."""

    cell_size_m: values.Length = 50.0
    bandwidth_m: values.Length = BANDWIDTH_M
    area_share: values.Share = 0.01
    period_days: values.Days = 365


class CocooningSettings(Table):
    """Who is visited and how soon, what is kept of it, and who is shown nowhere."""

    preset: Annotated[str | None, AfterValidator(values.one_of(tuple(PRESETS)))] = None
    visit_days: values.Days | None = None
    max_visits: values.Count | None = None
    revisit_days: values.DaysOrNone | None = None
    refusal_days: values.DaysOrNone | None = None
    response_days: values.PartsOfDays = 2.0
    rank_by: Annotated[str, AfterValidator(values.one_of(("rule", "forecast")))] = "rule"
    exclude: values.InputPath | None = None
    exclude_may_match_nothing: values.Flag = False
    ledger: values.Ledger | None = None
    tiers: values.Tiers = None
    waking_hours: values.WakingHours = None


class TrendsSettings(Table):
    """What twelve months are held against, which months are left out, and what makes a word."""

    baseline: values.Span = None
    without: values.Spans = ()
    nought: values.Spans = ()
    years: values.Count = 3
    rule: Annotated[str, AfterValidator(values.one_of(RULES))] = "both"
    band: Annotated[float, Field(strict=True, ge=0, lt=1, allow_inf_nan=False)] = 0.05
    date: Annotated[str, AfterValidator(values.one_of(DATES))] = "recorded"


class OutputSettings(Table):
    """Where the briefing goes, what it is marked, and which kinds of lists are made."""

    folder: values.OutputPath = Field(default=Path("briefing"), validate_default=True)
    marking: values.Line = "OFFICIAL"
    handling: values.Handling = ""
    author: Annotated[str, Field(strict=True)] = ""
    formats: values.Formats = USUAL_FORMATS
    sheet_layout: Annotated[SheetLayout, BeforeValidator(values.one_of(LAYOUTS))] = "boxes"
    seed: values.Seed = 0

    @property
    def marked(self) -> str:
        """Marking and handling as every product carries them, but those for the public."""
        return shown_marking(marked(self.marking, self.handling))

    def with_marking(self, marking: str | None) -> Self:
        """Return a copy with another marking, handled as before; None leaves it."""
        return self if marking is None else self.model_copy(update={"marking": marking})


class MessageSettings(Table):
    """The force's own texts for residents, a file a language, and what fills their blanks."""

    link: values.Line
    contact: values.Line
    languages: dict[values.Language, values.MessageFile] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _languages_apart(cls, table: object) -> object:
        """Return the table with its languages, which a set-up writes among the rest, apart."""
        if not isinstance(table, Mapping) or "languages" in table:
            return table
        own = {name: table[name] for name in ("link", "contact") if name in table}
        return {**own, "languages": {n: file for n, file in table.items() if n not in own}}

    @property
    def texts(self) -> MessageTexts:
        """What leaflets and messages say; our example where no language is given."""
        if not self.languages:
            return example_texts(self.link, self.contact)
        texts = {language: read_text(path) for language, path in self.languages.items()}
        return MessageTexts(texts, self.link, self.contact)


class Config(Table):
    """A whole set-up, checked. `load_config` and `read_config` make one.

    Parameters
    ----------
    as_of : date or time, optional
        The cut-off; without one the last day that the burglaries tell of.
    incidents : table
        The file of burglaries and how to read it.
    addresses, areas, basemap : table, optional
        Files of what lies around them.
    rule, density, cocooning : table
        How zones, hotspots and lists of doors are made.
    trends : table
        What months are held against.
    backtest, worth : bool
        Whether to find out how well the map and the lists did lately.
    patrol, cameras, series : table, optional
        Fixes of patrols and planned visits; the register of cameras; the column of series.
    messages : table, optional
        The force's own texts for residents.
    operations : tables
        Operations that `hotspot impact` evaluates.
    output : table
        Where the briefing goes, and how it is marked.

    Examples
    --------
    >>> rule = {"distance_m": 300, "window_days": 28}
    >>> config = read_config({"incidents": __file__, "rule": rule})
    >>> config.rule.distance_m, config.rule.window_days
    (300.0, 28)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    as_of: values.Moment = None
    incidents: Annotated[IncidentSettings, BeforeValidator(values.table_with_path)]
    addresses: Annotated[AddressSettings | None, BeforeValidator(values.table_with_path)] = None
    areas: Annotated[AreaSettings | None, BeforeValidator(values.table_with_path)] = None
    basemap: BasemapSettings = BasemapSettings()
    rule: RuleSettings = RuleSettings()
    density: DensitySettings = DensitySettings()
    cocooning: CocooningSettings = CocooningSettings()
    trends: TrendsSettings = TrendsSettings()
    backtest: values.Flag = True
    worth: values.Flag = True
    patrol: PatrolSettings | None = None
    cameras: CameraSettings | None = None
    series: SeriesSettings | None = None
    messages: MessageSettings | None = None
    operations: Annotated[tuple[OperationSettings, ...], BeforeValidator(values.tables)] = ()
    output: OutputSettings = Field(default_factory=dict, validate_default=True)

    def input_files(self) -> dict[str, Path]:
        """Return every file that the briefing is made from, by its setting.

        Returns
        -------
        dict of Path
        """
        named = {"incidents": self.incidents, "addresses": self.addresses}
        chosen = {
            f"{name} {number}" if number > 1 else name: path
            for name, table in named.items()
            if table is not None
            for number, path in enumerate(table.files, 1)
        }
        others = {
            "offence_table": self.incidents.offence_table,
            "within": self.incidents.within,
            "areas": self.areas.path if self.areas else None,
            "streets": self.basemap.streets,
            "backdrop": self.basemap.backdrop,
            "exclude": self.cocooning.exclude,
        }
        if self.cameras is not None:
            others |= self.cameras.named_files
        if self.messages is not None:
            others |= {f"message {name}": file for name, file in self.messages.languages.items()}
        return chosen | {name: path for name, path in others.items() if path is not None}

    def read_files(self) -> list[Path]:
        """Return every file and folder that is read or kept, which nothing may write over.

        Returns
        -------
        list of Path
        """
        urls = [self.incidents.path, self.addresses.path if self.addresses else None]
        urls += [self.cocooning.ledger]
        kept = [file for url in urls if isinstance(url, str) and (file := file_of_url(url))]
        ground = [file for one in self.operations for file in one.files]
        ground += self.patrol.files if self.patrol else ()
        return [*self.input_files().values(), *kept, *ground]

    def changed(
        self,
        as_of: AsOf | None = None,
        folder: str | Path | None = None,
        tables: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Self:
        """Return a copy with another cut-off, folder or other settings.

        Parameters
        ----------
        as_of : date or time, optional
        folder : path, optional
            Relative to where we stand, not to the TOML file.
        tables : mapping, optional
            Settings by table; paths in them are absolute.

        Returns
        -------
        Config

        Raises
        ------
        ConfigError
            If `as_of` is no day or time that all read alike, or a setting is wrong.
        """
        update: dict[str, Any] = {}
        for name, settings in (tables or {}).items():
            standing = getattr(self, name)
            told = {} if standing is None else standing.model_dump(exclude_unset=True)
            update[name] = table_of(name, {**told, **settings})
        if as_of is not None:
            try:
                update["as_of"] = values.moment(as_of)
            except ValueError as error:
                raise ConfigError(f"as_of {error}") from None
        if folder is not None:
            full = full_path(folder)
            update["output"] = self.output.model_copy(update={"folder": full})
        return self.model_copy(update=update)


def table_of(name: str, settings: Mapping[str, Any]) -> Any:
    """Check one table of a set-up by itself; paths in it are absolute.

    Raises
    ------
    ConfigError
        Naming every setting that is wrong.
    """
    try:
        return _TABLES[name].model_validate(settings, context={})
    except ValidationError as error:
        # Of a table alone pydantic does not know the name.
        faults = [{**fault, "loc": (name, *fault["loc"])} for fault in error.errors()]
        raise _in_words(faults) from None


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
    path = full_path(path)
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f"The set-up {path} is no file: name the TOML file itself.")
        content = path.read_bytes()
        if len(content) > _MOST_BYTES:
            raise ConfigError(
                f"{path.name} has {len(content):,} bytes, too many for a set-up: is it right?"
            )
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"The set-up {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"The set-up {path.name} is not saved as UTF-8: save it so (in Notepad: Save as, "
            "Encoding, UTF-8)."
        ) from None
    if "\0" in text:
        raise ConfigError(
            f"{path.name} holds zero bytes, as text saved as UTF-16 does: save it as UTF-8 (in "
            "Notepad: Save as, Encoding, UTF-8)."
        )
    try:
        settings = tomllib.loads(text)
    except RecursionError:
        raise ConfigError(_too_deep(path)) from None
    except ValueError as error:  # that of tomllib, and of a number of thousands of digits
        raise ConfigError(f"{path.name} is not valid TOML: {toml_fault_words(error)}") from None
    if _depth(settings) > _MOST_DEPTH:
        raise ConfigError(_too_deep(path))
    return settings


def _too_deep(path: Path) -> str:
    return f"{path.name} has tables or lists in one another, more than {_MOST_DEPTH} deep."


def _depth(settings: Mapping[str, Any]) -> int:
    """Return how many tables and lists lie in one another; what is told of them goes down them."""
    level: list[Any] = [settings]
    for depth in range(1, _MOST_DEPTH + 2):
        inner = [one.values() if isinstance(one, Mapping) else one for one in level]
        level = [v for values in inner for v in values if isinstance(v, (Mapping, list))]
        if not level:
            return depth
    return _MOST_DEPTH + 1


def readable_tables(settings: Mapping[str, Any], base: str | Path = ".") -> dict[str, Any]:
    """Return the tables of a set-up that have no fault, so that the data they name can be read.

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
    tables: dict[str, Any] = {}
    for name, model in _TABLES.items():
        try:
            tables[name] = model.model_validate(
                values.table_with_path(settings.get(name, {})), context={"base": Path(base)}
            )
        except ValidationError:
            continue
    return tables


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
        raise _in_words(error.errors(), f"{name}: " if name else "") from None


def _in_words(faults: Iterable[Any], prefix: str = "") -> ConfigError:
    """Return every fault of a set-up in words of ours."""
    return ConfigError([prefix + fault_words(fault, Config, _TABLES) for fault in faults])


def _tables() -> dict[str, type[Table]]:
    """Return the models of the tables of a set-up, by name."""
    models: dict[str, type[Table]] = {}
    for name, field in Config.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, Table):
                models[name] = kind
    return models


_TABLES = _tables()
