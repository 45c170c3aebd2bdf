"""A share of another force, read only if it is whole, unchanged and not past its date."""

import os
from pathlib import Path

import pandas as pd

from hotspot._checks import raise_problems
from hotspot._errors import DataError
from hotspot.dates import AsOf
from hotspot.sharing.manifest import Manifest, expiry_problems, file_problems, read_manifest
from hotspot.sharing.share_files import read_frame
from hotspot.sharing.share_writing import as_day


def read_share(
    folder: str | os.PathLike[str], *, today: AsOf | None = None
) -> pd.DataFrame | dict[str, pd.DataFrame]:
    """Read the frames of a share, if it is whole, unchanged and not past its date.

    Parameters
    ----------
    folder : path
        As `write_share` left it: the folder, unpacked.
    today : date or str, optional
        The day on which it is read. Default: that of the clock.

    Returns
    -------
    GeoDataFrame, DataFrame or dict of str to frame
        What was written, as it went: one frame where one was given, several by name.

    Raises
    ------
    DataError
        With every reason at once: a file is missing, copied in part or was changed; the share is
        past its date, is a correction, or is none.

    Notes
    -----
    The hashes find accidents. They bind nobody: there is no signature, and whoever wishes can
    change a file and its hash both. `hotspot.sharing.read_manifest` tells the terms.

    Examples
    --------
    >>> import tempfile, warnings
    >>> from hotspot.demo import true_incidents
    >>> from hotspot.sharing import write_share
    >>> place = Path(tempfile.mkdtemp()) / "share"
    >>> terms = dict(gateway="ISA 12", regime="Part 3", discloser="Data protection, Force A")
    >>> folder = write_share(
    ...     true_incidents().iloc[:3], place, "Force B", "Op Example", ["crime_ref"], "OFFICIAL",
    ...     "2026-12-31", today="2026-12-01", **terms)
    >>> read_share(folder, today="2026-12-31")["crime_ref"].tolist()
    ['T000001', 'T000002', 'T000003']
    >>> read_share(folder, today="2027-01-01")
    Traceback (most recent call last):
    ...
    hotspot._errors.DataError: The share expired on 2026-12-31 and may not be used since: delete
    it, or ask Data protection, Force A for a new one.
    """
    manifest = checked(Path(folder), today)
    if manifest.kind == "correction":
        raise DataError(
            f"{Path(folder).name} is a correction of share {manifest.share}: apply it to that "
            "(hotspot.sharing.apply_correction, hotspot share correct)."
        )
    frames = frames_of(Path(folder), manifest)
    return next(iter(frames.values())) if manifest.alone else frames


def checked(folder: Path, today: AsOf | None) -> Manifest:
    """Return the manifest of a share or a correction that may be read.

    Raises
    ------
    DataError
    """
    manifest = read_manifest(folder)
    problems = [*expiry_problems(manifest, as_day(today)), *file_problems(manifest, folder)]
    raise_problems(problems)
    return manifest


def frames_of(folder: Path, manifest: Manifest) -> dict[str, pd.DataFrame]:
    """Return the frames of a share that was checked.

    Raises
    ------
    DataError
    """
    return {frame.name: read_frame(folder, frame, manifest.files) for frame in manifest.frames}
