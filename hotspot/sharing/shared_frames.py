"""The frames of a share: chosen fields, at a level of detail, without what is withheld."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspot._checks import index_problems, raise_problems
from hotspot._errors import ConfigError, DataError, HotspotError, quoted
from hotspot.addresses.distinct_homes import FEWEST_HOMES
from hotspot.dates import resolution
from hotspot.english import and_list, count, name_rows, some_of
from hotspot.incidents.kept_columns import score_columns, what_of_persons
from hotspot.incidents.stop_list import StopList
from hotspot.reading.contents import Contents
from hotspot.sharing.column_kinds import kind_of, plain_values
from hotspot.sharing.detail_levels import level_problems
from hotspot.sharing.handling_words import (
    AREA_COUNTED,
    AREA_UNCOUNTED,
    DEFINITIONS,
    NOT_DEFINED,
    STREET_DEFINITIONS,
)
from hotspot.sharing.manifest import FRAME_NAME, SharedFrame, SharedGeometry, SharedIndex
from hotspot.sharing.street_level import at_street, blanked, few_in_area
from hotspot.sharing.withheld_texts import without_stopped

Frames: TypeAlias = "pd.DataFrame | Mapping[str, pd.DataFrame]"
Fields: TypeAlias = "Sequence[str] | Mapping[str, Sequence[str]]"
#: What a frame is called that was given without a name.
ALONE = "crimes"
#: The table of a correction that names what is to go.
REMOVED = "removed"
DATE_BASIS = (
    "Times are local civil time of the force that recorded them, without a zone; a crime happened "
    "from occurred_from to occurred_to"
)
# Names of its own that a workbook and a share have.
_TAKEN = frozenset(("about", "history", "share", "manifest", "readme", "removed"))


@dataclass(frozen=True)
class Detail:
    """What of the frames goes: the level, the streets it needs, and what is withheld.

    Attributes
    ----------
    level : {"full", "street", "area"}
    streets : GeoDataFrame or None
    stop : StopList
    definitions : mapping of str to str
    date_basis : str
    addresses : GeoDataFrame or None
        All homes there are, with ``area`` where it is known in which each lies.
    """

    level: Literal["full", "street", "area"]
    streets: gpd.GeoDataFrame | None
    stop: StopList
    definitions: Mapping[str, str]
    date_basis: str = DATE_BASIS
    addresses: gpd.GeoDataFrame | None = None

    def counts_areas(self, fields: Sequence[str]) -> bool:
        """Test whether an area is told below the full level, and its homes can be counted."""
        return self.areas_told(fields) and self.addresses is not None and "area" in self.addresses

    def areas_told(self, fields: Sequence[str]) -> bool:
        """Test whether an area is told where nothing else tells more."""
        return self.level != "full" and "area" in fields


def named_frames(frames: Frames) -> dict[str, pd.DataFrame]:
    """Return frames by name, or raise what is wrong with a name.

    Raises
    ------
    ConfigError
    """
    if isinstance(frames, pd.DataFrame):
        return {ALONE: frames}
    if not isinstance(frames, Mapping) or not frames:
        raise ConfigError("frames must be a frame, or a mapping of at least one frame by name.")
    names = list(frames)
    odd = [n for n in names if not isinstance(n, str) or not re.match(FRAME_NAME, n)]
    odd += [n for n in names if isinstance(n, str) and n.casefold() in _TAKEN]
    problems = [
        f"A frame cannot be called {quoted(name)}: it names a file, a layer and a sheet. Take "
        "letters, figures, - and _, at most 31, and neither About, History nor Share."
        for name in odd
    ]
    if len({str(name).casefold() for name in names}) < len(names):
        problems.append("Names of frames must differ by more than capitals.")
    problems += [
        f"{name!r} must be a DataFrame or a GeoDataFrame, not {type(frame).__name__}."
        for name, frame in frames.items()
        if not isinstance(frame, pd.DataFrame)
    ]
    raise_problems(arguments=problems)
    return dict(frames)


def chosen_fields(frames: Mapping[str, pd.DataFrame], fields: Fields) -> dict[str, list[str]]:
    """Return the chosen columns of each frame but its geometry, in the order of the frame.

    Raises
    ------
    ConfigError
        If a field is in no frame, stands twice, or none is chosen.
    """
    if isinstance(fields, str) or not isinstance(fields, Mapping | Sequence):
        raise ConfigError("fields must be a list of columns, or such a list for each frame.")
    by_frame: Mapping[str, Sequence[str]] = (
        fields if isinstance(fields, Mapping) else dict.fromkeys(frames, fields)
    )
    problems = [f"fields names {quoted(n)}, and there is no such frame." for n in by_frame
                if n not in frames]  # fmt: skip
    chosen = {}
    asked = [name for names in by_frame.values() for name in names]
    held = {column for frame in frames.values() for column in frame.columns}
    if missing := [name for name in dict.fromkeys(asked) if name not in held]:
        have = some_of([str(one) for one in dict.fromkeys(held)], 30)
        are = "are in no frame" if missing[1:] else "is in no frame"
        problems.append(f"{and_list([str(one) for one in missing])} {are}: they have {have}.")
    for name, frame in frames.items():
        wanted = by_frame.get(name, ())
        if isinstance(wanted, str):
            problems.append(f"fields of {name} must be a list of columns.")
            continue
        if isinstance(fields, Mapping):
            others = [one for one in wanted if one in held and one not in frame.columns]
            problems += [f"{name} has no column {one!r}." for one in others]
        geometry = _geometry_name(frame)
        chosen[name] = [c for c in frame.columns if c in wanted and c != geometry]
        if not chosen[name]:
            problems.append(f"No field of {name} is chosen: say in fields which columns go.")
    raise_problems(arguments=problems)
    return chosen


def _geometry_name(frame: pd.DataFrame) -> str | None:
    return frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None


def prepared(
    frames: Mapping[str, pd.DataFrame], fields: Mapping[str, list[str]], detail: Detail
) -> tuple[dict[str, pd.DataFrame], list[SharedFrame], list[str]]:
    """Return the frames as they go, what the manifest says of each, and what was withheld.

    Parameters
    ----------
    frames : mapping of str to DataFrame
    fields : mapping of str to list of str
        As `chosen_fields` returns them.
    detail : Detail

    Returns
    -------
    data : dict of str to DataFrame
    told : list of SharedFrame
    withheld : list of str
        For the discloser alone, a sentence each.

    Raises
    ------
    DataError, ConfigError
        Every problem of every frame at once.
    """
    data, told = {}, []
    withheld: list[str] = []
    problems: list[str] = []
    arguments: list[str] = []
    for name, frame in frames.items():
        given = [f"{name}: {one}" for one in level_problems(frame, fields[name], detail.level)]
        given += _personal(name, frame, fields[name])
        given += _index_arguments(name, frame, fields[name], detail.level)
        wrong = _frame_problems(name, frame, detail)
        problems += wrong
        arguments += given
        if wrong or given:
            continue
        try:
            data[name], kept_back = _as_it_goes(frame, fields[name], detail)
            withheld += [f"{name}: {one}" for one in kept_back]
            told.append(described(name, data[name], detail))
        except HotspotError as error:
            problems += [f"{name}: {one}" for one in error.problems]
    raise_problems(problems, arguments)
    return data, told, withheld


def _personal(name: str, frame: pd.DataFrame, fields: Sequence[str]) -> list[str]:
    """Return which chosen columns tell of a person, or are of a score."""
    scores = [
        f"{name}: {column!r} is of a score by the force's own rule, which is not shared. Leave it "
        "out of fields."
        for column in score_columns(fields, frame)
    ]
    others = [one for one in fields if one not in DEFINITIONS and _can_go(frame, one)]
    contents = Contents(pd.DataFrame(frame[others]).astype(object))
    return scores + [
        f"{name}: {column!r} holds what names a person ({what}): only recorded crime is shared. "
        "Leave it out of fields."
        for column in others
        if (what := what_of_persons(column, column, contents)) is not None
    ]


def _can_go(frame: pd.DataFrame, name: str) -> bool:
    """Test whether a column can be written; what cannot is told elsewhere."""
    try:
        kind_of(frame[name], name)
    except (DataError, TypeError):
        return False
    return True


def _index_arguments(
    name: str, frame: pd.DataFrame, fields: Sequence[str], level: str
) -> list[str]:
    """Return whether labels of rows tell what was not chosen."""
    index = frame.index
    if isinstance(index, pd.MultiIndex):
        return [f"{name}: its index has several levels: call .reset_index() first."]
    if index.name is not None and not isinstance(index.name, str):
        return [f"{name}: its index is named {index.name!r}, which is no text: rename it."]
    problems = []
    if index.name in frame.columns:
        problems.append(
            f"{name}: its index bears the name of its column {index.name!r}: rename it."
        )
    if pd.api.types.is_integer_dtype(index.dtype) and index.name not in ("uprn", "crime_ref"):
        return problems
    unchosen = [one for one in frame.columns if one not in fields and one != _geometry_name(frame)]
    same = [
        one for one in unchosen
        if len(frame) and (frame[one].astype(object).to_numpy() == index.astype(object)).any()
    ]  # fmt: skip
    if same or level != "full":
        what = f"repeat {same[0]!r}, which is not chosen" if same else "may tell the home"
        problems.append(f"{name}: the labels of its rows {what}: call .reset_index(drop=True).")
    return problems


def _frame_problems(name: str, frame: pd.DataFrame, detail: Detail) -> list[str]:
    problems = index_problems(frame, name)
    if any(not isinstance(one, str) for one in frame.columns) or not frame.columns.is_unique:
        problems.append(f"{name}: names of columns must be texts, each once.")
        return problems
    if not isinstance(frame, gpd.GeoDataFrame):
        if detail.level == "street":
            problems.append(f'{name} has no geometry: at level "street" there is nothing to move.')
        return problems
    if frame.active_geometry_name is None:
        return [*problems, f"{name} has no geometry column: make it a DataFrame, or set one."]
    if frame.crs is None:
        problems.append(f"{name} has no CRS: set it with .set_crs(...), e.g. 'EPSG:27700'.")
    shapes = frame.geometry.to_numpy()
    for rows, what in (
        (frame.index[shapely.is_empty(shapes)], "an empty geometry"),
        (frame.index[shapely.has_z(shapes)], "heights: take them off with shapely.force_2d"),
        (
            frame.index[~np.isfinite(shapely.bounds(shapes)).all(axis=1) & (frame.geom_type.notna())
                        & ~shapely.is_empty(shapes)],
            "coordinates that are no finite numbers",
        ),
    ):  # fmt: skip
        if len(rows):
            problems.append(f"{name}: {count(len(rows), 'row')} with {what} ({name_rows(rows)}).")
    if detail.level == "street":
        if detail.streets is None:
            problems.append('level="street" needs streets: those that read_streets returns.')
        elif detail.addresses is None:
            problems.append(
                'level="street" needs addresses: those that read_addresses returns. A street of '
                "one home would tell the home."
            )
        elif not set(frame.geom_type.dropna()) <= {"Point"}:
            problems.append(f'{name} has other shapes than points: at level "street" leave it out.')
    return problems


def _as_it_goes(
    frame: pd.DataFrame, fields: Sequence[str], detail: Detail
) -> tuple[pd.DataFrame, list[str]]:
    """Return the chosen columns of a frame, at the level of detail, without the withheld."""
    told = []
    resolved = _resolution(frame)
    hidden = detail.stop.hides(frame)
    if not pd.api.types.is_integer_dtype(frame.index.dtype):
        hidden = hidden | detail.stop.matches(frame.index)
    kept = frame[~hidden]
    if detail.stop.entries:
        # Gaps in the labels would tell that something stood there, and between which neighbours.
        kept = kept.reset_index(drop=True)
    geometry = _geometry_name(frame)
    counted = detail.counts_areas(fields)
    if detail.level == "street" and detail.streets is not None and detail.addresses is not None:
        assert isinstance(kept, gpd.GeoDataFrame)
        kept = at_street(kept, detail.streets, detail.addresses, with_area=counted)
        if few := int(kept.geometry.isna().sum()):
            crimes = count(few, "crime")
            told.append(f"{crimes} on streets with fewer than {FEWEST_HOMES} homes tell no street.")
    if counted and detail.addresses is not None:
        few_homes = few_in_area(kept["area"], detail.addresses)
        if few_homes.any():
            kept = kept.assign(area=blanked(kept["area"], few_homes))
            crimes = count(int(few_homes.sum()), "crime")
            told.append(f"{crimes} in areas with fewer than {FEWEST_HOMES} homes tell no area.")
    with_geometry = geometry is not None and detail.level != "area"
    wanted = [one for one in kept.columns if one in fields or (with_geometry and one == geometry)]
    if isinstance(kept, gpd.GeoDataFrame) and not with_geometry:
        made = pd.DataFrame(kept)[wanted]
    else:
        made = kept[wanted]
    made = made.copy()
    for column in fields:
        if isinstance(made[column].dtype, pd.CategoricalDtype):
            # Categories of rows that do not go would go with the others.
            made[column] = made[column].cat.remove_unused_categories()
    made, redactions = without_stopped(made, fields, detail.stop, frame)
    made.attrs = {} if resolved is None else {"resolution": resolved}
    return made, told + redactions


def _resolution(frame: pd.DataFrame) -> Literal["day", "month"] | None:
    told = frame.attrs.get("resolution")
    if told in ("day", "month"):
        return "month" if told == "month" else "day"
    if isinstance(frame, gpd.GeoDataFrame) and {"occurred_from", "occurred_to"} <= set(frame):
        try:
            return resolution(frame)
        except (HotspotError, AttributeError, TypeError):
            return None
    return None


def described(name: str, data: pd.DataFrame, detail: Detail) -> SharedFrame:
    """Return what the manifest says of a frame."""
    geometry = _geometry_name(data)
    shared = None
    if isinstance(data, gpd.GeoDataFrame) and geometry is not None:
        points = set(data.geom_type.dropna()) <= {"Point"}
        crs = data.crs.to_string()
        crs = crs if type(data.crs).from_user_input(crs) == data.crs else data.crs.to_wkt()
        shared = SharedGeometry(name=geometry, crs=crs, crs_name=data.crs.name, points=points)
    kinds, problems = [], []
    for column in data.columns:
        if column == geometry:
            continue
        try:
            kinds.append(kind_of(data[column], column))
        except DataError as error:
            problems += error.problems
    raise_problems(problems)
    known = {**DEFINITIONS, **(STREET_DEFINITIONS if detail.level == "street" else {})}
    if detail.areas_told(list(data.columns)):
        known["area"] += AREA_COUNTED if detail.counts_areas(list(data.columns)) else AREA_UNCOUNTED
    known |= dict(detail.definitions)
    if shared is not None:
        known[shared.name] = known.get(shared.name, known["geometry"])
    resolved = data.attrs.get("resolution")
    basis = detail.date_basis
    if resolved == "month":
        basis += ". Only the month is known of the dates: a day in them stands for its month"
    return SharedFrame(
        name=name,
        rows=len(data),
        order=list(data.columns),
        columns=kinds,
        index=_index_told(data.index),
        geometry=shared,
        resolution=resolved,
        date_basis=f"{basis}. Dates are known to the {resolved}." if resolved else f"{basis}.",
        definitions={column: known.get(column, NOT_DEFINED) for column in data.columns},
    )


def _index_told(index: pd.Index) -> SharedIndex:
    own = None if index.name is None else str(index.name)
    if isinstance(index, pd.RangeIndex):
        return SharedIndex(name=own, range=(index.start, index.stop, index.step))
    return SharedIndex(name=own, column=kind_of(pd.Series(index), own or "row_label"))


def content_digest(data: Mapping[str, pd.DataFrame], told: Iterable[SharedFrame]) -> str:
    """Return a hash of what frames hold, whatever files they are written to."""
    digest = hashlib.sha256()
    for frame in told:
        digest.update(frame.model_dump_json().encode())
        for of in frame.columns:
            digest.update(json.dumps(plain_values(data[frame.name][of.name], of)).encode())
        if frame.geometry is not None:
            shapes: Any = shapely.to_wkb(data[frame.name][frame.geometry.name].to_numpy())
            for one in shapes:
                digest.update(one or b"-")
    return digest.hexdigest()
