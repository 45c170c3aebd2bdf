"""Columns of the user's own, carried through; what names a person is not."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError
from hotspot.reading.cells import normalise_name, to_text, without_missing_words
from hotspot.reading.columns import given_columns
from hotspot.reading.contents import Contents
from hotspot.reading.datetimes import read_datetimes

#: Columns as they are headed, or by the names that they get.
Keep: TypeAlias = str | Sequence[str] | Mapping[str, str]

#: Names of a frame of incidents besides those that a user may map.
_MADE = ("geometry", "offence_kind", "row")
_PEOPLE = (
    "victims? aggrieved complainants? suspects? offenders? defendants? accused perpetrators? "
    "witness(?:es)? informants? callers? reporters? occup(?:ants?|iers?) residents? tenants? "
    "owners? householders? nominals? persons? ip officers? oic io"
)
# What may be told of people in a column without naming one: "Officer Attended", "Victim Updated".
_OF_NO_ONE = frozenset(
    {
        "arrested", "attend", "attendance", "attended", "attending", "by", "charged", "contacted",
        "count", "counts", "date", "identified", "known", "occupied", "outcome", "outcomes",
        "result", "results", "satisfaction", "the", "time", "total", "updated", "visit", "visited",
        "visits", "was", "were", "yn",
    }
)  # fmt: skip
# By the words of a heading; an age may be that of a building.
_HEADINGS = {
    "a name": r"(?:sur|fore|nick|user|maiden )names?|initials|alias(?:es)?"
    r"|(?:(?:first|last|middle|full|given|family|known|legal) )?names?",
    "a date of birth": r".*\b(?:dob|d o b|births?|born|birthdays?)\b.*",
    "an age": r"(?!.*\b(?:building|property|house|dwelling|premises|vehicle)\b)"
    r".*\b(?:age|ages|aged)\b.*",
    "a contact": r".*\b(?:(?:tele)?phones?|tel|mobiles?|e ?mails?|contact|fax|whatsapp)\b.*",
    "ethnicity or belief": r".*\b(?:ethnic\w*|races?|racial|nationalit\w+|religio\w+|faith|sde"
    r"|ic codes?)\b.*",
    "gender": r".*\b(?:genders?|sex|sexual\w*|transgender|pronouns?)\b.*",
    "health or vulnerability": r".*\b(?:health|medical|disab\w+|vulnerab\w+|mental|illness\w*"
    r"|injur\w+|pregnan\w+|safeguarding|marac|diagnos\w+)\b.*",
    "an identity": r".*\b(?:nhs|pnc|cro|passport|nino|national insurance|ni (?:no|number)"
    r"|driving licen[cs]e|collar (?:no|number))\b.*",
}
# By what stands in most cells. A phone number has its form: a UPRN with a 0 before it is none.
_CONTENTS = {
    "phone numbers": r"0(?:1[1-9]|2\d|3[03]|7[1-9])\d{8}"
    r"|\(?0\d{2,4}\)?[ -]\d{3,4}[ -]?\d{3,4}"
    r"|\+\d{1,3}[ -]?(?:\(0\))?[ -]?\d{2,5}[ -]?\d{3,4}[ -]?\d{3,4}"
    r"|\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}",
    "people by their titles": r"(?:mr|mrs|miss|ms|mx|dr)\.? [a-z].*"
    r"|(?:pc|dc|ps|ds|pcso|sgt|insp)\.? ?\d{2,5}\b.*",
    "gender": r"m|f|male|female",
    "ethnicity": r"ic ?[1-7]\b.*|[wmabo]\d ?[-:].*"
    r"|(?:white|black|asian|mixed)[ ,/-]+(?:british|irish|african|caribbean|european|other).*",
}
_PERSON = "a person"
# Columns of `score_crimes`, and the one that it takes from the force's own system.
_OF_A_SCORE = frozenset({"score", "missing", "allocated"})
_EXTRA_POINTS = "extrapoints"
_FLAG = r"y|n|yes|no|true|false|not known|unknown|n/k|n/a|none|\d{1,2}(?:\.0)?"
_EMAIL = r"[\w.+-]+@[\w-]+\.\w+"
_MOSTLY = 0.5
# What tells of a person stands at the beginning; of megabytes in a cell nothing is looked for.
_MOST_LETTERS = 500
_YOUNGEST = pd.Timedelta(days=12 * 365)


def kept_columns(
    keep: Keep, headings: Sequence[str], fields: Sequence[str], source: str
) -> dict[str, str]:
    """Find the columns to be carried through.

    Parameters
    ----------
    keep : str, sequence of str or mapping
        Columns as they are headed, or their new names with the column of each.
    headings : sequence of str
        Columns of the source.
    fields : sequence of str
        Names that a column may not get.
    source : str
        What to call the source.

    Returns
    -------
    dict of str to str
        Name to column.

    Raises
    ------
    ConfigError
        If a name is taken by a field.
    DataError
        If there is no such column.

    Examples
    --------
    >>> kept_columns({"harm": "Harm Score"}, ["Crime Ref", "Harm Score"], ["mo"], "a.csv")
    {'harm': 'Harm Score'}
    """
    listed = [keep] if isinstance(keep, str) else keep
    names: list[Any] = list(listed) if isinstance(listed, Collection) else [listed]
    columns: list[Any] = list(listed.values()) if isinstance(listed, Mapping) else names
    if not all(isinstance(text, str) for text in (*names, *columns)):
        raise ConfigError("keep takes names of columns, or a mapping of new names to columns.")
    wanted = dict(zip(names, columns, strict=True))
    found = given_columns(headings, wanted, tuple(wanted), source)
    problems = [
        f"keep: {name!r} is the name of a field of incidents. Give the column another name: "
        f'keep={{"own_{name}": "{columns[0]}"}}.'
        for name, columns in found.items()
        if name in (*fields, *_MADE)
    ]
    raise_problems(arguments=problems)
    return {name: columns[0] for name, columns in found.items()}


def refuse_personal(kept: Mapping[str, str], contents: Contents) -> None:
    """Refuse columns that name persons, by their heading, their name or their cells.

    Parameters
    ----------
    kept : mapping of str to str
        Name to column.
    contents : Contents

    Raises
    ------
    ConfigError
    """
    raise_problems(
        arguments=[
            _refusal(column, what)
            for name, column in kept.items()
            if (what := what_of_persons(name, column, contents)) is not None
        ]
    )


def score_columns(names: Collection[str], frame: pd.DataFrame) -> list[str]:
    """Return which columns are of a score by the force's own rule, which stays where it is made.

    Parameters
    ----------
    names : collection of str
        Columns that are to be handed on.
    frame : DataFrame
        Whose they are.

    Returns
    -------
    list of str
        "extra_points" wherever it stands, and the columns of a score where all those stand in the
        frame that `score_crimes` puts side by side: others give scores of their own kind.

    Examples
    --------
    >>> frame = pd.DataFrame(columns=["crime_ref", "Extra Points", "score"])
    >>> score_columns(frame.columns, frame)
    ['Extra Points']
    >>> score_columns(["score"], frame.assign(missing="", allocated=True))
    ['score']
    """
    scored = {normalise_name(name) for name in frame.columns} >= _OF_A_SCORE
    taken = _OF_A_SCORE | {_EXTRA_POINTS} if scored else {_EXTRA_POINTS}
    return [name for name in names if normalise_name(name) in taken]


def _refusal(column: str, what: str) -> str:
    return (
        f"keep: {column!r} holds what names a person ({what}) and is not carried through: only "
        "recorded crime goes in. Leave it out."
    )


def what_of_persons(name: str, column: str, contents: Contents) -> str | None:
    """Return what of a person a column tells by heading, name or cells, if anything."""
    what = _personal_heading(column) or _personal_heading(name)
    different = _different(column, contents)
    # "Repeat Victim" with yes and no in it, or with how many, names nobody.
    if what == _PERSON and len(different) and different.str.fullmatch(_FLAG).all():
        return None
    return what or _personal_content(column, different, contents)


def _different(column: str, contents: Contents) -> pd.Series:
    """Return what different cells a column has, in one case."""
    texts = without_missing_words(to_text(contents.frame[column])).dropna().astype(str)
    different = pd.Series(texts.unique(), dtype=object).astype(str)
    return different.str.slice(0, _MOST_LETTERS).str.casefold().str.strip()


def _personal_heading(heading: str) -> str | None:
    """Return what of a person a heading tells, if anything."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading).casefold())
    text = re.sub(r"\b(?:number|num|no) of\b", "count", " ".join(words))
    for what, pattern in _HEADINGS.items():
        if re.fullmatch(pattern, text):
            return what
    words = text.split()
    people = [word for word in words if re.fullmatch("|".join(_PEOPLE.split()), word)]
    # What stands beside them alone decides: an officer who attended is no name, an officer is one.
    others = [word for word in words if word not in people]
    return _PERSON if people and not (others and {*others} <= _OF_NO_ONE) else None


def _personal_content(column: str, different: pd.Series, contents: Contents) -> str | None:
    """Return what of persons the cells of a column tell, if anything."""
    if different.empty:
        return None
    if different.str.contains(_EMAIL, regex=True).any():
        return "e-mail addresses"
    for what, pattern in _CONTENTS.items():
        if different.str.fullmatch(pattern).mean() > _MOSTLY:
            return what
    if contents.is_dated(column):
        dates = pd.Series(_moments(contents.sample(column))).dropna()
        old = dates < pd.Timestamp.now() - _YOUNGEST
        # Births lie decades before, and decades apart.
        if old.mean() > _MOSTLY and dates.quantile(0.9) - dates.quantile(0.1) > _YOUNGEST:
            return "dates of birth"
    return None


def _moments(cells: pd.Series) -> pd.Series:
    frame = cells.to_frame("date")
    return pd.Series(read_datetimes(frame, {"date": ("date",)}).times["date"].moments)
