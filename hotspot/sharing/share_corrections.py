"""Corrections of a share: what changed and what is to go, sent after it and applied to it."""

import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from hotspot import __version__
from hotspot._checks import raise_problems
from hotspot._errors import DataError, DataWarning, OutputError
from hotspot.dates import AsOf
from hotspot.english import some_of
from hotspot.incidents.stop_list import Exclude, StopList
from hotspot.output.text import clean_text
from hotspot.sharing.handling_words import AREA_COUNTED
from hotspot.sharing.manifest import MANIFEST, Corrected, Manifest, SharedFrame
from hotspot.sharing.share_reading import checked, frames_of
from hotspot.sharing.share_writing import Replacing, as_day, written
from hotspot.sharing.shared_frames import (
    ALONE,
    REMOVED,
    Detail,
    Frames,
    described,
    named_frames,
    prepared,
)

_KEY = "crime_ref"
_AGAIN = "ask for it again."
# File managers leave these wherever they have been.
_LITTER = frozenset([".DS_Store", "Thumbs.db", "desktop.ini"])


def write_correction(
    share: str | os.PathLike[str],
    frames: "Frames | None",
    folder: str | os.PathLike[str],
    reason: str,
    *,
    removed: Iterable[str] = (),
    exclude: Exclude = (),
    streets: gpd.GeoDataFrame | None = None,
    addresses: gpd.GeoDataFrame | None = None,
    today: AsOf | None = None,
) -> Path:
    """Write what changed of the crimes of a share, and which of them are to go.

    Parameters
    ----------
    share : path
        The share as it was sent, with the corrections before this one applied.
    frames : frame, mapping of str to frame, or None
        The changed crimes alone, whole rows, with the columns that the share has.
    folder : path
        A new folder, or an empty one.
    reason : str
    removed : iterable of str
        References of crimes that are to go: cancelled, transferred, or never to be sent.
    exclude : iterable of str or StopList
        The stop list of today: what of the share is on it is to go, too.
    streets, addresses : GeoDataFrame, optional
        As of `write_share`.
    today : date or str, optional

    Returns
    -------
    pathlib.Path
        A folder as of `write_share`, with a table ``removed``; of the same level, terms and last
        day as the share.

    Raises
    ------
    DataError
        If a crime is not in the share, is there without a reference, or has other columns.
    """
    folder, manifest = Path(folder), checked(Path(share), today)
    sent = frames_of(Path(share), manifest)
    _refuse_kind(manifest, "share")
    changed = _named(frames, manifest)
    stop = StopList.of(exclude)
    gone = _gone(sent, list(dict.fromkeys(removed)), stop)
    raise_problems([
        *_correction_problems(sent, changed, gone, manifest),
        *["The reason of a correction must be said."] * (not clean_text(reason).strip()),
    ])  # fmt: skip
    detail = Detail(manifest.level, streets, stop, {}, addresses=addresses)
    plain = {name: frame.reset_index(drop=True) for name, frame in changed.items()}
    fields = {one.name: [of.name for of in one.columns] for one in manifest.frames}
    data, told, withheld = prepared(plain, {name: fields[name] for name in plain}, detail)
    for text in withheld:
        warnings.warn(text, DataWarning, stacklevel=2)
    raise_problems(_kind_problems(told, manifest) + _uncounted(told, manifest))
    table = pd.DataFrame(gone, columns=["table", _KEY], dtype=object)
    table_detail = Detail("area", None, StopList(), {"table": "the table it is in"})
    data[REMOVED] = table
    told = [*told, described(REMOVED, table, table_detail)]
    day = as_day(today)
    rows = sum(len(frame) for name, frame in data.items() if name != REMOVED)
    version = manifest.version + 1
    one = Corrected(
        version=version, made=day.date(), reason=clean_text(reason), changed=rows, removed=len(gone)
    )
    draft = manifest.model_copy(update={
        "kind": "correction", "version": version, "made": day.date(), "frames": told,
        "corrections": [one], "alone": False, "handling": [], "software": f"hotspot {__version__}",
    })  # fmt: skip
    return written(folder, draft, data, _layouts(manifest), stopped=bool(stop))


def changed_crimes(
    share: str | os.PathLike[str],
    crimes: pd.DataFrame,
    *,
    exclude: Exclude = (),
    streets: gpd.GeoDataFrame | None = None,
    addresses: gpd.GeoDataFrame | None = None,
    today: AsOf | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the crimes that stand otherwise in a share than they do now, and those that are gone.

    Parameters
    ----------
    share : path
        The share as it was sent, of one frame, with the corrections applied.
    crimes : GeoDataFrame or DataFrame
        All crimes as they are recorded now, with the columns that the share has.
    exclude : iterable of str or StopList
        The stop list of today.
    streets, addresses : GeoDataFrame, optional
        As of `write_share`.
    today : date or str, optional

    Returns
    -------
    changed : DataFrame or GeoDataFrame
        Rows of `crimes`, to be given to `write_correction`: what was not shared of them, and what
        was shared and is the same, does not count. Crimes that the share has not are left out.
    missing : list of str
        References of the share that no crime has now and the stop list does not name. Whether
        they are to go, or are only not in this file, nobody but the discloser knows.

    Raises
    ------
    DataError
        If the share cannot be read, is of several frames, or was shared without ``crime_ref``.
    """
    manifest = checked(Path(share), today)
    _refuse_kind(manifest, "share")
    if len(manifest.frames) != 1:
        raise DataError(
            f"The share is of {len(manifest.frames)} tables: give the changed rows of each to "
            "hotspot.sharing.write_correction."
        )
    (told,) = manifest.frames
    raise_problems(_lacking(told, crimes))
    was = frames_of(Path(share), manifest)[told.name]
    stop = StopList.of(exclude)
    ours = crimes[crimes[_KEY].isin(was[_KEY])].reset_index(drop=True)
    fields = {told.name: [of.name for of in told.columns]}
    detail = Detail(manifest.level, streets, stop, {}, addresses=addresses)
    data, _, _ = prepared({told.name: ours}, fields, detail)
    now = data[told.name]
    before, after = (_plain(frame, told.order) for frame in (was, now))
    same = {ref for ref, row in after.items() if before[ref] == row}
    missing = was[~was[_KEY].isin(ours[_KEY]) & ~stop.hides(was)]
    named = ours[_KEY].isin(now[_KEY]) & ~ours[_KEY].isin(same)
    return ours[named], missing[_KEY].dropna().tolist()


def _plain(frame: pd.DataFrame, columns: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the rows of a frame by reference, in what can be compared."""
    shown = pd.DataFrame(frame)[columns].astype(object)
    rows = [
        tuple("" if blank else getattr(cell, "wkb_hex", repr(cell)) for cell, blank in pairs)
        for pairs in map(zip, shown.to_numpy(), shown.isna().to_numpy())
    ]
    return dict(zip(frame[_KEY], rows, strict=True))


def apply_correction(
    share: str | os.PathLike[str],
    correction: str | os.PathLike[str],
    *,
    dry_run: bool = False,
    today: AsOf | None = None,
) -> Path:
    """Apply a correction to a share where it lies: what is to go is gone from it.

    Parameters
    ----------
    share, correction : path
        As `write_share` and `write_correction` left them.
    dry_run : bool
        Whether all is done but the writing.
    today : date or str, optional

    Returns
    -------
    pathlib.Path
        The share, one version on. It takes the place of the old one whole, or not at all.

    Raises
    ------
    DataError
        If one of them cannot be read, the correction is of another share, or not the next one.
    OutputError
        If the folder of the share holds other files: they would be lost.

    Notes
    -----
    Copies, and what was made of them, are for the recipient to correct.
    """
    place = Path(share)
    manifest, correcting = checked(place, today), checked(Path(correction), today)
    _refuse_kind(manifest, "share")
    _refuse_kind(correcting, "correction")
    if correcting.share != manifest.share:
        raise DataError(
            f"The correction is of share {correcting.share}, and this is {manifest.share}."
        )
    if correcting.version <= manifest.version:
        raise DataError(f"This share holds version {correcting.version} already.")
    if correcting.version > manifest.version + 1:
        raise DataError(
            f"The correction makes version {correcting.version}, and this is version "
            f"{manifest.version}: apply those between first."
        )
    raise_problems(_unlike(correcting, manifest))
    changes, data = frames_of(Path(correction), correcting), frames_of(place, manifest)
    gone = changes.pop(REMOVED)
    raise_problems(_not_of(data, changes, gone))
    for name in data:
        refs = set(gone.loc[gone["table"] == name, _KEY])
        data[name] = _corrected(data[name], changes.get(name), refs)
    told = []
    for frame in manifest.frames:
        detail = Detail(manifest.level, None, StopList(), {})
        new = described(frame.name, data[frame.name], detail)
        kept = {"date_basis": frame.date_basis, "definitions": frame.definitions}
        told.append(new.model_copy(update={**kept, "resolution": frame.resolution}))
    draft = manifest.model_copy(update={
        "version": correcting.version, "frames": told,
        "corrections": [*manifest.corrections, *correcting.corrections],
        "software": f"hotspot {__version__}",
    })  # fmt: skip
    replacing = Replacing(
        lambda: _refuse_others(place, manifest), lambda old: _refuse_others(old, manifest)
    )
    if dry_run:
        replacing.may_replace()
        return place
    return written(place, draft, data, _layouts(manifest), stopped=False, replacing=replacing)


def _unlike(correcting: Manifest, manifest: Manifest) -> list[str]:
    """Return how the frames of a correction are not such as those of its share."""
    ours = {frame.name: frame for frame in manifest.frames}
    told = {frame.name: frame for frame in correcting.frames}
    listed = told.pop(REMOVED, None)
    odd = [name for name, frame in told.items() if _shape(frame) != _shape(ours.get(name))]
    if listed is None or listed.order != ["table", _KEY] or correcting.level != manifest.level:
        odd.append(REMOVED)
    return [f"The correction is not what it says of {some_of(odd, 5)}: {_AGAIN}"] * bool(odd)


def _shape(frame: SharedFrame | None) -> Any:
    if frame is None:
        return None
    place = None if frame.geometry is None else (frame.geometry.name, frame.geometry.crs)
    return frame.order, [(of.name, of.kind) for of in frame.columns], place


def _not_of(
    data: Mapping[str, pd.DataFrame], changes: Mapping[str, pd.DataFrame], gone: pd.DataFrame
) -> list[str]:
    """Return which crimes a correction changes or removes that its share has not."""
    pairs = [(name, ref) for name, frame in changes.items() for ref in frame[_KEY]]
    pairs += zip(gone["table"], gone[_KEY], strict=True)
    known = {
        (name, ref) for name, frame in data.items() if _KEY in frame.columns for ref in frame[_KEY]
    }
    odd = [str(pair[1])[:60] for pair in pairs if pair not in known]
    odd += [str(ref)[:60] for (_, ref), n in Counter(pairs).items() if n > 1]
    if not odd:
        return []
    return [
        f"The correction is not what it says: the share has not {some_of(odd, 5)}, or it stands "
        f"twice. {_AGAIN.capitalize()}"
    ]


def _refuse_kind(manifest: Manifest, kind: str) -> None:
    if manifest.kind != kind:
        raise DataError(f"A {kind} is asked for, and this is a {manifest.kind}.")


def _layouts(manifest: Manifest) -> list[str]:
    return [one for one in dict.fromkeys(f.layout for f in manifest.files) if one != "text"]


def _named(frames: "Frames | None", manifest: Manifest) -> dict[str, pd.DataFrame]:
    named = {} if frames is None else named_frames(frames)
    if isinstance(frames, pd.DataFrame):
        named = {manifest.frames[0].name: named[ALONE]}
    if others := [name for name in named if name not in {one.name for one in manifest.frames}]:
        raise DataError(f"The share has no table {some_of(others)}.")
    return named


def _gone(
    sent: Mapping[str, pd.DataFrame], removed: list[str], stop: StopList
) -> list[tuple[str, str]]:
    """Return table and reference of what is to go: what was named, and what is on the stop list."""
    gone, found = [], set()
    for name, frame in sent.items():
        if _KEY not in frame.columns:
            continue
        mask = frame[_KEY].isin(removed).to_numpy() | stop.hides(frame)
        refs = frame.loc[mask, _KEY].dropna().tolist()
        gone += [(name, str(ref)) for ref in refs]
        found.update(refs)
    if missing := [one for one in removed if one not in found]:
        raise DataError(f"Not in the share, and cannot go from it: {some_of(missing, 10)}.")
    return gone


def _correction_problems(
    sent: Mapping[str, pd.DataFrame],
    changed: Mapping[str, pd.DataFrame],
    gone: list[tuple[str, str]],
    manifest: Manifest,
) -> list[str]:
    problems = []
    if not gone and not any(len(frame) for frame in changed.values()):
        problems.append("Nothing was changed and nothing removed: there is nothing to correct.")
    for frame in manifest.frames:
        if frame.name not in changed:
            continue
        new, old = changed[frame.name], sent[frame.name]
        if lacking := _lacking(frame, new):
            problems += lacking
            continue
        refs = new[_KEY]
        others = refs[~refs.isin(old[_KEY])].tolist()
        if others:
            problems.append(
                f"Not in {frame.name} of the share: {some_of(list(map(str, others)), 10)}. New "
                "crimes go in a new share."
            )
        if twice := refs[refs.duplicated()].tolist():
            problems.append(
                f"More than once in {frame.name}: {some_of(list(map(str, twice)), 10)}."
            )
        if old[_KEY].duplicated().any():
            problems.append(f"References in {frame.name} of the share stand more than once.")
        both = sorted({ref for name, ref in gone if name == frame.name} & set(refs))
        problems += [f"{one} is changed and removed: which?" for one in both]
    return problems


def _lacking(frame: SharedFrame, new: pd.DataFrame) -> list[str]:
    """Return why rows cannot correct a frame of a share: it has no references, or they too few."""
    if _KEY not in frame.order:
        return [
            f"{frame.name} was shared without crime_ref: it cannot be corrected. Send a new "
            "share, and ask the recipient to delete the old one."
        ]
    missing = [of.name for of in frame.columns if of.name not in new.columns]
    return [f"{frame.name} lacks what was shared: {some_of(missing, 10)}."] * bool(missing)


def _kind_problems(told: list[SharedFrame], manifest: Manifest) -> list[str]:
    """Return which columns hold other kinds of values than were shared."""
    old = {(frame.name, of.name): of for frame in manifest.frames for of in frame.columns}
    return [
        f"{of.name} of {frame.name} was shared as {was.dtype}, and is {of.dtype} now: make it that."
        for frame in told
        for of in frame.columns
        if (was := old[frame.name, of.name]) is not None
        and (was.kind, was.dtype) != (of.kind, of.dtype)
    ]


def _uncounted(told: list[SharedFrame], manifest: Manifest) -> list[str]:
    """Return that areas of few homes would be told now, where they were not in the share."""
    counted = [
        {one.name for one in frames if AREA_COUNTED in one.definitions.get("area", "")}
        for frames in (manifest.frames, told)
    ]
    return [
        f"The share tells no area of few homes in {name}: give the addresses with the area of each."
        for name in sorted(counted[0] - counted[1])
        if name in {one.name for one in told}
    ]


def _corrected(frame: pd.DataFrame, changed: pd.DataFrame | None, gone: set[str]) -> pd.DataFrame:
    """Return a frame with rows changed in their places, and without those that are to go."""
    if _KEY not in frame.columns:
        return frame
    made = frame[~frame[_KEY].isin(gone)]
    if changed is None or changed.empty:
        return made
    labels = pd.Series(made.index, index=made[_KEY])
    new = changed.set_axis(pd.Index(labels.reindex(changed[_KEY])), axis=0)
    for column in made.columns:
        if isinstance(made[column].dtype, pd.CategoricalDtype):
            known = made[column].cat.categories.union(new[column].cat.categories, sort=False)
            dtype = pd.CategoricalDtype(known, made[column].cat.ordered)
            made = made.assign(**{column: made[column].astype(dtype)})
            new = new.assign(**{column: new[column].astype(dtype)})
    both = pd.concat([made.drop(new.index), new])
    in_place = both.loc[made.index].set_axis(made.index, axis=0)
    in_place.attrs = dict(frame.attrs)
    return in_place


def _refuse_others(folder: Path, manifest: Manifest) -> None:
    """Raise where the folder of a share holds what is no part of it."""
    ours = {MANIFEST, *(file.name for file in manifest.files), *_LITTER}
    others = sorted(path.name for path in folder.iterdir() if path.name not in ours)
    if others:
        raise OutputError(
            f"{folder} holds files that are no part of the share ({some_of(others, 5)}): nothing "
            "was changed. Move them elsewhere."
        )
