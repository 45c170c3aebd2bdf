"""Rates held against those of another make-up: direct and indirect standardisation, and mixes."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import choice_problems, positive_problems, raise_problems
from hotspot._kernels.arrays import Floats
from hotspot.english import count, percent, some_of
from hotspot.trends.area_numbers import Numbers, aligned, number_problems
from hotspot.trends.rate_intervals import apart, byar, wilson


def standardised_rates(
    events: pd.DataFrame,
    exposure: pd.DataFrame,
    standard: "pd.Series[float] | None" = None,
    *,
    method: Literal["direct", "indirect"] = "indirect",
    per: float = 1000,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compute rates of areas as if all were made up alike.

    Parameters
    ----------
    events, exposure : DataFrame, areas x kinds
        Burglaries and homes, say, by area (index) and kind of home (columns).
    standard : Series by kind, optional
        Direct: how many of each kind there are in the standard (default: of all areas together).
        Indirect: the rate of each kind (default: that of all areas together).
    method : {"direct", "indirect"}
        Direct: each area's own rates on the standard's make-up, for areas with many events of each
        kind. Indirect: observed over expected, for small ones; two areas are then not to be held
        against each other, only each against the standard.
    per : float
    confidence : float

    Returns
    -------
    DataFrame
        ``area``, ``events``, ``crude`` (rate per so many), ``rate`` (standardised), ``low``,
        ``high``; for indirect also ``expected`` and ``ratio``, which `funnel_rates` takes as
        exposure: ``funnel_rates(table["events"], table["expected"], kind="rate", per=1)``.

    Raises
    ------
    DataError
        If areas or kinds are not the same in both, numbers are missing or text, or there are no
        homes in an area or kind.
    ConfigError
        If an argument is wrong.

    References
    ----------
    Dobson, A. J., Kuulasmaa, K., Eberle, E. and Scherer, J. (1991). Confidence intervals for
    weighted sums of Poisson parameters. Statistics in Medicine 10, 457-462.
    Breslow, N. E. and Day, N. E. (1987). Statistical methods in cancer research, volume II. IARC.

    Examples
    --------
    >>> kinds = ["flat", "house"]
    >>> burgled = pd.DataFrame([[8, 2], [1, 9]], index=["Quay", "Hill"], columns=kinds)
    >>> homes = pd.DataFrame([[800, 200], [100, 900]], index=["Quay", "Hill"], columns=kinds)
    >>> standardised_rates(burgled, homes)[["area", "expected", "ratio"]]
       area  expected  ratio
    0  Quay      10.0    1.0
    1  Hill      10.0    1.0
    """
    arguments = [
        *positive_problems(per=per),
        *choice_problems("method", method, ("direct", "indirect")),
    ]
    raise_problems(_layout_problems(events, exposure, standard), arguments)
    exposure = exposure.loc[events.index, events.columns]
    counted, of = events.to_numpy(float), exposure.to_numpy(float)
    total = counted.sum(axis=1)
    low, high = byar(total, confidence)
    table = pd.DataFrame({"area": list(events.index), "events": total})
    table["crude"] = per * total / of.sum(axis=1)
    if method == "indirect":
        rates = counted.sum(axis=0) / of.sum(axis=0) if standard is None else (
            standard.loc[events.columns].to_numpy(float) / per)  # fmt: skip
        expected = (of * rates).sum(axis=1)
        crude = rates @ of.sum(axis=0) / of.sum()
        table["expected"], table["ratio"] = expected, total / expected
        ends = [per * crude * end / expected for end in (low, high)]
        table["rate"] = per * crude * table["ratio"]
    else:
        weights = (
            of.sum(axis=0) if standard is None else standard.loc[events.columns].to_numpy(float)
        )
        shares = weights / weights.sum()
        rate = (shares * counted / of).sum(axis=1)
        variance = (shares**2 * counted / of**2).sum(axis=1)
        # Dobson: the interval of the count, scaled to the spread of the weighted sum.
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(total > 0, np.sqrt(variance / total), shares.max() / of.min(axis=1))
        ends = [per * (rate + scale * (end - total)) for end in (low, high)]
        table["rate"] = per * rate
    table["low"], table["high"] = ends
    return table


def _layout_problems(
    events: pd.DataFrame, exposure: pd.DataFrame, standard: "pd.Series[float] | None"
) -> list[str]:
    problems = []
    for axis, what in ((0, "areas"), (1, "kinds")):
        names = [set(frame.axes[axis]) for frame in (events, exposure)]
        if names[0] != names[1] or len(names[0]) != events.shape[axis]:
            odd = some_of(sorted(map(str, names[0] ^ names[1])) or ["one stands twice"])
            problems.append(f"events and exposure must have the same {what}, each once: {odd}.")
    for frame, name in ((events, "events"), (exposure, "exposure")):
        for column in frame.columns:
            problems += number_problems(frame[column], f"{name} of {column}")
    if standard is not None and set(standard.index) != set(events.columns):
        problems.append("standard must have one number for each kind.")
    if not problems and (exposure.to_numpy(float) <= 0).any():
        empty = int((exposure.to_numpy(float) <= 0).any(axis=1).sum())
        problems.append(f"{count(empty, 'area')} without homes of some kind: put kinds together.")
    return problems


def rate_changes(
    before: tuple[Numbers, Numbers], after: tuple[Numbers, Numbers], *, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare shares of areas in two periods, and all of them together.

    Parameters
    ----------
    before, after : (numerator, denominator)
        Each by area, as of `funnel_rates`; the same areas.
    confidence : float

    Returns
    -------
    DataFrame
        ``area`` (the last row is "all"), ``before``, ``after``, ``change`` (a share, as they are),
        ``low``, ``high``, ``word`` (rose, fell, cannot tell). ``attrs["cautions"]`` says where the
        areas moved one way and the total the other (Simpson's paradox).

    Raises
    ------
    DataError
        As of `funnel_rates`.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions.
    Statistics in Medicine 17, 873-890, method 10.

    Examples
    --------
    >>> changes = rate_changes(({"A": 20, "B": 5}, {"A": 100, "B": 100}),
    ...                        ({"A": 11, "B": 11}, {"A": 50, "B": 200}))
    >>> changes[["area", "before", "after"]].round(3)
      area  before  after
    0    A   0.200  0.220
    1    B   0.050  0.055
    2  all   0.125  0.088
    >>> print(changes.attrs["cautions"][0])
    Every area rose and the total fell: the areas have other shares of it than before. The total
    says nothing of any of them.
    """
    names = ("counted before", "of before", "counted after", "of after")
    frame, data = aligned(before[0], before[1], after[0], after[1], names=names)
    if not data:
        for counted, of in (names[:2], names[2:]):
            wrong = (frame[of] <= 0) | (frame[counted] > frame[of])
            if wrong.any():
                areas = some_of([str(area) for area in frame.index[wrong]])
                data.append(f"{count(int(wrong.sum()), 'area')} with nothing, or too little, to "
                            f"take a share of in {of!r}: {areas}.")  # fmt: skip
    raise_problems(data)
    whole = pd.concat([frame, frame.sum().to_frame("all").T])
    one, one_of, two, two_of = (whole[name].to_numpy() for name in names)
    early, late = one / one_of, two / two_of
    low, high = _differences(
        early, wilson(one, one_of, confidence), late, wilson(two, two_of, confidence)
    )
    word = np.where(low > 0, "rose", np.where(high < 0, "fell", "cannot tell"))
    table = pd.DataFrame({"area": list(whole.index), "before": early, "after": late,
                          "change": late - early, "low": low, "high": high,
                          "word": word})  # fmt: skip
    table.attrs["cautions"] = _mix_words(table["change"].to_numpy())
    return table


def _differences(
    early: Floats, early_ends: tuple[Floats, Floats], late: Floats, late_ends: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    return apart(late, *late_ends, early, *early_ends)


def _mix_words(changes: npt.NDArray[np.float64]) -> list[str]:
    """Return a caution where the areas moved one way and the total, which is last, the other."""
    areas, total = np.sign(changes[:-1]), np.sign(changes[-1])
    against = int((areas == -total).sum()) if total else 0
    if len(areas) < 2 or against <= len(areas) / 2 or (areas == total).sum() * 3 > len(areas):
        return []
    moved, whole = ("rose", "fell") if total < 0 else ("fell", "rose")
    which = "Every area" if against == len(areas) else f"{percent(against / len(areas))} of areas"
    return [
        f"{which} {moved} and the total {whole}: the areas have other shares of it than before. "
        "The total says nothing of any of them."
    ]
