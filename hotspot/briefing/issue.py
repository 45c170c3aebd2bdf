"""The briefing: one command from an export to what the teams take out."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import xarray as xr
from tqdm import tqdm

from hotspot._errors import ConfigError, DataError, DataWarning
from hotspot.briefing import products
from hotspot.briefing.config import (
    Config,
    load_settings,
    read_config,
    readable_tables,
)
from hotspot.briefing.findings import (
    Findings,
    Lists,
    find_change,
    find_density,
    find_lists,
    find_zones,
)
from hotspot.briefing.folder import issued_folder, refuse_root
from hotspot.briefing.guess import guess_set_up
from hotspot.briefing.inputs import Inputs, data_problems, read_inputs
from hotspot.briefing.local_rule import with_local_rule
from hotspot.briefing.record import make_record
from hotspot.briefing.track_record import Proof, find_proof
from hotspot.dates import AsOf, month_only_problems
from hotspot.english import count
from hotspot.incidents import IncidentCheck
from hotspot.visits import VisitLedger

SetUp: TypeAlias = str | Path | Mapping[str, Any] | Config


@dataclass(frozen=True)
class IssuedLists:
    """Lists that were issued.

    Attributes
    ----------
    folder : Path
        Where they are.
    files : tuple of Path
        What was made.
    check : IncidentCheck
        What was found in the file of burglaries.
    targets, messages : GeoDataFrame or None
        Doors to visit and homes that get a message; None where there are no addresses, or dates
        are months only.
    warnings : tuple of str
        What the user should know about the data.
    record : dict
        What run.json holds.
    newly_asked : int or None
        How many askings the ledger did not have; None where no ledger is kept.
    """

    folder: Path
    files: tuple[Path, ...]
    check: IncidentCheck
    targets: gpd.GeoDataFrame | None
    messages: gpd.GeoDataFrame | None
    warnings: tuple[str, ...]
    record: dict[str, Any]
    newly_asked: int | None

    def summary(self) -> str:
        """Say in a few lines what was found, and where it is."""
        lines = [self.check.headline(), f"Found {', '.join(self._found())}."]
        return "\n".join([*lines, *(str(path) for path in self.files)])

    def _found(self) -> list[str]:
        if self.targets is None:
            return []
        doors = f"{count(len(self.targets), 'door')} to visit"
        if self.newly_asked is None:
            return [doors]
        return [f"{doors} ({self.newly_asked:,} newly asked for in the ledger)"]


@dataclass(frozen=True)
class Briefing(IssuedLists):
    """A briefing that was issued: of `files` the page is first, a set-up that was guessed last.

    Attributes
    ----------
    surface : DataArray
        Density of burglaries per square kilometre and year.
    hotspots : GeoDataFrame
        Where it is highest.
    zones : GeoDataFrame or None
        Where risk is raised now; None where dates are months only.
    proof : Proof
        How well the map and the lists did lately: ``backtest``, ``preventable`` and ``accuracy``,
        each None where the data do not bear it.
    """

    surface: xr.DataArray
    hotspots: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame | None
    proof: Proof

    def _found(self) -> list[str]:
        zones = [] if self.zones is None else [count(len(self.zones), "zone")]
        return [count(len(self.hotspots), "hotspot"), *zones, *super()._found()]


def brief(
    config: SetUp | None = None,
    *,
    as_of: AsOf | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    **settings: Any,
) -> Briefing:
    """Turn an export of burglaries into a folder that the teams can take out.

    Parameters
    ----------
    config : path, mapping or Config, optional
        A TOML file with a whole set-up; or the same in a mapping; or a bare file of burglaries,
        of which the set-up is guessed and written beside it as TOML, ready to edit (an existing
        one is used and never overwritten).
    as_of : date or time, optional
        Another cut-off than that of the set-up.
    folder : path, optional
        Another folder than that of the set-up.
    replace : bool
        Whether a briefing in that folder may be replaced. One that holds files which hotspot did
        not write, or which were changed since, such as sheets filled in, never is.
    **settings
        The tables of a set-up, instead of `config`:
        ``brief(incidents="crimes.csv", rule={"distance_m": 300})``.

    Returns
    -------
    Briefing

    Raises
    ------
    ConfigError
        Naming every setting that is wrong.
    DataError
        If the data cannot be used; every fault is told.
    OutputError
        If the folder is taken or cannot be written; what stood there stays.

    Warns
    -----
    DataWarning
        For everything in the data that the user should know.

    Notes
    -----
    The folder is written whole or not at all: ``briefing.html`` (one page), ``map.html``,
    ``targets/`` with a workbook and a printable sheet per area, ``targets.csv``,
    ``messages.csv``, ``rejected.csv`` and ``run.json`` (parameters, SHA-256 of each input and
    output, versions, counts). Lists need addresses; zones and lists need dates to the day.

    With ``[cocooning] ledger`` the list is issued to it when the folder is in its place, last of
    all: a run that fails asks for nothing, and where the ledger fails the folder is put back as
    it was. Killed just between the two, the folder is there and the ledger does not know of its
    list: run it again with `replace`. What a killed run leaves behind, a folder beside the place
    whose name begins with a dot, is removed by the next run.

    ``backtest = false`` and ``worth = false`` leave out what tells how well the map and the lists
    did lately, which takes some seconds.

    Based only on burglaries recorded by the cut-off; it shows places, not people; it is no ground
    for a stop, a search or an arrest. A higher risk does not mean that a burglary will happen,
    and visits are not proven to prevent one.

    References
    ----------
    Johnson, S. D., Davies, T., Murray, A., Ditta, P., Belur, J. and Bowers, K. (2017).
    Evaluation of Operation Swordfish: a near-repeat target-hardening strategy. Journal of
    Experimental Criminology 13, 505-525. Groff, E. and Taniguchi, T. (2019). Using citizen
    notification to interrupt near-repeat residential burglary patterns: the micro-level
    near-repeat experiment. Journal of Experimental Criminology 15, 115-149.

    Examples
    --------
    >>> brief({"incidents": "no such file.csv", "rule": {"distance": 300}})
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: 2 problems:
    - [incidents] path names no such file.csv, which is not in ...
    - [rule] distance is not a known setting: did you mean distance_m?
    """
    with _stages(7) as stage, _data_warnings() as told:
        stage("reading the set-up")
        chosen, set_up, guessed = _chosen(config, settings)
        chosen = chosen.changed(as_of, folder)
        place = chosen.output.folder
        with (
            _Issuing.into(chosen.cocooning.ledger) as issuing,
            issued_folder(place, replace, then=issuing.issue) as building,
        ):
            stage("reading the data")
            inputs = _read(chosen, guessed)
            stage("where risk stays")
            density = find_density(inputs)
            stage("where risk is raised now")
            raised = find_zones(inputs, density["study_area"])
            stage("which doors")
            issuing.lists = find_lists(inputs, issuing.ledger)
            stage("how well that did lately")
            proof = find_proof(inputs, density["study_area"])
            stage("writing")
            findings = Findings(
                **density,
                **raised,
                change=find_change(inputs),
                lists=issuing.lists,
                proof=proof,
            )
            warned = inputs.to_tell(told())
            record = make_record(inputs, findings, findings.lists, set_up, warned)
            products.write_briefing(building, inputs, findings, record)
    _warn(warned)
    lists = findings.lists
    return Briefing(
        folder=place,
        files=(*products.in_reading_order(place, record), *guessed),
        check=inputs.check,
        targets=None if lists is None else lists.targets,
        messages=None if lists is None else lists.messages,
        warnings=tuple(warned),
        record=record,
        newly_asked=issuing.newly_asked,
        surface=findings.surface,
        hotspots=findings.hotspots,
        zones=findings.zones,
        proof=proof,
    )


def issue_lists(
    config: SetUp,
    *,
    as_of: AsOf | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
) -> IssuedLists:
    """Make only the lists of doors to knock on: what ``hotspot cocoon`` does.

    Parameters
    ----------
    config, as_of, folder, replace
        As for `brief`. The folder is by default that of the briefing with ``-lists`` after it.

    Returns
    -------
    IssuedLists

    Raises
    ------
    ConfigError, DataError, OutputError
        As `brief` does; and where the set-up names no addresses.
    """
    with _stages(4) as stage, _data_warnings() as told:
        stage("reading the set-up")
        chosen, set_up, guessed = _chosen(config, {})
        if chosen.addresses is None:
            raise ConfigError("Lists need addresses: add [addresses] with a path to the set-up.")
        place = chosen.output.folder
        refuse_root(place)
        chosen = chosen.changed(as_of, folder or place.with_name(f"{place.name}-lists"))
        place = chosen.output.folder
        with (
            _Issuing.into(chosen.cocooning.ledger) as issuing,
            issued_folder(place, replace, then=issuing.issue) as building,
        ):
            stage("reading the data")
            inputs = _read(chosen, guessed)
            stage("which doors")
            lists = issuing.lists = find_lists(inputs, issuing.ledger)
            if lists is None:
                raise DataError(month_only_problems(inputs.incidents, "A target list"))
            stage("writing")
            warned = inputs.to_tell(told())
            record = make_record(inputs, None, lists, set_up, warned)
            products.write_lists_only(building, inputs, lists, record)
    _warn(warned)
    return IssuedLists(
        folder=place,
        files=(*products.in_reading_order(place, record), *guessed),
        check=inputs.check,
        targets=lists.targets,
        messages=lists.messages,
        warnings=tuple(warned),
        record=record,
        newly_asked=issuing.newly_asked,
    )


@dataclass
class _Issuing:
    """The list that is issued to a ledger when its folder is in place."""

    ledger: VisitLedger | None
    lists: Lists | None = None
    newly_asked: int | None = None

    @classmethod
    @contextmanager
    def into(cls, ledger: str | None) -> Iterator["_Issuing"]:
        if ledger is None:
            yield cls(None)
            return
        with VisitLedger(ledger) as opened:
            yield cls(opened)

    def issue(self) -> None:
        """Keep what the list asks."""
        if self.ledger is not None and self.lists is not None:
            targets, messages, links = self.lists.targets, self.lists.messages, self.lists.links
            self.newly_asked = self.ledger.issue(targets, messages=messages, links=links)


def _chosen(
    config: SetUp | None, settings: Mapping[str, Any]
) -> tuple[Config, Path | None, tuple[Path, ...]]:
    """Find the set-up, its file where it has one, and that file again where it was just made."""
    if config is not None and settings:
        named = ", ".join(settings)
        raise ConfigError(f"Give a set-up or the settings {named}, not both.")
    if isinstance(config, Config):
        return config, None, ()
    if config is None or isinstance(config, Mapping):
        return _checked(settings if config is None else config), None, ()
    if not isinstance(config, (str, Path)):
        kind = type(config).__name__
        raise ConfigError(f"A set-up is the path of a file, a mapping or a Config, not {kind}.")
    path = Path(config).expanduser()
    if path.suffix.lower() == ".toml":
        return _checked(load_settings(path), path.parent, path.name), path, ()
    guessed, set_up, is_new = guess_set_up(path)
    return guessed, set_up, (set_up,) if set_up is not None and is_new else ()


def _checked(settings: Mapping[str, Any], base: str | Path = ".", name: str = "") -> Config:
    """Check a set-up; where it is wrong, look into what it names all the same and tell it all."""
    try:
        return read_config(settings, base, name)
    except ConfigError as error:
        found = data_problems(readable_tables(settings, base))
        raise ConfigError([*error.problems, *found]) from None


def _read(chosen: Config, guessed: tuple[Path, ...]) -> Inputs:
    """Read the data; a set-up just guessed of what cannot be used is not left to be used again."""
    try:
        return with_local_rule(read_inputs(chosen))
    except DataError:
        for path in guessed:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def _stages(number: int) -> Iterator[Callable[[str], None]]:
    """Show on a terminal, and only there, which of the stages is under way."""
    with tqdm(total=number, disable=None, leave=False, bar_format="{desc} [{n}/{total}]") as bar:

        def begin(name: str) -> None:
            bar.set_description_str(name, refresh=False)
            bar.n += 1
            bar.refresh()

        yield begin


@contextmanager
def _data_warnings() -> Iterator[Callable[[], list[str]]]:
    """Gather what the user is to know of the data, each thing once; the rest goes its way."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)

        def told() -> list[str]:
            ours = [item for item in caught if issubclass(item.category, DataWarning)]
            return list(dict.fromkeys(str(item.message) for item in ours))

        yield told
    for item in caught:
        if not issubclass(item.category, DataWarning):
            warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)


def _warn(texts: list[str]) -> None:
    for text in texts:
        warnings.warn(text, DataWarning, stacklevel=3)
