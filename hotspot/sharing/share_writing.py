"""A share: chosen fields of chosen crimes for one recipient, one purpose and a limited time."""

import datetime as dt
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import geopandas as gpd
import pandas as pd

from hotspot import __version__
from hotspot._checks import choice_problems, raise_problems
from hotspot._errors import DataWarning, HotspotError, OutputError
from hotspot.dates import AsOf, moment_of
from hotspot.incidents.free_text import free_text_warnings
from hotspot.incidents.stop_list import Exclude, StopList
from hotspot.output.files import sha256
from hotspot.output.handling import NO_MARKING, shown_marking
from hotspot.output.staging import staged_folder
from hotspot.output.text import clean_text
from hotspot.output.workbook_files import Stamp
from hotspot.sharing.detail_levels import LEVELS
from hotspot.sharing.handling_words import about_pairs, handling, read_me
from hotspot.sharing.manifest import (
    LAYOUT,
    MANIFEST,
    NOT_STATED,
    README,
    Manifest,
    SharedFile,
)
from hotspot.sharing.share_files import FORMATS, write_frames
from hotspot.sharing.shared_frames import (
    DATE_BASIS,
    Detail,
    Fields,
    Frames,
    chosen_fields,
    content_digest,
    named_frames,
    prepared,
)

Layout = Literal["geoparquet", "gpkg", "xlsx", "text"]
#: What a regime is called in full.
REGIMES: Mapping[str, str] = {
    "Part 3": "Part 3 of the Data Protection Act 2018 (law enforcement processing)",
    "UK GDPR": "UK GDPR",
}


def write_share(
    frames: Frames,
    folder: str | os.PathLike[str],
    recipient: str,
    purpose: str,
    fields: Fields,
    marking: str | None,
    expires: AsOf,
    formats: Sequence[str] = FORMATS,
    *,
    gateway: str | None = None,
    regime: str | None = None,
    discloser: str | None = None,
    level: Literal["full", "street", "area"] = "full",
    streets: gpd.GeoDataFrame | None = None,
    addresses: gpd.GeoDataFrame | None = None,
    exclude: Exclude = (),
    exclude_may_match_nothing: bool = False,
    definitions: Mapping[str, str] | None = None,
    date_basis: str = DATE_BASIS,
    today: AsOf | None = None,
) -> Path:
    """Write chosen fields of chosen crimes to a folder that says for whom, what for and how long.

    Parameters
    ----------
    frames : GeoDataFrame, DataFrame or mapping of str to frame
        The crimes; choose the rows before. Several frames go by name.
    folder : path
        A new folder, or an empty one. What is there is never written over.
    recipient, purpose : str
        Who may have it, and what for.
    fields : sequence of str, or mapping of such by frame
        Which columns go, and no other. The geometry goes with them, but at level "area".
    marking : str or None
        Protective marking. Without one the files say that none was given.
    expires : date or str
        The last day on which it may be used.
    formats : sequence of {"geoparquet", "gpkg", "xlsx"}
    gateway : str, optional
        The legal gateway, such as an information-sharing agreement and the power it rests on.
    regime : {"Part 3", "UK GDPR"}, optional
        Part 3 of the Data Protection Act 2018, or UK GDPR.
    discloser : str, optional
        Who answers for the disclosure: a force and a role.
    level : {"full", "street", "area"}
        As recorded; moved to the middle of the street, with its name and no number; or no place
        but `area`.
    streets : GeoDataFrame, optional
        As `read_streets` returns them: needed by level "street".
    addresses : GeoDataFrame, optional
        As `read_addresses` returns them: all homes there are. Needed by level "street", where a
        street with fewer than 8 homes is told of no crime, nor its middle: of those the area
        alone. With a column ``area``, by the names that the crimes have, neither is an area with
        fewer than 8; without, the manifest says that those were not counted.
    exclude : iterable of str or StopList
        The stop list. Its crimes and homes are in no row and no count, texts that name one of its
        references have it withheld (whole, where the entry has fewer than 6 signs and might be a
        house number), and rows are numbered anew, so that no gap tells of them.
    exclude_may_match_nothing : bool
        Whether a stop list of which nothing matches is right.
    definitions : mapping of str to str, optional
        What columns mean that are none of ours.
    date_basis : str
        What the times are, where they are none of ours.
    today : date or str, optional
        The day on which it is made. Default: that of the clock.

    Returns
    -------
    pathlib.Path
        The folder: a file for each frame (GeoParquet), ``share.gpkg``, ``share.xlsx``,
        ``README.txt`` and ``manifest.json`` with the SHA-256 of each.

    Raises
    ------
    ConfigError
        If an argument is wrong, a field is in no frame, names a person, or tells more than the
        level may.
    DataError
        If a frame holds what the files cannot give back as it went.
    OutputError
        If the folder is taken or cannot be written. It is written whole or not at all.

    Warns
    -----
    DataWarning
        If gateway, regime or discloser are not stated (the files say so first of all), methods
        are sentences, it expires before it is made, or something in it was withheld.

    Notes
    -----
    What the recipient gets is what went: coordinates to the last bit, dtypes, labels of rows,
    ids as text, and the resolution of the dates. GeoParquet holds that by itself; for a GeoPackage
    and a workbook the manifest tells it. Categories that no row has do not go. The hashes find
    accidents; they bind nobody, and nothing is encrypted: README.txt says how to.

    Eight homes are the floor of the anonymous map points of police.uk.

    References
    ----------
    Data Protection Act 2018, Part 3. Information Commissioner's Office (2021). Data sharing: a
    code of practice.

    Examples
    --------
    >>> import tempfile
    >>> from hotspot.demo import true_incidents
    >>> crimes = true_incidents().iloc[:3]
    >>> place = Path(tempfile.mkdtemp()) / "for the next force"
    >>> folder = write_share(
    ...     crimes, place, "Silver Pit Police", "Op Example", ["crime_ref", "occurred_to"],
    ...     "OFFICIAL-SENSITIVE", "2027-03-31", gateway="ISA 12", regime="Part 3",
    ...     discloser="Dogger Bank Constabulary, data protection", today="2026-12-01")
    >>> sorted(path.name for path in folder.iterdir())
    ['README.txt', 'crimes.parquet', 'manifest.json', 'share.gpkg', 'share.xlsx']
    """
    day, last = as_day(today), moment_of(expires, "expires")
    terms = _terms(recipient, purpose, gateway, regime, discloser, marking)
    layouts = [formats] if isinstance(formats, str) else list(dict.fromkeys(formats))
    problems = [one for name in layouts for one in choice_problems("formats", name, FORMATS)]
    problems += ["formats must name at least one format."] * (not layouts)
    raise_problems(arguments=[*problems, *choice_problems("level", level, LEVELS)])
    named = named_frames(frames)
    chosen = chosen_fields(named, fields)
    stop = StopList.of(exclude).refuse_unlike(
        *named.values(), may_match_nothing=exclude_may_match_nothing
    )
    detail = Detail(level, streets, stop, definitions or {}, date_basis, addresses)
    data, told, withheld = prepared(named, chosen, detail)
    draft = Manifest(
        product="hotspot share", layout=LAYOUT, kind="share", share="", version=1, digest="",
        made=day.date(), expires=last.date(), level=level, files=[_NO_FILE],
        alone=not isinstance(frames, Mapping), frames=told, corrections=[], handling=[],
        software=f"hotspot {__version__}", **terms,
    )  # fmt: skip
    for text in [*_warnings(draft, data), *withheld]:
        warnings.warn(text, DataWarning, stacklevel=2)
    return written(Path(folder), draft, data, layouts, stopped=bool(stop))


# What stands in a draft, which has no files yet.
_NO_FILE = SharedFile(name="none.txt", sha256="0" * 64, bytes=0, layout="text")


def as_day(today: AsOf | None) -> pd.Timestamp:
    """Return the day that was given, else that of the clock."""
    return pd.Timestamp(dt.date.today()) if today is None else moment_of(today, "today")


def _terms(
    recipient: str,
    purpose: str,
    gateway: str | None,
    regime: str | None,
    discloser: str | None,
    marking: str | None,
) -> dict[str, str]:
    """Return the terms of a share in clean texts, what is not stated as such."""
    problems = [
        f"{name} must be said: {what}."
        for name, value, what in (
            ("recipient", recipient, "who may have the share"),
            ("purpose", purpose, "what they may use it for"),
        )
        if not isinstance(value, str) or not clean_text(value).strip()
    ]
    problems += choice_problems("regime", regime, tuple(REGIMES)) if regime is not None else []
    optional = {"gateway": gateway, "discloser": discloser, "marking": marking}
    problems += [
        f"{name} must be a text, not {value!r}."
        for name, value in optional.items()
        if value is not None and not isinstance(value, str)
    ]
    raise_problems(arguments=problems)

    def said(text: str | None) -> str:
        return clean_text(text or "").strip()[:2000] or NOT_STATED

    return {
        "recipient": said(recipient),
        "purpose": said(purpose),
        "marking": shown_marking(marking)[:200],
        "gateway": said(gateway),
        "regime": REGIMES[regime] if regime else NOT_STATED,
        "discloser": said(discloser),
    }


def _warnings(draft: Manifest, data: Mapping[str, pd.DataFrame]) -> list[str]:
    gaps = [one for one in ("gateway", "regime", "discloser") if getattr(draft, one) == NOT_STATED]
    told = []
    if gaps:
        told.append(
            f"The share states no {', no '.join(gaps)}, and says so first of all: it is not ready "
            "to leave. Say them (gateway=, regime=, discloser=) and write it anew."
        )
    if draft.marking == NO_MARKING:
        told.append("The share has no protective marking, and says so.")
    if draft.expires < draft.made:
        told.append(
            f"The share expired on {draft.expires}, before it was made: nobody can read it."
        )
    for frame in data.values():
        told += [
            text.replace("which stays in Python and reaches no product", "which goes to the "
                         "recipient: read it for names first")
            for text in free_text_warnings(frame)
        ]  # fmt: skip
    return told


@dataclass(frozen=True)
class Replacing:
    """What may stand where a share is written, asked before the work and after it."""

    may_replace: Callable[[], object]
    may_lose: Callable[[Path], object]


def written(
    folder: Path,
    draft: Manifest,
    data: Mapping[str, pd.DataFrame],
    layouts: Sequence[str],
    *,
    stopped: bool,
    replacing: Replacing | None = None,
) -> Path:
    """Write a share to its folder, whole or not at all.

    Parameters
    ----------
    folder : pathlib.Path
    draft : Manifest
        Without files and handling; its id is made where it has none.
    data : mapping of str to DataFrame
    layouts : sequence of str
    stopped : bool
        Whether a stop list was given.
    replacing : Replacing, optional
        By default nothing is replaced but an empty folder.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    OutputError
    """
    if not folder.name:
        raise OutputError(f"Cannot write to {folder}: it is a whole drive. Name a folder on it.")
    rule = replacing or Replacing(lambda: _refuse_taken(folder), _refuse_taken)
    content = content_digest(data, draft.frames)
    share = draft.share or f"S-{content_of_terms(draft, content)[:12]}"
    manifest = draft.model_copy(update={"share": share})
    if not manifest.handling:
        manifest = manifest.model_copy(update={"handling": handling(manifest, stopped=stopped)})
    pairs = about_pairs(manifest)
    title = f"Share {share}, version {manifest.version}"
    stamp = Stamp(title, manifest.marking, "", pd.Timestamp(manifest.made))
    try:
        with staged_folder(folder, rule.may_replace, rule.may_lose, lambda: None) as building:
            files = [
                _file(path, cast(Layout, layout), frame)
                for layout in layouts
                for path, frame in write_frames(
                    building, layout, manifest.frames, data, pairs, stamp
                )
            ]
            text = building / README
            text.write_text(read_me(pairs), encoding="utf-8", newline="\n")
            files.append(_file(text, "text", None))
            sealed = manifest.model_copy(update={"files": files}).sealed()
            (building / MANIFEST).write_text(sealed.text(), encoding="utf-8", newline="\n")
    except HotspotError:
        raise
    except OSError as error:
        raise OutputError(
            f"Cannot write {folder}: {error.strerror or error}. Choose another folder, or close "
            "what has it open."
        ) from None
    return folder


def content_of_terms(draft: Manifest, content: str) -> str:
    """Return a hash of a share's terms and content, of which its id is made."""
    import hashlib

    said = draft.model_dump_json(exclude={"files", "share", "digest", "software", "handling"})
    return hashlib.sha256(f"{said}{content}".encode()).hexdigest()


def _file(path: Path, layout: Layout, frame: str | None) -> SharedFile:
    size = path.stat().st_size
    return SharedFile(
        name=path.name, sha256=sha256(path), bytes=size, layout=layout, frame=frame
    )  # fmt: skip


def _refuse_taken(folder: Path) -> None:
    """Raise where a folder is taken: a share that was written is a record of what was sent."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise OutputError(f"Cannot write the folder {folder}: a file of that name is there.")
    if any(folder.iterdir()):
        raise OutputError(
            f"{folder} is not empty: nothing was written. Name a new folder; a share that was "
            "sent is kept as it went."
        )
