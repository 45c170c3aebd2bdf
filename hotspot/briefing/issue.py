"""The briefing: one command from an export to what the teams take out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hotspot._errors import ConfigError, DataError
from hotspot.briefing import products
from hotspot.briefing.briefing_result import Briefing, IssuedLists
from hotspot.briefing.calibrated_rule import with_calibrated_rule
from hotspot.briefing.findings import (
    Findings,
    Lists,
    find_density,
    find_footage,
    find_lists,
    find_raised_risk,
)
from hotspot.briefing.folder import issued_folder, refuse_root, refuse_taken
from hotspot.briefing.inputs import Inputs, read_inputs
from hotspot.briefing.progress import data_warnings, stages, warn_of_data
from hotspot.briefing.run_record import make_record
from hotspot.briefing.series_findings import find_series
from hotspot.briefing.set_up import ChosenSetUp, SetUp, choose_set_up
from hotspot.briefing.track_record import find_proof
from hotspot.briefing.trend import find_trend
from hotspot.dates import AsOf, month_only_problems
from hotspot.incidents.stop_list import redacted

if TYPE_CHECKING:
    from hotspot.visits import VisitLedger


def brief(
    config: SetUp | None = None,
    *,
    as_of: AsOf | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    dry_run: bool = False,
    **settings: Any,
) -> Briefing:
    """Write a briefing: from an export of burglaries a folder that the teams can take out.

    Parameters
    ----------
    config : path, sequence of paths, mapping or Config, optional
        A TOML file with a whole set-up; or the same in a mapping; or a bare file of burglaries,
        several of one layout, or a folder. Of bare files the set-up is guessed and written beside
        them as TOML, ready to edit, also where they cannot be used yet (an existing one is used
        and never overwritten). In a folder, or among several, files of addresses, areas and
        streets are known by what is in them.
    as_of : date or time, optional
        Another cut-off than that of the set-up.
    folder : path, optional
        Another folder than that of the set-up.
    replace : bool
        Whether a briefing in that folder may be replaced. One that holds files which hotspot did
        not write, or which were changed since, such as sheets filled in, never is.
    dry_run : bool
        Whether to write nothing, neither a folder nor to a ledger: all is worked out, and what
        would be wrong is told.
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
    ``targets/`` with a workbook, a printable sheet and a team's map per area, ``targets.csv``,
    ``messages.csv``, ``rejected.csv`` and ``run.json`` (parameters, SHA-256 of each input and
    output, versions, counts, the headline figures of the page). Lists need addresses; zones and
    lists need dates to the day.

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
    with stages(7) as stage, data_warnings() as warned:
        stage("reading the set-up")
        chosen = choose_set_up(config, settings).changed(as_of, folder)
        with _issuing(chosen, replace, dry_run) as issuing:
            stage("reading the data")
            inputs = with_calibrated_rule(read_inputs(chosen.config))
            stage("where risk stays")
            density = find_density(inputs)
            stage("where risk is raised now")
            raised = find_raised_risk(inputs, density.ground)
            stage("which doors")
            lists = issuing.lists = find_lists(inputs, issuing.ledger)
            stage("how well that did lately")
            proof = find_proof(inputs, density.study_area, issuing.ledger)
            stage("writing")
            footage, series = find_footage(inputs, issuing.ledger), find_series(inputs)
            findings = Findings(density, raised, find_trend(inputs), lists, proof, footage, series)
            texts = _warnings(inputs, warned())
            record = make_record(inputs, findings, lists, chosen.file, texts)
            products.write_briefing(issuing.building, inputs, findings, record)
    warn_of_data(texts)
    return Briefing(
        **_issued(chosen, inputs, record, issuing),
        surface=density.surface,
        hotspots=density.hotspots,
        zones=None if raised is None else raised.zones,
        proof=proof,
    )


def issue_lists(
    config: SetUp,
    *,
    as_of: AsOf | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    dry_run: bool = False,
) -> IssuedLists:
    """Write only the lists of doors to knock on: what ``hotspot cocoon`` does.

    Parameters
    ----------
    config, as_of, folder, replace, dry_run
        As for `brief`. The folder is by default that of the briefing with ``-lists`` after it.

    Returns
    -------
    IssuedLists

    Raises
    ------
    ConfigError, DataError, OutputError
        As `brief` does; and where the set-up names no addresses.
    """
    with stages(4) as stage, data_warnings() as warned:
        stage("reading the set-up")
        chosen = choose_set_up(config, {})
        place = chosen.config.output.folder
        if chosen.config.addresses is None:
            raise ConfigError(
                "Lists need addresses: add [addresses] with a path to the set-up, or --addresses."
            )
        refuse_root(place)
        chosen = chosen.changed(as_of, folder or place.with_name(f"{place.name}-lists"))
        with _issuing(chosen, replace, dry_run) as issuing:
            stage("reading the data")
            inputs = with_calibrated_rule(read_inputs(chosen.config))
            stage("which doors")
            lists = issuing.lists = find_lists(inputs, issuing.ledger)
            if lists is None:
                raise DataError(month_only_problems(inputs.known.incidents, "A target list"))
            stage("writing")
            texts = _warnings(inputs, warned())
            record = make_record(inputs, None, lists, chosen.file, texts)
            products.write_lists_only(issuing.building, inputs, lists, record)
    warn_of_data(texts)
    return IssuedLists(**_issued(chosen, inputs, record, issuing))


def _warnings(inputs: Inputs, warned: Sequence[str]) -> list[str]:
    """Return what the check and the other readers warned of, with no name of the stop list."""
    cameras = [] if inputs.cameras is None else inputs.cameras.warnings
    every = dict.fromkeys([*inputs.check.warnings, *warned, *inputs.burglaries.warnings, *cameras])
    return [redacted(text, inputs.stopped) for text in every]


@dataclass
class _Issuing:
    """A folder under construction, and the list that is asked for once it is in its place."""

    ledger: "VisitLedger | None"
    building: Path = Path()
    dry_run: bool = False
    lists: Lists | None = None
    newly_asked: int | None = None

    def ask(self) -> None:
        """Issue the list to the ledger."""
        if self.ledger is not None and self.lists is not None:
            targets, messages, links = self.lists.targets, self.lists.messages, self.lists.links
            self.newly_asked = self.ledger.issue(targets, messages=messages, links=links)


def _ledger(url: str, dry_run: bool) -> "VisitLedger":
    # Its database takes a third of a second to load, and most runs have no ledger.
    from hotspot.visits import VisitLedger

    return VisitLedger(url, dry_run=dry_run)


@contextmanager
def _issuing(chosen: ChosenSetUp, replace: bool, dry_run: bool) -> Iterator[_Issuing]:
    """Build the folder of a run; the ledger learns of the list when the folder is in its place."""
    url, folder = chosen.config.cocooning.ledger, chosen.config.output.folder
    with nullcontext() if url is None else _ledger(url, dry_run) as ledger:
        issuing = _Issuing(ledger, dry_run=dry_run)
        if dry_run:
            refuse_taken(folder, replace)
            with TemporaryDirectory() as building:
                issuing.building = Path(building)
                yield issuing
                issuing.ask()
            return
        with issued_folder(folder, replace, then=issuing.ask) as building:
            issuing.building = building
            yield issuing


def _issued(
    chosen: ChosenSetUp, inputs: Inputs, record: dict[str, Any], issuing: _Issuing
) -> dict[str, Any]:
    """Return what every run comes to, by the names of `IssuedLists`."""
    folder, lists = chosen.config.output.folder, issuing.lists
    made = () if issuing.dry_run else products.in_reading_order(folder, record)
    return {
        "folder": folder,
        "files": (*made, *chosen.guessed),
        "check": inputs.check,
        "targets": None if lists is None else lists.targets,
        "messages": None if lists is None else lists.messages,
        "warnings": tuple(record["warnings"]),
        "record": record,
        "newly_asked": issuing.newly_asked,
    }
