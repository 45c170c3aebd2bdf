"""The reader of a register of cameras: each row used or rejected, each unclear cell asked about."""

import hashlib
import html
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._errors import DataError, DataWarning, quoted
from hotspot.cameras.camera_consent import read_consent
from hotspot.cameras.osm_tags import RECORDS
from hotspot.cameras.register_columns import Register, open_register
from hotspot.cameras.register_words import (
    names_months,
    read_angle,
    read_cells,
    read_direction,
    read_range,
    read_retention,
)
from hotspot.english import count, name_rows
from hotspot.incidents.check_result import fault_lines, told_lines
from hotspot.incidents.kept_columns import what_of_persons
from hotspot.output.text import clean_text
from hotspot.reading.columns import PLACE_FIELDS, Given
from hotspot.reading.contents import Contents
from hotspot.reading.coordinates import Location, locate
from hotspot.reading.faults import FAULT_COLUMNS, Faults
from hotspot.reading.sources import Readable

_LONGEST_ID = 100
# Who writes such things as the name of a camera writes whose it is.
_OF_PERSONS = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr)\b\.? +[a-z]|[^\s@]+@[^\s@]+\.|(?:\+44|\b0)[\d ]{9,12}\b",
    re.IGNORECASE,
)
_HOW = {
    "direction": "write degrees from north (0 to 359), a point of the compass such as NNE, or an "
    "arc clockwise such as 90-180 (0-360 is all round; 360 alone may be north as well)",
    "field_of_view": "write degrees, such as 90",
    "range_m": "write metres, such as 30",
    "retention_days": "write days, such as 31",
}


@dataclass(frozen=True, repr=False, eq=False)
class CameraCheck:
    """The outcome of `check_cameras`.

    Parameters
    ----------
    accepted : GeoDataFrame
        The cameras that can be used, as `read_cameras` returns them.
    rejected : DataFrame
        ``row``, ``column``, ``value``, ``reason``: a line for each row that is not used.
    warnings, notes : list of str
        What is asked about rows that are used, and how the source was read.
    source : str
        What was read.
    """

    accepted: gpd.GeoDataFrame
    rejected: pd.DataFrame
    warnings: list[str]
    notes: list[str] = field(default_factory=list)
    source: str = ""

    def headline(self) -> str:
        """Return in one line how many rows are used and how many are not.

        Returns
        -------
        str
        """
        used = count(len(self.accepted), "camera")
        return f"Used {used}. Could not use {count(len(self.rejected), 'row')}."

    def summary(self) -> str:
        """Describe the whole check in plain text, its headline first.

        Returns
        -------
        str
        """
        told = told_lines(self.warnings, self.notes)
        return "\n".join([self.headline(), *fault_lines(self.rejected), *told])

    def __repr__(self) -> str:
        return f"<CameraCheck of {self.source}: {self.headline()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.summary())}</pre>"


def check_cameras(
    source: Readable,
    columns: Given | None = None,
    *,
    crs: Any = None,
    to_crs: Any = None,
    sheet: str | None = None,
    dayfirst: bool = True,
) -> CameraCheck:
    """Check every row of a register of cameras: whether it can be used, and what is unclear in it.

    Parameters
    ----------
    source, columns
        As for `read_cameras`.
    crs, to_crs, sheet, dayfirst
        As for `read_cameras`.

    Returns
    -------
    CameraCheck

    Raises
    ------
    DataError
        If the source cannot be opened or does not tell where cameras are.
    ConfigError
        If an option can never be right.
    """
    register = open_register(source, columns, sheet)
    faults, told = Faults(register.frame.index), list(register.rows.warnings)
    _refuse_other_things(register, faults)
    location = _located(register, faults, crs, to_crs)
    told += location.warnings
    read = pd.DataFrame({"kind": _kinds(register)}, index=register.frame.index)
    read = read.join(_views(register, told))
    read = read.join(read_consent(register, dayfirst, told))
    read.insert(0, "camera_id", _ids(register, location, read, told))
    read["x"], read["y"] = location.x, location.y
    _add_repeated(faults, read)
    used = read[~faults.faulty]
    _tell_shared(used, told)
    accepted = gpd.GeoDataFrame(
        used.drop(columns=["x", "y"]),
        geometry=gpd.points_from_xy(used["x"], used["y"]),
        crs=location.crs,
    )
    rejected = faults.table()
    if len(register.rows.not_records):
        more = register.rows.not_records[list(FAULT_COLUMNS)]
        rejected = pd.concat([rejected, more], ignore_index=True)
    notes = [*register.opened.notes, location.transformation, *_untold(register)]
    return CameraCheck(accepted, rejected, told, notes, register.opened.name)


def read_cameras(
    source: Readable,
    columns: Given | None = None,
    *,
    crs: Any = None,
    to_crs: Any = None,
    sheet: str | None = None,
    dayfirst: bool = True,
) -> gpd.GeoDataFrame:
    """Read a register of cameras, never their owners, each warning issued as a `DataWarning`.

    Parameters
    ----------
    source : path, str, list of paths or DataFrame
        A register of the force or a list of a council (CSV, XLSX and whatever else `read_incidents`
        takes), or OpenStreetMap's ``man_made=surveillance`` (GeoJSON, GeoPackage, PBF).
    columns : mapping, optional
        Which column holds which field, where its name does not tell: ``camera_id``, ``kind``,
        ``direction``, ``field_of_view``, ``range_m``, ``retention_days``, ``consent_from``,
        ``consent_until``, ``removed_on``, and the coordinates as in `read_incidents`.
    crs, to_crs, sheet, dayfirst
        As for `read_incidents`.

    Returns
    -------
    GeoDataFrame
        ``camera_id`` (made from place and view where there is none), ``kind``, ``direction``
        (degrees clockwise from north), ``field_of_view`` (degrees), ``range_m``,
        ``retention_days`` (each missing where it is not told), ``consented``, ``consent_from``,
        ``consent_until``, ``removed_on``, ``withdrawn`` and ``geometry``, in metres. The index
        names the row of the source. No other column is read: those of owners are in nothing.

    Raises
    ------
    DataError
        If the source cannot be read, or no row can be used.
    ConfigError
        If an option can never be right.

    Warns
    -----
    DataWarning
        How many rows were left out, and which rows hold what cannot be read with certainty: that
        is taken as not known, never guessed.

    Notes
    -----
    A month of retention counts as 28 days, so that no one asks too late. OpenStreetMap's
    ``camera:angle`` is how far a camera is tilted, and no field of view. A camera of whose consent
    or removal anything is unclear is kept from every list.

    Examples
    --------
    >>> frame = pd.DataFrame({"Camera": ["RS 12"], "Facing": ["NNE"], "FOV": [90],
    ...     "Retention": ["4 weeks"], "Owner": ["J. Doe"], "E": [451234], "N": [340567]})
    >>> read_cameras(frame)[["camera_id", "direction", "field_of_view", "retention_days"]]
      camera_id  direction  field_of_view  retention_days
    0     RS 12       22.5           90.0            28.0
    """
    check = check_cameras(source, columns, crs=crs, to_crs=to_crs, sheet=sheet, dayfirst=dayfirst)
    if check.accepted.empty:
        raise DataError(f"No row of {check.source} can be used. {check.summary()}")
    told = list(check.warnings)
    if len(check.rejected):
        told.append(check.summary().split("\nWarnings:")[0].split("\nNotes:")[0])
    for text in told:
        warnings.warn(text, DataWarning, stacklevel=2)
    return check.accepted


def _refuse_other_things(register: Register, faults: Faults) -> None:
    """Add the rows of OpenStreetMap that are no cameras: benches, guards."""
    made = register.texts("man_made").astype(str).str.casefold().to_numpy()
    watched = register.texts("surveillance_type").astype(str).str.casefold()
    if "man_made" in register.columns:
        faults.add(made != "surveillance", register.heading("man_made"), made, "no camera")
    if "surveillance_type" in register.columns:
        others = (register.told("surveillance_type")) & ~watched.isin(RECORDS).to_numpy()
        heading = register.heading("surveillance_type")
        faults.add(others, heading, watched.to_numpy(), "no camera")


def _located(register: Register, faults: Faults, crs: Any, to_crs: Any) -> Location:
    """Locate the cameras; what is none decides nothing about the rest."""
    rows, others = register.rows, faults.faulty.copy()
    columns = {name: register.heading(name) for name in PLACE_FIELDS if name in register.columns}
    location = locate(
        rows.frame[~others],
        columns,
        geometry=None if rows.geometry is None else rows.geometry[~others],
        geometry_crs=register.opened.crs,
        crs=crs,
        to_crs=to_crs,
        what=register.opened.name,
    )
    if not others.any():
        faults.extend(location.faults)
        return location
    # Back on the rows of the source.
    x, y = np.full((2, len(others)), np.nan)
    x[~others], y[~others] = location.x, location.y
    table = location.faults.table().set_index("row")
    for (column, reason), some in table.groupby(["column", "reason"], sort=False):
        mask = np.asarray(rows.frame.index.isin(some.index), dtype=bool)
        values = some["value"].reindex(rows.frame.index)
        faults.add(mask, str(column), values, str(reason))
    return Location(x, y, location.crs, faults, location.transformation, location.warnings)


def _kinds(register: Register) -> list[str | None]:
    return [None if text is None else clean_text(text)[:40].casefold()
            for text in register.texts("kind")]  # fmt: skip


def _views(register: Register, told: list[str]) -> pd.DataFrame:
    """Read direction, field, range and retention; ask about what is unclear."""
    index = register.frame.index
    read = {name: np.full(len(index), np.nan) for name in _HOW}
    arcs = "direction" in register.columns and ":" in register.heading("direction")
    readers = (
        ("direction", lambda text: read_direction(text, arcs)),
        ("field_of_view", read_angle),
        ("range_m", read_range),
        ("retention_days", read_retention),
    )
    for name, reader in readers:
        if name not in register.columns:
            continue
        texts = register.texts(name)
        values, unclear = read_cells(texts.tolist(), reader)
        if name == "direction":
            # An arc tells the field too, and better than a column of what the lens could see.
            pairs: list[Any] = [value or (None, None) for value in values]
            read[name] = _numbers([pair[0] for pair in pairs])
            arc = _numbers([pair[1] for pair in pairs])
        else:
            read[name] = _numbers(values)
        _ask(register, name, texts, np.array(unclear, dtype=bool), told)
        if name == "retention_days":
            _tell_months(register, texts, told)
    if "direction" in register.columns:
        read["field_of_view"] = np.where(np.isnan(arc), read["field_of_view"], arc)
    return pd.DataFrame(read, index=index)


def _numbers(values: list[Any]) -> npt.NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _ask(
    register: Register,
    name: str,
    texts: pd.Series,
    unclear: npt.NDArray[np.bool_],
    told: list[str],
) -> None:
    """Ask about the cells that cannot be read with certainty."""
    if not unclear.any():
        return
    rows = register.frame.index[unclear]
    told.append(
        f"{count(len(rows), 'cell')} in {register.heading(name)!r} cannot be read with certainty, "
        f"such as {quoted(clean_text(str(texts[rows[0]])))} ({name_rows(rows)}): taken as not "
        f"known. If it is known, {_HOW[name]}."
    )


def _tell_months(register: Register, texts: pd.Series, told: list[str]) -> None:
    months = texts.map(lambda text: text is not None and names_months(text)).to_numpy(dtype=bool)
    if months.any():
        rows = register.frame.index[months]
        told.append(
            f"{count(len(rows), 'retention')} in {register.heading('retention_days')!r} told in "
            f"months ({name_rows(rows)}): taken as the shortest there are (one is 28 days), so "
            "that nobody asks too late. Write days, such as 31, where they are known."
        )


def _ids(
    register: Register, location: Location, read: pd.DataFrame, told: list[str]
) -> npt.NDArray[np.object_]:
    """Return the ids of the cameras, made from place and view where there is none."""
    texts = register.texts("camera_id")
    ids = np.array([None if one is None else clean_text(one).strip()[:_LONGEST_ID] or None
                    for one in texts], dtype=object)  # fmt: skip
    personal = np.array([one is not None and bool(_OF_PERSONS.search(one)) for one in ids])
    if personal.any():
        rows = register.frame.index[personal]
        told.append(
            f"{count(len(rows), 'camera')} whose id names a person ({name_rows(rows)}): it is not "
            "kept, and another was made from the place. Give each camera a number of its own."
        )
    if "camera_id" in register.columns:
        # Of the cells that are left the column may tell by its heading, or by most of them.
        names = list(register.columns["camera_id"])
        contents = Contents(register.frame.loc[~personal, names])
        for name in names:
            what = what_of_persons(name, name, contents)
            if what is not None:
                told.append(
                    f"The column {name!r} holds what names a person ({what}): no owner is kept. "
                    "Ids were made from the places of the cameras."
                )
                ids[:] = None
    ids[personal] = None
    for at in np.flatnonzero([one is None for one in ids]):
        place = f"{location.x[at]:.1f} {location.y[at]:.1f}"
        view = " ".join(f"{read[name].iloc[at]:g}" for name in ("direction", "field_of_view"))
        digest = hashlib.sha256(f"{place} {view} {read['kind'].iloc[at]}".encode()).hexdigest()
        ids[at] = f"cam-{digest[:10]}"
    return ids


def _add_repeated(faults: Faults, read: pd.DataFrame) -> None:
    """Add the rows that say the same as an earlier one."""
    first = read.groupby([*read.columns], dropna=False, sort=False)["camera_id"]
    again = first.cumcount().to_numpy() > 0
    again &= ~faults.faulty
    if again.any():
        index = pd.Series(read.index, index=read.index)
        of = index.groupby([read[name] for name in read.columns], dropna=False).transform("first")
        reasons = [f"repeated: the same as row {row}" for row in of[again]]
        faults.add(again, "camera_id", read["camera_id"].tolist(), reasons)


def _tell_shared(used: pd.DataFrame, told: list[str]) -> None:
    """Report which ids several rows have: they are asked for as one."""
    shared = used["camera_id"].duplicated(keep=False)
    if not shared.any():
        return
    apart = used[shared].groupby("camera_id")[["x", "y"]].nunique().max(axis=1) > 1
    if apart.any():
        far = used.index[used["camera_id"].isin(apart.index[apart])]
        told.append(
            f"{count(int(apart.sum()), 'id')} of cameras in more than one place "
            f"({name_rows(far)}): who is asked for one is taken as asked for all. Number them "
            "apart if they are not of one recorder."
        )


def _untold(register: Register) -> list[str]:
    """Return what the register has no column for: no answer rests on it."""
    names = {
        "direction": "directions",
        "field_of_view": "fields of view",
        "range_m": "ranges",
        "retention_days": "how long footage is kept",
    }
    missing = [words for name, words in names.items() if name not in register.columns]
    return [f"{register.opened.name} has no column for {', '.join(missing)}."] if missing else []
