"""What else could explain a change: each thing that an evaluation cannot know, with its number."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely

from hotspot._kernels.arrays import Floats
from hotspot.dates import cutoff, day_numbers, resolution
from hotspot.density.surface import Period
from hotspot.english import and_list, count, month, percent, plain_day, rule_words, some_of
from hotspot.impact.falls_by_itself import fall_by_itself
from hotspot.impact.ground import KINDS, Ground
from hotspot.impact.operation_input import Operation
from hotspot.impact.operation_periods import days_in, months_in, years_in
from hotspot.impact.place_ratio import RatioByPlace, ratio_by_place
from hotspot.rule import RULE
from hotspot.trends.change import dispersion_within
from hotspot.trends.definition_changes import PANDEMIC, counted_as_in_england, definition_changes
from hotspot.trends.periods import last_day

#: How heavy a caution weighs: no verdict with it, no effect is called one with it, or to be read.
NO_VERDICT, NO_EFFECT, TO_BE_READ = 0, 1, 2
# Rarer than this no burglary in so many days is a question, not a count.
_TOO_RARE = 0.01
_LEFT = 0.7
_SEASONS_APART = 0.05
_FEW_PLACES = 5
_UNLIKE_SIZE = 1.5
_AS_BAD, _FALLS = 0.8, 0.05
# Of the worst places against the next worst where nothing was done, 1.17 and a little more.
_UNLIKE_RATIO = float(np.log(1.2))


class Caution(NamedTuple):
    """Something that could explain a change, or hide one.

    Attributes
    ----------
    words : str
        A sentence with a number in it.
    weight : int
        `NO_VERDICT`, `NO_EFFECT` or `TO_BE_READ`.
    shift : float
        Of the log of the rate ratio, that comes by itself.
    but : str
        Of what is called no effect for it, why.
    slack : float
        How far from 0 the log of the rate ratio lies by itself: beyond it an effect is one.
    """

    words: str
    weight: int = TO_BE_READ
    shift: float = 0.0
    but: str = ""
    slack: float = np.inf


class Found(NamedTuple):
    """What an evaluation found so far."""

    operation: Operation
    ground: Ground
    early: Floats
    late: Floats
    ratio: RatioByPlace
    smallest: float

    def both(self, letter: str) -> tuple[Floats, Floats]:
        """Return the counts before and after of the places of a kind."""
        which = self.ground.of(letter)
        return self.early[which], self.late[which]


def find_cautions(
    operation: Operation, ground: Ground, early: Floats, late: Floats, ratio: RatioByPlace,
    smallest: float,
) -> list[Caution]:  # fmt: skip
    """Find what else could explain what was found, worst first.

    Parameters
    ----------
    operation : Operation
    ground : Ground
    early, late : ndarray, shape (places,)
    ratio : RatioByPlace
    smallest : float
        The smallest p-value that relabelling places could give.

    Returns
    -------
    list of Caution
    """
    found = Found(operation, ground, early, late, ratio, smallest)
    cautions = [caution for rule in _RULES for caution in rule(found)]
    return sorted(cautions, key=lambda caution: caution.weight)


def _nought(found: Found) -> Iterator[Caution]:
    operation = found.operation
    if operation.nought:
        return
    named = []
    trend = found.both("C")[1].sum() / found.both("C")[0].sum()
    length = operation.after.years / operation.before.years
    for letter in "TC":
        early, late = found.both(letter)
        names = np.array(found.ground.names, dtype=object)[found.ground.of(letter)]
        expected = early * min(length, trend or length)
        # Of many places that were bad one has none by chance sooner, and all of them fall.
        rare = (late == 0) & (np.exp(-_LEFT * expected) < _TOO_RARE / len(early))
        if not late.sum() and np.exp(-expected.sum()) < _TOO_RARE:
            named.append((f"the {KINDS[letter]} places", int(early.sum())))
        else:
            named += [(name, int(n)) for name, n in zip(names[rare], early[rare], strict=True)]
    if named:
        told = some_of([f"{name} ({before:,} to 0)" for name, before in named])
        yield Caution(
            f"No burglary at all after in {told}: does the export stop, or leave them out? If that "
            "is true, say so (nought=True).",
            NO_VERDICT,
        )


def _nothing_as_bad(found: Found) -> Iterator[Caution]:
    if not found.operation.controls:
        return
    treated, control = found.both("T")[0], found.both("C")[0]
    above = treated > control.max()
    many = len(treated) * len(control) / (len(treated) + len(control))
    apart = 2 * (np.sqrt(treated.mean()) - np.sqrt(control.mean())) * np.sqrt(many)
    if above.mean() < 0.5 or apart < 2:
        if control.mean() < _AS_BAD * treated.mean() and apart >= 2:
            # Of places so large that none falls by itself it is their size that differs.
            falls = fall_by_itself(found.operation, found.ground, found.early)
            by_itself = falls is not None and falls[0] > _FALLS
            yield Caution(
                f"The control was less bad: {control.mean():,.1f} burglaries a place before, and "
                f"{treated.mean():,.1f} in the treated places.",
                NO_EFFECT if by_itself else TO_BE_READ,
                but="the control was less bad beforehand",
                slack=_UNLIKE_RATIO,
            )
        return
    yield Caution(
        f"Nothing in the control was as bad: {int(above.sum())} of "
        f"{count(len(treated), 'treated place')} had more burglaries before "
        f"({treated[above].min():,.0f} to {treated[above].max():,.0f}) than any control place "
        f"({control.max():,.0f} at most). Where the very worst places of Chicago were held against "
        "the next worst and nothing was done, rate ratios were up to 1.17, and 12 to 36 % of years "
        "gave an alarm.",
        NO_EFFECT,
        but="nothing in the control was as bad beforehand",
        slack=_UNLIKE_RATIO,
    )


def _no_control(found: Found) -> Iterator[Caution]:
    if not found.operation.controls:
        early, late = (int(one.sum()) for one in found.both("C"))
        yield Caution(
            f"No control was given: the table holds everywhere else ({early:,} to {late:,}) "
            "against the treated places, which in Chicago calls a change in 60 to 100 % of years "
            "for operations that never were. `matched_controls` proposes places that were as bad."
        )


def _by_itself(found: Found) -> Iterator[Caution]:
    operation = found.operation
    chosen, before, after = operation.chosen_on, operation.before, operation.after
    if operation.at_random:
        return
    if chosen is not None and chosen.last < before.first:
        return
    if chosen is not None and chosen.first > before.last:
        if chosen.first <= after.last:
            days = (min(chosen.last, after.last).normalize() - max(chosen.first, after.first)).days
            yield Caution(
                f"The ground was chosen by crimes of {count(days + 1, 'day')} of the period after: "
                "it rises towards that period by itself.",
                NO_EFFECT,
                but="the ground was chosen by what came after",
            )  # fmt: skip
        return
    falls = fall_by_itself(found.operation, found.ground, found.early)
    if falls is None:
        total = int(found.both("T")[0].sum())
        yield Caution(
            f"Ground that is chosen because it was bad falls by itself, and {total:,} burglaries "
            "before, with too little ground around to compare with, do not tell by how much."
        )
        return
    clears = (
        ""
        if chosen is not None
        else (" If the ground was chosen by other days, or drawn, chosen_on= says so.")
    )
    treated, control = falls
    verb = "fall" if treated >= 0 else "rise"
    beside = ""
    shift = 0.0
    if operation.controls:
        shift = float(np.log1p(-treated) - np.log1p(-control))
        beside = (
            f", and the control {'falls' if control >= 0 else 'rises'} by "
            f"{percent(abs(control)) or '0 %'}: of itself that is a rate ratio of "
            f"{np.exp(shift):.2f}"
        )
    first, last = (plain_day(end) for end in operation.before[:2])
    yield Caution(
        f"Places that had as many burglaries from {first} to {last} as those treated "
        f"{verb} by {percent(abs(treated)) or '0 %'} with nothing done (empirical Bayes){beside}."
        f"{clears}",
        shift=shift,
    )


def _past_records(found: Found) -> Iterator[Caution]:
    operation = found.operation
    times = operation.times
    if times.empty:
        return
    newest, oldest = last_day(operation.incidents), times.min().normalize()
    daily = len(times) / max((newest - oldest).days + 1, 1)
    late = (operation.after.last.normalize() - newest).days
    if late > 0 and np.exp(-late * daily) < _TOO_RARE:
        yield Caution(
            f"The newest record is of {plain_day(newest)}, and the period after runs to "
            f"{plain_day(operation.after.last)}: {count(late, 'day')} hold nothing yet, and look "
            "like a fall."
        )
    early = (oldest - operation.before.first).days
    if early > 0 and np.exp(-early * daily) < _TOO_RARE:
        yield Caution(
            f"The oldest record is of {plain_day(oldest)}, and the period before begins on "
            f"{plain_day(operation.before.first)}: {count(early, 'day')} of it hold nothing."
        )


def _lockdown(found: Found) -> Iterator[Caution]:
    held = [len(months_in(one).intersection(PANDEMIC))
            for one in (found.operation.before, found.operation.after)]  # fmt: skip
    if held[0] != held[1]:
        span = f"{month(PANDEMIC[0].start_time)} to {month(PANDEMIC[-1].start_time)}"
        yield Caution(
            f"The pandemic ({span}), when homes were seldom empty, is {count(held[0], 'month')} of "
            f"the period before and {held[1]} of that after: what rose or fell with it need not "
            "have done so alike in treated and control places."
        )


def _definitions(found: Found) -> Iterator[Caution]:
    operation = found.operation
    if not counted_as_in_england(operation.incidents):
        return
    for change in definition_changes():
        before = (min(operation.before.last, change.first) - operation.before.first).days
        after = (operation.after.last - max(operation.after.first, change.first)).days
        if before > 0 and after > 0:
            yield Caution(
                f"On {plain_day(change.first)} in England and Wales {change.words}: "
                f"{count(before, 'day')} of the period before are counted by the old kinds, and "
                f"{count(after + 1, 'day')} of that after by the new."
            )


def _seasons(found: Found) -> Iterator[Caution]:
    one, two = (_calendar(period) for period in (found.operation.before, found.operation.after))
    apart = float(np.abs(one - two).sum() / 2)
    if apart < _SEASONS_APART:
        return
    times = found.operation.times
    whole = _calendar(Period(times.min().normalize(), times.max(), 1.0)) if len(times) else one
    seen = np.bincount(times.dt.month, minlength=13)[1:] / max(len(times), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(whole > 0, seen / whole, np.nan)
    both = (one @ np.nan_to_num(rate, nan=1.0), two @ np.nan_to_num(rate, nan=1.0))
    moved = f", which by itself makes {both[1] / both[0]:.2f} times the burglary a day"
    yield Caution(
        f"The seasons differ: {percent(apart)} of the days of the one period are in months that "
        f"the other has fewer of{moved if both[0] else ''}; the control takes that out as far as "
        "its seasons are those of the treated places."
    )


def _calendar(period: Period) -> Floats:
    """Return the share of a period's days in each month of the year."""
    days = pd.date_range(period.first, period.last.normalize(), freq="D")
    return np.asarray(np.bincount(days.month, minlength=13)[1:] / len(days))


def _end_date(found: Found) -> Iterator[Caution]:
    operation, planned = found.operation, found.operation.planned_end
    after = operation.after
    if planned is not None:
        days = (after.last.normalize() - planned.normalize()).days
        if days and planned > after.first:
            yield Caution(
                f"The plan fixed the end as {plain_day(planned)}, and this is "
                f"{count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}: by the plan's "
                f"end the rate ratio is {_ended(found, planned):.2f}, not {found.ratio.value:.2f}."
            )
        return
    ends = [after.last.normalize() - pd.DateOffset(months=back) for back in (1, 2, 3)]
    others = [f"{_ended(found, end):.2f}" for end in ends if (end - after.first).days >= 27]
    if others:
        yield Caution(
            f"No plan fixed the end of the period after, which may have been chosen by what was "
            f"seen: {and_list(('one', 'two', 'three')[: len(others)])} month"
            f"{'s' * (len(others) > 1)} earlier the rate ratio would be {and_list(others)}, not "
            f"{found.ratio.value:.2f}."
        )


def _ended(found: Found, end: pd.Timestamp) -> float:
    """Return the rate ratio had the period after ended on another day."""
    operation, ground = found.operation, found.ground
    first = operation.after.first
    late = ground.counts(operation.times, Period(first, cutoff(end), years_in(first, end)))
    treated, control = ground.of("T"), ground.of("C")
    return ratio_by_place(
        (found.early[treated], late[treated]), (found.early[control], late[control])
    ).value


def _near_repeats(found: Found) -> Iterator[Caution]:
    operation, ground = found.operation, found.ground
    if not operation.controls or resolution(operation.incidents) == "month":
        return
    after = operation.after.holds(operation.times)
    kinds = np.append(ground.kinds, "")[ground.position]
    ours, theirs = np.flatnonzero(after & (kinds == "T")), np.flatnonzero(after & (kinds == "C"))
    if not len(ours) or not len(theirs):
        return
    points = operation.incidents.geometry.to_numpy()
    pairs = shapely.STRtree(points[ours]).query(
        points[theirs], predicate="dwithin", distance=RULE.distance_m
    )
    days = day_numbers(operation.times)
    lag = days[theirs[pairs[0]]] - days[ours[pairs[1]]]
    near = np.unique(pairs[0][np.abs(lag) <= RULE.window_days])
    if len(near):
        yield Caution(
            f"{len(near):,} of the {count(len(theirs), 'burglary', 'burglaries')} of the control "
            f"after ({percent(len(near) / len(theirs))}) lie within "
            f"{rule_words(RULE.distance_m, RULE.window_days)} of one in a treated place: what was "
            "prevented there may be missing here, which hides an effect, and what was displaced "
            "makes one."
        )


def _places(found: Found) -> Iterator[Caution]:
    for letter in "TC":
        early = found.both(letter)[0]
        if letter == "C" and not found.operation.controls:
            continue
        if len(early) == 1:
            yield Caution(_one_place(found, letter))
        elif len(early) < _FEW_PLACES:
            yield Caution(
                f"How {len(early)} {KINDS[letter]} places differ is known badly: the interval is "
                "wider for it, and five places or more would narrow it."
            )
    if found.smallest > 0.05:
        yield Caution(
            f"Nobody can be relabelled: with {int(found.ground.of('T').sum())} treated of "
            f"{int((found.ground.of('T') | found.ground.of('C')).sum())} places no p-value could "
            f"be below {found.smallest:.2g}. The p-value is that of the interval."
        )


def _one_place(found: Found, letter: str) -> str:
    words = (
        f"There is 1 {KINDS[letter]} place: its variance is that of Poisson counts alone, and how "
        "such places differ is in no number."
    )
    other = "C" if letter == "T" else "T"
    varies = dispersion_within(np.stack(found.both(other))) if len(found.both(other)[0]) > 1 else 0
    if varies and varies > 1.05:
        words += f" The {KINDS[other]} places vary {varies:.1f} times as much as that."
    return words


def _sizes(found: Found) -> Iterator[Caution]:
    treated, control = (found.both(letter)[0].sum() for letter in "TC")
    larger = control / treated
    if 1 / _UNLIKE_SIZE <= larger <= _UNLIKE_SIZE or not found.operation.controls:
        return
    per_year = (control - treated) / found.operation.before.years
    yield Caution(
        f"The WDD takes the change of the control crime by crime, and that had {larger:.2g} times "
        f"the burglaries of the treated places before: a fall of a tenth everywhere makes a WDD of "
        f"{0.1 * per_year:+,.0f} a year with nothing done. Read the rate ratio."
    )


def _left_out(found: Found) -> Iterator[Caution]:
    operation, ground = found.operation, found.ground
    if ground.left_out:
        yield Caution(
            f"{count(len(ground.left_out), 'control place')} within the {ground.width_m:,.10g} m "
            f"around a treated place left out: {some_of(ground.left_out)}."
        )
    gap = (operation.after.first - operation.before.last.normalize()).days - 1
    if gap > 0 and operation.transition is None:
        yield Caution(
            f"{count(gap, 'day')} between the two periods count in neither "
            f"({days_in(operation.before):,} days before, {days_in(operation.after):,} after)."
        )


_RULES = (
    _nought, _nothing_as_bad, _no_control, _by_itself, _past_records, _lockdown, _definitions,
    _seasons, _end_date, _near_repeats, _places, _sizes, _left_out,
)  # fmt: skip
