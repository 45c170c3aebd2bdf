"""The word for a pair of numbers, Lower, Higher or Comparable, and the rule that made it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from hotspot._checks import choice_problems, is_number, raise_problems, share_problems
from hotspot.english import percent
from hotspot.output.results import Shown
from hotspot.trends.comparison_words import (
    BETTER,
    COMPARABLE,
    DETERIORATED,
    HIGHER,
    IMPROVED,
    KINDS,
    LOWER,
    RULES,
)
from hotspot.trends.definition_changes import comparison_notes, signed
from hotspot.trends.periods import read_span
from hotspot.trends.two_counts import CountTest, share_z, weigh_counts


@dataclass(frozen=True)
class Comparison(Shown):
    """A number against another, in a word, with the rule that made it.

    Parameters
    ----------
    word : str
        "Lower" or "Higher" where lower is better, "Improved" or "Deteriorated" where higher is,
        else "Comparable".
    rule : str
        What made the word, in words.
    current, reference : float
    change : float
        As a share of the reference; infinite where that is 0.
    by_band : str
        What the relative band alone says.
    by_significance : str
        What significance alone says; blank where nothing tells how many were counted.
    z : float
        Standard deviations between them, over-dispersion allowed for; NaN where not known.
    p_value : float
        Two-sided; NaN where not known.
    p_exact : float
        Of Poisson counts given their sum; NaN for anything but counts.
    test : str
        What gave the p-value: "square roots", "E-test", "two shares", or nothing.
    dispersion : float
        How many times more than Poisson counts such counts vary.
    notes : tuple of str
        What the reader must know of the periods that were compared.
    """

    word: str
    rule: str
    current: float
    reference: float
    change: float
    by_band: str
    by_significance: str = ""
    z: float = math.nan
    p_value: float = math.nan
    p_exact: float = math.nan
    test: str = ""
    dispersion: float = 1.0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.word

    def summary(self) -> str:
        """Return the word, the numbers, the rule and the notes.

        Returns
        -------
        str
            One sentence a line.
        """
        pair = f"{self.current:,.10g} against {self.reference:,.10g}"
        return "\n".join([f"{self.word}: {pair}. {self.rule}", *self.notes])


def compare(
    current: float,
    reference: float,
    band: float = 0.05,
    better: str = "lower",
    *,
    rule: str = "both",
    kind: str | None = None,
    years: float = 1.0,
    of: tuple[float, float] | None = None,
    per: float = 100.0,
    dispersion: float = 1.0,
    confidence: float = 0.95,
    periods: tuple[str, str] | None = None,
    whole: tuple[float, float] | None = None,
) -> Comparison:
    """Compare a number with another: a count, a rate, or a satisfaction.

    Parameters
    ----------
    current, reference : float
        The number of now, and what it is held against.
    band : float
        What lies within this share of the reference is comparable.
    better : {"lower", "higher"}
        Of what is better lower (crimes) the word is Lower or Higher, of what is better higher
        (outcomes, satisfaction) Improved or Deteriorated.
    rule : {"both", "band", "significance"}
        What makes a change: to lie beyond the band, beyond chance, or both.
    kind : {"count", "measure"}, optional
        Whether both are numbers of events, whose chance is known. Default: "count" for two whole
        numbers, or where `years` is given, else "measure".
    years : float
        Of how many counts `reference` is the mean; infinite where it is known for certain.
    of : (float, float), optional
        Of how many cases the two are rates: calls, crimes, answers, homes.
    per : float
        What the rates are per: 100 for percentages, 1000 for rates per 1,000 homes.
    dispersion : float
        How many times more such counts vary than Poisson counts, 1 or more.
    confidence : float
        Beyond chance is what chance alone does less often than the rest of it.
    periods : (str, str), optional
        The months of each, such as ``("2025-03/2026-02", "2024-03/2025-02")``: told is what
        changed between them.
    whole : (float, float), optional
        All burglary in the two periods, which a change of its kinds leaves as it is.

    Returns
    -------
    Comparison

    Raises
    ------
    ConfigError
        If a number is missing, text or negative, or an argument cannot be used; all are told.

    Notes
    -----
    Where nothing tells how many were counted, as of two bare percentages, chance cannot be
    weighed, and under "both" the band alone makes the word; the rule says so.

    Examples
    --------
    >>> compare(1393, 2058).word, compare(91.0, 86.0, better="higher").word
    ('Lower', 'Improved')
    >>> calls = compare(94.1, 92.6, better="higher", of=(50_000, 50_000))
    >>> calls.word, calls.by_significance
    ('Comparable', 'Improved')
    """
    asked = [
        *_number_problems(current=current, reference=reference),
        *share_problems(band=band, confidence=confidence),
        *choice_problems("better", better, BETTER),
        *choice_problems("rule", rule, RULES),
    ]
    raise_problems(arguments=asked)
    counts = _are_counts(current, reference, kind, of, years)
    raise_problems(
        arguments=[
            *([] if kind is None else choice_problems("kind", kind, KINDS)),
            *_case_problems(current, reference, of, per),
            *_count_problems(current, reference, years, counts),
            *_dispersion_problems(dispersion),
        ]
    )
    change = _change(current, reference)
    tested = None
    if counts:
        tested = weigh_counts(current, reference, years, dispersion)
    elif of is not None:
        z = share_z(current / per, reference / per, of) / math.sqrt(dispersion)
        tested = CountTest(z, float(2 * stats.norm.sf(abs(z))), math.nan, "two shares")
    if tested is None and rule == "significance":
        raise_problems(arguments=[_no_chance(current, reference)])
    word, words, by_band, by_chance = judge(change, tested, band, better, rule, confidence)
    return Comparison(
        word, words, current, reference, change, by_band, by_chance,
        **({} if tested is None else tested._asdict()),
        dispersion=dispersion, notes=_notes(periods, whole, change),
    )  # fmt: skip


def judge(
    change: float, tested: CountTest | None, band: float, better: str, rule: str, confidence: float
) -> tuple[str, str, str, str]:
    """Return the word of a change, its rule in words, and what band and chance each say.

    Parameters
    ----------
    change : float
        As a share of the reference.
    tested : CountTest or None
        None where nothing tells how many were counted.
    band, better, rule, confidence
        As of `compare`.

    Returns
    -------
    word, rule, by_band, by_significance : str
    """
    # A hair of a binary fraction is no change: 1.05 against 1 is 5 %.
    moved = abs(change) > band * (1 + 1e-9)
    up = change > 0
    names = (IMPROVED, DETERIORATED) if better == "higher" else (HIGHER, LOWER)
    word = names[0] if up else names[1]
    by_band = word if moved else COMPARABLE
    told = f"{signed(change)}, {'beyond' if moved else 'within'} {percent(band)}"
    if tested is None:
        more = "" if rule == "band" else "; nothing tells of how many, so chance is not weighed"
        return by_band, f"By the band alone: {told}{more}.", by_band, ""
    beyond = bool(tested.p_value < 1 - confidence)
    by_chance = word if beyond else COMPARABLE
    chance = (
        f"z {tested.z:.1f}, {p_words(tested.p_value)}, {'beyond' if beyond else 'within'} chance"
    )
    chosen = {
        "band": by_band,
        "significance": by_chance,
        "both": word if moved and beyond else COMPARABLE,
    }[rule]
    named = {
        "band": "By the band alone",
        "significance": "By significance alone",
        "both": "By band and significance",
    }[rule]
    # Both are printed whichever counts, so that a reader sees where they part.
    joined = "and" if moved == beyond else "but"
    return chosen, f"{named}: {told}, {joined} {chance}.", by_band, by_chance


def p_words(p_value: float) -> str:
    """Return a p-value as it is printed.

    Examples
    --------
    >>> p_words(0.0884), p_words(2e-12), p_words(0.4)
    ('p .088', 'p below .001', 'p .40')
    """
    if p_value < 0.001:
        return "p below .001"
    return f"p {p_value:.{3 if p_value < 0.1 else 2}f}".replace("0.", ".", 1)


def _change(current: float, reference: float) -> float:
    """Return a change as a share of what it is held against."""
    if reference == 0:
        return 0.0 if current == 0 else math.inf
    return current / reference - 1


def _are_counts(
    current: object, reference: object, kind: str | None, of: object, years: float
) -> bool:
    """Test whether both are numbers of events: as was said, else where both are whole."""
    if kind is not None:
        return kind == "count"
    whole = all(isinstance(one, (int, np.integer)) for one in (current, reference))
    return of is None and (whole or years != 1)


def _number_problems(**values: Any) -> list[str]:
    """Return which of the values are no numbers, 0 or more: percentages as text are usual."""
    problems = []
    for name, value in values.items():
        if isinstance(value, str):
            bare = value.replace("%", "").strip() or "5.2"
            problems.append(f"{name} is text, {value!r}: give it as a number, such as {bare}.")
        elif value is None or (is_number(value) and pd.isna(value)):
            problems.append(f"{name} is missing: what is not known is not 0.")
        elif not (is_number(value) and np.isfinite(value) and value >= 0):
            problems.append(f"{name} must be a number, 0 or more, not {value!r}.")
    return problems


def _case_problems(
    current: float, reference: float, of: tuple[float, float] | None, per: float
) -> list[str]:
    """Return what keeps two rates from being rates of so many cases."""
    if of is None:
        return []
    if not isinstance(of, Sequence) or isinstance(of, str) or len(of) != 2:
        return [f"of must be two numbers of cases, such as (394, 405), not {of!r}."]
    problems = _number_problems(**{"of[0]": of[0], "of[1]": of[1]})
    if problems:
        return problems
    none = [name for name, one in (("current", of[0]), ("reference", of[1])) if one == 0]
    problems = [
        f"{name} has no cases (of is 0): there is no rate of no homes, calls or crimes."
        for name in none
    ]
    return problems + [
        f"{name} is {value:g} per {per:g}: more than there are."
        for name, value in (("current", current), ("reference", reference))
        if value > per
    ]


def _count_problems(current: float, reference: float, years: float, counts: bool) -> list[str]:
    """Return what keeps two numbers from being a count and the mean of so many."""
    if not (is_number(years) and years > 0):
        return [f"years must be a number above 0, not {years!r}."]
    if not counts:
        return [] if years == 1 else ["years is for counts: give kind='count'."]
    problems = []
    if current != round(current):
        problems.append(f"current is a count and must be whole, not {current!r}.")
    total = reference * years
    # The mean of three years is written with one decimal, or two.
    if math.isfinite(years) and abs(total - round(total)) > 0.05 * years:
        problems.append(
            f"reference is the mean of {years:g} counts: their sum must be whole, not {total:g}."
        )
    return problems


def _dispersion_problems(dispersion: float) -> list[str]:
    fits = is_number(dispersion) and np.isfinite(dispersion) and dispersion >= 1
    return [] if fits else [f"dispersion must be a number, 1 or more, not {dispersion!r}."]


def _no_chance(current: float, reference: float) -> str:
    return (
        f"Whether {current:g} and {reference:g} differ by more than chance cannot be told of them "
        "alone: give of=, of how many each is, or kind='count'."
    )


def _notes(
    periods: tuple[str, str] | None, whole: tuple[float, float] | None, change: float
) -> tuple[str, ...]:
    """Return what changed between the two periods, where they are told."""
    if periods is None:
        return ()
    now, then = (read_span(span, "periods") for span in periods)
    overall = math.nan
    if whole is not None:
        raise_problems(arguments=_number_problems(**{"whole[0]": whole[0], "whole[1]": whole[1]}))
        overall = _change(*whole)
    return tuple(comparison_notes(now, {"the reference": then}, change, overall))
