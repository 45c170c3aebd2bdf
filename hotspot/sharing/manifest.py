"""What is told beside the files of a share: what is in them, for whom, what for and until when."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hotspot._errors import DataError
from hotspot.english import and_list, count
from hotspot.output.files import sha256
from hotspot.output.text import clean_text
from hotspot.sharing.column_kinds import ColumnKind

MANIFEST = "manifest.json"
README = "README.txt"
PRODUCT = "hotspot share"
#: The version of this layout: another is refused, never guessed at.
LAYOUT: Literal[1] = 1
NOT_STATED = "NOT STATED"
_MOST_BYTES = 20_000_000
# A name that is one in every folder of every system; never a path.
_FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9 _\-]{0,60}\.[a-z]{2,10}$"
#: What frames, layers and sheets may be called.
FRAME_NAME = r"^[A-Za-z][A-Za-z0-9_\-]{0,30}$"
_SHA256 = r"^[0-9a-f]{64}$"
_WORDS = Field(max_length=4000)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SharedFile(_Part):
    """A file of a share.

    Attributes
    ----------
    name, sha256 : str
    bytes : int
    layout : {"geoparquet", "gpkg", "xlsx", "text"}
    frame : str or None
        Which frame, where it holds one.
    """

    name: str = Field(pattern=_FILE_NAME)
    sha256: str = Field(pattern=_SHA256)
    bytes: int = Field(ge=0)
    layout: Literal["geoparquet", "gpkg", "xlsx", "text"]
    frame: str | None = None


class SharedIndex(_Part):
    """The labels of the rows of a frame: a column of the files, or a range that needs none."""

    name: str | None = _WORDS
    range: tuple[int, int, int] | None = None
    column: ColumnKind | None = None


class SharedGeometry(_Part):
    """The geometry of a frame: its column, its CRS, and whether all are points."""

    name: str
    crs: str = _WORDS
    crs_name: str = _WORDS
    points: bool


class SharedFrame(_Part):
    """A frame of a share: its rows, and what each of its columns holds and means."""

    name: str = Field(pattern=FRAME_NAME)
    rows: int = Field(ge=0)
    order: list[str]
    columns: list[ColumnKind]
    index: SharedIndex
    geometry: SharedGeometry | None
    resolution: Literal["day", "month"] | None
    date_basis: str = _WORDS
    definitions: dict[str, str]

    @model_validator(mode="after")
    def _each_once(self) -> "SharedFrame":
        names = [column.name for column in self.columns]
        names += [] if self.geometry is None else [self.geometry.name]
        if len(set(names)) < len(names) or sorted(names) != sorted(self.order):
            raise ValueError("columns that are not those of its order, each once")
        return self


class Corrected(_Part):
    """A correction that a share holds: its version, day and reason, and how many rows it was of."""

    version: int
    made: date = Field(strict=False)
    reason: str = _WORDS
    changed: int
    removed: int


class Manifest(_Part):
    """What a share says of itself.

    Attributes
    ----------
    kind : {"share", "correction"}
    share : str
        The id of the share, the same in all its versions and of its corrections.
    version : int
        1, and one more with each correction.
    digest : str
        SHA-256 of all else that stands here.
    made, expires : date
        The last day on which it may be used.
    recipient, purpose, marking, gateway, regime, discloser : str
    level : {"full", "street", "area"}
    alone : bool
        Whether one frame was shared and not several by name.
    frames : list of SharedFrame
    files : list of SharedFile
    corrections : list of Corrected
        Those that were applied to a share, or the one that this is.
    handling : list of str
        What to heed, in sentences.
    software : str
    """

    product: Literal["hotspot share"]
    layout: Literal[1]
    kind: Literal["share", "correction"]
    share: str = Field(max_length=40)
    version: int = Field(ge=1, le=1_000_000)
    digest: str
    made: date = Field(strict=False)
    expires: date = Field(strict=False)
    recipient: str = _WORDS
    purpose: str = _WORDS
    marking: str = _WORDS
    gateway: str = _WORDS
    regime: str = _WORDS
    discloser: str = _WORDS
    level: Literal["full", "street", "area"]
    alone: bool
    frames: list[SharedFrame] = Field(min_length=1, max_length=200)
    files: list[SharedFile] = Field(min_length=1, max_length=1000)
    corrections: list[Corrected] = Field(max_length=10_000)
    handling: list[str]
    software: str = _WORDS

    def sealed(self) -> "Manifest":
        """Return it with the id of a first version, and the digest of what it says."""
        share = self.share or f"S-{_digest(self)[:12]}"
        named = self.model_copy(update={"share": share})
        return named.model_copy(update={"digest": _digest(named)})

    def is_whole(self) -> bool:
        """Test whether it says what it said when it was written."""
        return self.digest == _digest(self)

    def text(self) -> str:
        """Return it as it is written."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"

    def summary(self) -> str:
        """Return what is shared, with whom, what for and until when, a sentence a line."""
        rows = [f"{count(frame.rows, 'row')} of {frame.name}" for frame in self.frames]
        what = "Share" if self.kind == "share" else "Correction of share"
        lines = [
            f"{what} {self.share}, version {self.version}: {and_list(rows)}, level {self.level}.",
            f"For {self.recipient}; purpose: {self.purpose}.",
            f"Marking: {self.marking}. It may be used until {self.expires}, that day included.",
            f"Disclosed by {self.discloser}; legal gateway: {self.gateway}; regime: {self.regime}.",
        ]
        lines += [
            f"Version {one.version} of {one.made}: {one.changed} changed, {one.removed} removed. "
            f"{one.reason}"
            for one in self.corrections
        ]
        return "\n".join(map(clean_text, lines))


def _digest(manifest: Manifest) -> str:
    said = manifest.model_dump(mode="json", exclude={"digest"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read what a share says of itself, and nothing of what is in its files.

    Parameters
    ----------
    folder : pathlib.Path

    Returns
    -------
    Manifest

    Raises
    ------
    DataError
        If there is no share, or its manifest is damaged, was changed, or is of another version.
    """
    folder = Path(folder)
    if folder.is_file():
        unpack = "Unpack it, and name the folder" if folder.suffix == ".zip" else "Name the folder"
        raise DataError(f"{folder.name} is a file, and a share is a folder. {unpack}.")
    if not folder.is_dir():
        raise DataError(f"There is no folder {clean_text(str(folder))}.")
    path = folder / MANIFEST
    if not path.is_file() or path.is_symlink():
        raise DataError(
            f"{folder.name} holds no {MANIFEST}: it is no share, or was copied in part. Copy the "
            "whole folder again."
        )
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(f"{MANIFEST} is too large to be that of a share: ask for it again.")
    fault = f"{MANIFEST} is damaged, or was not written by hotspot"
    try:
        said = json.loads(
            path.read_text(encoding="utf-8"),
            parse_constant=_no_number,
            object_pairs_hook=_each_once,
        )
        if isinstance(said, dict) and said.get("product") == PRODUCT and said.get("layout") != 1:
            raise DataError(
                f"{MANIFEST} is of layout {str(said.get('layout'))[:20]!r}, and this version of "
                f"hotspot reads layout {LAYOUT}: use the version of hotspot that wrote it."
            )
        manifest = Manifest.model_validate_json(json.dumps(said))
    except ValidationError as error:
        first = error.errors()[0]
        where = clean_text(" ".join(map(str, first["loc"])))[:100]
        raise DataError(f"{fault} ({where}: {first['msg'][:100]}). Ask for it again.") from None
    except DataError:
        raise
    except (OSError, ValueError, RecursionError):
        raise DataError(f"{fault}: it is no JSON. Copy the folder again.") from None
    if not manifest.is_whole():
        raise DataError(f"{MANIFEST} was changed after it was written: copy the folder again.")
    return manifest


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON; a person would read the first of two that bear one name."""
    said = dict(pairs)
    if len(said) < len(pairs):
        raise DataError(f"{MANIFEST} says something more than once: ask for the share again.")
    return said


def file_problems(manifest: Manifest, folder: Path) -> list[str]:
    """Return which files are missing, half copied or changed, a sentence each.

    Parameters
    ----------
    manifest : Manifest
    folder : pathlib.Path

    Returns
    -------
    list of str
    """
    problems = []
    for file in manifest.files:
        path = folder / file.name
        if path.is_symlink() or not path.is_file():
            problems.append(f"{file.name} is missing: copy the whole folder again.")
            continue
        size = path.stat().st_size
        if size < file.bytes:
            problems.append(
                f"{file.name} has {size:,} of {file.bytes:,} bytes: it was copied in part. Copy "
                "it again."
            )
        elif size > file.bytes or sha256(path) != file.sha256:
            looked = " (a program that only looks into a GeoPackage may change it)"
            problems.append(
                f"{file.name} was changed after it was written"
                f"{looked if file.layout == 'gpkg' else ''}: copy it again from where it came."
            )
    return problems


def expiry_problems(manifest: Manifest, today: pd.Timestamp) -> list[str]:
    """Return that a share may not be used any more, where that is so."""
    if today.date() <= manifest.expires:
        return []
    return [
        f"The share expired on {manifest.expires} and may not be used since: delete it, or ask "
        f"{clean_text(manifest.discloser) if manifest.discloser != NOT_STATED else 'its sender'} "
        "for a new one."
    ]
