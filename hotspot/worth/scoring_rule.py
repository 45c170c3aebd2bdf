"""The force's own rule by which burglaries are scored, read from a TOML file and checked whole."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hotspot._checks import full_path, raise_problems
from hotspot._errors import ConfigError, quoted
from hotspot.incidents.offence_titles import normalise_offence
from hotspot.reading.cells import normalise_name

#: What any offence or method has that the rule does not list.
OTHER = "other"
_MOST_BYTES = 1_000_000
_MOST_POINTS = 1_000_000
_MOST_DAYS = 36_500
Part = TypeVar("Part", "SeriesPoints", "RepeatPoints", "ExtraPoints")


@dataclass(frozen=True)
class SeriesPoints:
    """Points of a crime that has a number of a series.

    Parameters
    ----------
    points : int
    column : str
        Where the force's own number of the series stands.
    without : int or None
        Points of a crime without a number; None where a blank says nothing.
    """

    points: int
    column: str = "series_id"
    without: int | None = None


@dataclass(frozen=True)
class RepeatPoints:
    """Points of a crime at an address that was burgled before.

    Parameters
    ----------
    points : int
    window_days : int
        How many calendar days before, at most.
    """

    points: int
    window_days: int = 365


@dataclass(frozen=True)
class ExtraPoints:
    """Points that were given elsewhere, such as for vulnerability, which stays there.

    Parameters
    ----------
    column : str
    most : int or None
        The most that can be given; None where no bound is known.
    """

    column: str = "extra_points"
    most: int | None = None


@dataclass(frozen=True)
class ScoringRule:
    """A rule that gives each burglary points, and sends those from a threshold up to a team.

    Parameters
    ----------
    threshold : int
        The least score that is allocated.
    offence : mapping of str to int
        Points by code, title, group or kind of offence; "other" is any that is not listed.
    method : mapping of str to int
        Points by the method (``mo``), whatever its case and punctuation; "other" as above.
    series : SeriesPoints or None
    repeat : RepeatPoints or None
    extra : ExtraPoints or None
    name : str
        What the rule is called.

    Raises
    ------
    ConfigError
        Naming every fault at once.

    Examples
    --------
    >>> rule = ScoringRule(75, offence={"homes": 60}, repeat=RepeatPoints(20, window_days=90))
    >>> rule.highest
    80
    """

    threshold: int
    offence: Mapping[str, int] = field(default_factory=dict)
    method: Mapping[str, int] = field(default_factory=dict)
    series: SeriesPoints | None = None
    repeat: RepeatPoints | None = None
    extra: ExtraPoints | None = None
    name: str = ""

    def __post_init__(self) -> None:
        problems = [
            *_whole("threshold", self.threshold, least=1),
            *_table_problems("offence", self.offence, normalise_offence),
            *_table_problems("method", self.method, normalise_name),
            *_part_problems(self),
        ]
        if not isinstance(self.name, str):
            problems.append(f"name must be text, not {quoted(self.name)}.")
        if not problems and not self.parts:
            problems.append(
                "The rule gives no points: it needs offence, method, series, repeat or extra."
            )
        if not problems and self.highest is not None and self.highest < self.threshold:
            problems.append(
                f"threshold {self.threshold:,} cannot be reached: the rule gives "
                f"{self.highest:,} points at most."
            )
        raise_problems(arguments=problems)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the rule has, in order."""
        names = ("offence", "method", "series", "repeat", "extra")
        return tuple(name for name in names if getattr(self, name))

    @property
    def highest(self) -> int | None:
        """Highest score that the rule can give; None where extra points have no bound."""
        each = [self.most_of(part) for part in self.parts]
        return None if None in each else sum(one for one in each if one is not None)

    def most_of(self, part: str) -> int | None:
        """Return the most points that a part can give.

        Parameters
        ----------
        part : str
            One of `parts`.

        Returns
        -------
        int or None
            None where it has no bound.
        """
        its = getattr(self, part)
        if isinstance(its, ExtraPoints):
            return its.most
        if isinstance(its, SeriesPoints):
            return max(its.points, its.without or 0)
        return int(its.points) if isinstance(its, RepeatPoints) else max(its.values())

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> "ScoringRule":
        """Read a rule from a TOML file.

        Parameters
        ----------
        path : path
            With ``threshold`` and one or more of the tables ``[offence]``, ``[method]``,
            ``[series]`` (points, column, without), ``[repeat]`` (points, window_days) and
            ``[extra]`` (column, most).

        Returns
        -------
        ScoringRule

        Raises
        ------
        ConfigError
            If it cannot be read, or naming every fault in it at once.
        """
        place = Path(full_path(path))
        try:
            if place.stat().st_size > _MOST_BYTES:
                raise ConfigError(
                    f"{place.name} is no rule: it has {place.stat().st_size:,} bytes."
                )
            tables = tomllib.loads(place.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ConfigError(f"The rule {place.name} cannot be read: {error.strerror}.") from None
        except (ValueError, RecursionError) as error:
            if isinstance(error, ConfigError):
                raise
            why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
            raise ConfigError(f"The rule {place.name} is not valid TOML: {why}.") from None
        return cls.of(tables)

    @classmethod
    def of(cls, tables: Mapping[str, Any]) -> "ScoringRule":
        """Return the rule that tables as of a TOML file hold.

        Parameters
        ----------
        tables : mapping
            As `read` takes them.

        Returns
        -------
        ScoringRule

        Raises
        ------
        ConfigError
            Naming every fault at once.
        """
        known = ("name", "threshold", "offence", "method", "series", "repeat", "extra")
        problems = _unknown("", tables, known)
        given = {name: tables[name] for name in known if name in tables}
        if "threshold" not in given:
            problems.append("threshold is missing: the least score that is allocated.")
        for name, kind in (
            ("series", SeriesPoints),
            ("repeat", RepeatPoints),
            ("extra", ExtraPoints),
        ):
            if name in given:
                given[name] = _part(name, given[name], kind, problems)
        for name in ("offence", "method"):
            if name in given and not given[name]:
                problems.append(
                    f"[{name}] is empty: list names with their points, or leave it out."
                )
        try:
            rule = cls(**{"threshold": 1, **given})
        except ConfigError as error:
            raise ConfigError([*problems, *error.problems]) from None
        raise_problems(arguments=problems)
        return rule


def _part(name: str, table: Any, kind: type[Part], problems: list[str]) -> Part | None:
    """Return a table as its record; add what is unknown or missing in it."""
    if not isinstance(table, Mapping):
        problems.append(f"{name} must be a table with a line [{name}], not {quoted(table)}.")
        return None
    fields = tuple(kind.__dataclass_fields__)
    problems += _unknown(name, table, fields)
    if "points" in fields and "points" not in table:
        problems.append(f"[{name}] points is missing.")
    given = {key: value for key, value in table.items() if key in fields}
    return kind(**({"points": 0, **given} if "points" in fields else given))


def _unknown(table: str, given: Mapping[str, Any], known: tuple[str, ...]) -> list[str]:
    """Return which keys mean nothing, with the one that may be meant."""
    problems = []
    for key in given:
        if key not in known:
            close = difflib.get_close_matches(str(key), known, 1, 0.6)
            meant = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}."
            where = f"[{table}] " if table else ""
            problems.append(f"{where}{str(key)[:60]} is not known: {meant}")
    return problems


def _table_problems(name: str, table: Any, normalise: Any) -> list[str]:
    """Return what is wrong with points by name; two spellings of one name are a fault."""
    if not isinstance(table, Mapping):
        return [f"{name} must be a table of names with their points, not {quoted(table)}."]
    problems = []
    spelt: dict[str, list[str]] = {}
    for key, points in table.items():
        if not isinstance(key, str) or not normalise(key):
            problems.append(f"[{name}] {quoted(key)} is no name.")
            continue
        spelt.setdefault(normalise(key), []).append(key)
        problems += _whole(f"[{name}] {quoted(key)}", points)
    problems += [
        f"[{name}] {' and '.join(map(quoted, keys))} are one name: list it once."
        for keys in spelt.values()
        if len(keys) > 1
    ]
    return problems


def _part_problems(rule: ScoringRule) -> list[str]:
    """Return what is wrong with the parts that are records."""
    problems: list[str] = []
    for name, kind in (("series", SeriesPoints), ("repeat", RepeatPoints), ("extra", ExtraPoints)):
        its = getattr(rule, name)
        if its is not None and not isinstance(its, kind):
            problems.append(f"{name} must be a {kind.__name__}, not {quoted(its)}.")
            continue
        if isinstance(its, SeriesPoints | RepeatPoints):
            problems += _whole(f"[{name}] points", its.points)
        if isinstance(its, SeriesPoints) and its.without is not None:
            problems += _whole("[series] without", its.without)
        if isinstance(its, RepeatPoints):
            problems += _whole("[repeat] window_days", its.window_days, 1, _MOST_DAYS)
        if isinstance(its, ExtraPoints) and its.most is not None:
            problems += _whole("[extra] most", its.most)
        if isinstance(its, SeriesPoints | ExtraPoints) and not (
            isinstance(its.column, str) and its.column.strip()
        ):
            problems.append(f"[{name}] column must be the name of a column.")
    return problems


def _whole(name: str, value: object, least: int = 0, most: int = _MOST_POINTS) -> list[str]:
    """Return that a value is no whole number in reach, if so; true is none."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return []
    return [f"{name} must be a whole number from {least:,} to {most:,}, not {quoted(value)}."]
