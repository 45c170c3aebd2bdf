"""What a set-up tells of cameras: those to ask for chosen crimes, and who was asked already."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hotspot._errors import ConfigError, DataError, quoted
from hotspot.briefing.burglaries import Burglaries
from hotspot.briefing.camera_reading import cameras_for, read_register
from hotspot.briefing.inputs import last_day
from hotspot.cameras import CameraCheck, CameraList
from hotspot.dates import AsOf, found_within
from hotspot.english import and_list, count, cut_off
from hotspot.output.files import inputs_of
from hotspot.output.page_parts import Writer
from hotspot.output.tables import write_rejected

if TYPE_CHECKING:
    from hotspot.visits import VisitLedger

REJECTED = "cameras-rejected.csv"


@dataclass(frozen=True)
class CameraProducts:
    """The cameras to ask, and how their register was read.

    Attributes
    ----------
    found : CameraList
    check : CameraCheck
    inputs : dict of str to str
        Name and SHA-256 of each file of the register.
    """

    found: CameraList
    check: CameraCheck
    inputs: dict[str, str]

    @property
    def notes(self) -> list[str]:
        """How the register was read, and what is asked about it."""
        head = self.check.summary().split("\nWarnings:")[0].split("\nNotes:")[0]
        basis = f"What is left is told for {cut_off(self.found.as_of)}: for another day, --as-of."
        return [*head.splitlines(), *self.check.warnings, *self.check.notes, basis]

    @property
    def files(self) -> dict[str, Writer]:
        """The rows that cannot be used; written where none is, too, in place of older ones."""
        return {REJECTED: lambda path: write_rejected(self.check.rejected, path)}


def find_cameras(
    burglaries: Burglaries, refs: Iterable[str] | None, days: int, ledger: "VisitLedger | None"
) -> CameraProducts:
    """Find the cameras to ask for some burglaries of a set-up.

    Parameters
    ----------
    burglaries : Burglaries
        What is on the stop list is not among them.
    refs : iterable of str, optional
        References of the crimes. Default: those found in the last `days`.
    days : int
    ledger : VisitLedger, optional
        Which cameras were asked already.

    Returns
    -------
    CameraProducts

    Raises
    ------
    DataError, ConfigError
        If the register is missing or cannot be used, or a crime is not known.
    """
    settings, known = burglaries.config.cameras, burglaries.known
    stopped = burglaries.open.stopped, burglaries.withheld_places
    check = read_register(settings, known.crs, *stopped)
    assert settings is not None
    as_of = burglaries.config.as_of or last_day(burglaries.check)
    crimes = known if refs is not None else known[found_within(known, as_of, days)]
    found = cameras_for(settings, check, crimes, as_of, ledger, refs)
    return CameraProducts(found, check, inputs_of(settings.files))


def open_ledger(burglaries: Burglaries, url: str | None, *, needed: bool) -> "VisitLedger | None":
    """Open the ledger that was named, or that of the set-up.

    Parameters
    ----------
    burglaries : Burglaries
    url : str, optional
    needed : bool
        Whether something is to be written: then there must be one, and it is made where it is not.

    Returns
    -------
    VisitLedger or None
        None where none is named, or there is none yet to read.

    Raises
    ------
    ConfigError
    """
    named = url or burglaries.config.cocooning.ledger
    if named is None and needed:
        raise ConfigError(
            "Name the ledger in which it is kept that a camera was asked: --ledger visits.db, or "
            "ledger under [cocooning] in a set-up."
        )
    if named is None:
        return None
    if not needed and "://" not in named and not Path(named).exists():
        return None
    from hotspot.visits import VisitLedger

    return VisitLedger(named)


def record_asked(
    ledger: "VisitLedger",
    products: CameraProducts,
    refs: list[str],
    cameras: list[str],
    at: AsOf | None,
    who: str | None,
) -> str:
    """Write that cameras were asked for one crime, and return it in words.

    Raises
    ------
    ConfigError
        If not one crime is named.
    DataError
        If a camera is not on the list of that crime.
    """
    (crime,) = one_crime(refs)
    near = {*products.found.table["camera_id"]}
    unknown = [quoted(one) for one in cameras if one not in near]
    if unknown:
        raise DataError(
            f"{count(len(unknown), 'camera')} not on the list of this crime: {and_list(unknown)}. "
            "Write the id as the list has it."
        )
    return ledger.ask_cameras(crime, cameras, at, who).summary()


def one_crime(refs: list[str]) -> list[str]:
    """Return the one crime that was named.

    Raises
    ------
    ConfigError
    """
    if len(refs) != 1:
        raise ConfigError("Say for which one crime the camera was asked: --crime REF.")
    return refs
