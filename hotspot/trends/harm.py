"""Harm: crimes weighed by the user's own table, with how uncertain such a sum is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from hotspot._checks import raise_problems, share_problems
from hotspot.english import count, percent, some_of
from hotspot.output.results import Shown
from hotspot.trends.area_numbers import number_problems

_COLUMNS = {"offence", "weight"}
ALL = "all"


@dataclass(frozen=True)
class HarmTotal(Shown):
    """Result of `harm_total`.

    Parameters
    ----------
    table : DataFrame
        A row per area and one of all: ``area``, ``crimes``, ``harm``, ``sd``, ``low``, ``high``,
        ``largest`` (the offence with the largest share of the variance), ``largest_harm_share``,
        ``largest_variance_share``, and ``harm_per_head`` where a population was given.
    weights_date : str or None
        That of the user's table.
    """

    table: pd.DataFrame
    weights_date: str | None

    def summary(self) -> str:
        """Return the total, how far chance moves it, and which offence it turns on.

        Returns
        -------
        str
        """
        row = self.table.iloc[-1]
        if not row["harm"]:
            return f"{count(int(row['crimes']), 'crime')}: no harm by these weights."
        dated = f" (weights of {self.weights_date})" if self.weights_date else " (weights undated)"
        return (
            f"{count(int(row['crimes']), 'crime')}: harm {row['harm']:,.0f}{dated}, by chance give "
            f"or take {row['sd']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f}). {row['largest']} "
            f"is {percent(row['largest_harm_share'])} of the harm and "
            f"{percent(row['largest_variance_share'])} of its variance."
        )


def harm_total(
    incidents: pd.DataFrame,
    table: pd.DataFrame | Mapping[str, float],
    by: str | None = None,
    *,
    offence: str = "offence_code",
    population: "pd.Series[float] | Mapping[str, float] | None" = None,
    weights_date: str | None = None,
    confidence: float = 0.95,
) -> HarmTotal:
    """Add up crimes by weights that the user gives, with the variance of the sum.

    Parameters
    ----------
    incidents : DataFrame
        A row per crime.
    table : DataFrame or mapping
        ``offence`` and ``weight``: the user's own, of a published index or of the force. None is
        shipped with this package.
    by : str, optional
        Column with the area.
    offence : str
        Column with the offence.
    population : Series or mapping, optional
        People by area, for harm per head.
    weights_date : str, optional
        Of the table, which goes into the record.
    confidence : float

    Returns
    -------
    HarmTotal

    Raises
    ------
    DataError
        If an offence has no weight, a weight is missing or below 0, or an area has no people.

    Notes
    -----
    If the crimes of each kind are Poisson, the sum has variance sum of weight squared times count.
    One homicide outweighs forty burglaries in the sum, and nearly everything in the variance: a
    change of the sum may be a change of one event. The interval is of a gamma distribution of that
    mean and variance (Fay and Feuer 1997), which holds where few crimes carry it; its upper end
    allows for one more of the heaviest offence of the table: give a table of the offences that
    are compared.

    References
    ----------
    Fay, M. P. and Feuer, E. J. (1997). Confidence intervals for directly standardized rates.
    Statistics in Medicine 16, 791-801.
    Sherman, L., Neyroud, P. W. and Neyroud, E. (2016). The Cambridge Crime Harm Index. Policing 10,
    171-183.

    Examples
    --------
    >>> crimes = pd.DataFrame({"offence_code": ["burglary"] * 40 + ["robbery"] * 3 + ["homicide"]})
    >>> weights = {"burglary": 273.5, "robbery": 365, "homicide": 5475}
    >>> harm_total(crimes, weights).table[["harm", "sd"]].round(0)
          harm      sd
    0  17510.0  5776.0
    """
    weights = offence_weights(table)
    data = harm_problems(incidents, weights, offence, by)
    raise_problems(data, share_problems(confidence=confidence))
    keys = (
        incidents[by].fillna("no area").astype(str) if by else pd.Series(ALL, index=incidents.index)
    )
    parts = [(area, part) for area, part in incidents.groupby(keys, sort=True)] if by else []
    rows = [
        _row(str(area), part[offence], weights, confidence)
        for area, part in [*parts, (ALL, incidents)]
    ]
    found = pd.DataFrame(rows)
    if population is not None:
        found["harm_per_head"] = found["harm"] / _people(found["area"], population)
    return HarmTotal(found, weights_date)


def offence_weights(table: pd.DataFrame | Mapping[str, float]) -> "pd.Series[float]":
    """Return weights by offence, of a table or a mapping as of `harm_total`."""
    if not isinstance(table, pd.DataFrame):
        return pd.Series(dict(table), dtype=object).infer_objects()
    if not set(table.columns) >= _COLUMNS:
        raise_problems(
            [f"The table of weights needs the columns {' and '.join(sorted(_COLUMNS))}."]
        )
    return pd.Series(table["weight"].to_numpy(), index=table["offence"])


def harm_problems(
    incidents: pd.DataFrame, weights: "pd.Series[float]", offence: str, by: str | None
) -> list[str]:
    """Find which offences have no weight or two, and what is no weight."""
    problems = number_problems(weights, "weight")
    twice = weights.index[weights.index.duplicated()].unique()
    if len(twice):
        problems.append(
            f"The table of weights names an offence twice: {some_of(list(map(str, twice)))}."
        )
    missing = [name for name in (offence, by) if name and name not in incidents.columns]
    if missing:
        return [*problems, f"The incidents lack {', '.join(missing)}."]
    unknown = incidents.loc[~incidents[offence].isin(weights.index), offence]
    if len(unknown):
        named = some_of([str(value) for value in unknown.unique()])
        problems.append(
            f"{count(len(unknown), 'crime')} without a weight: {named}. No weight is not nought: "
            "add each offence to the table, or leave those crimes out and say so."
        )
    return problems


def _row(
    area: str, offences: "pd.Series[str]", weights: "pd.Series[float]", confidence: float
) -> dict[str, object]:
    counts = offences.value_counts()
    weight = weights.reindex(counts.index).to_numpy(float)
    number = counts.to_numpy(float)
    harm, variance = float(weight @ number), float(weight**2 @ number)
    tail = (1 - confidence) / 2
    heaviest = float(weights.max())
    low = float(stats.gamma.ppf(tail, harm**2 / variance, scale=variance / harm)) if harm else 0.0
    # The upper end allows for one more of the heaviest of the table, which may happen next.
    more, spread = harm + heaviest, variance + heaviest**2
    high = float(stats.gamma.ppf(1 - tail, more**2 / spread, scale=spread / more)) if more else 0.0
    shares = weight**2 * number / variance if variance else np.zeros(len(number))
    at = int(shares.argmax()) if len(shares) else -1
    return {
        "area": area, "crimes": int(number.sum()), "harm": harm, "sd": variance**0.5,
        "low": low, "high": high, "largest": str(counts.index[at]) if at >= 0 else "",
        "largest_harm_share": float(weight[at] * number[at] / harm) if harm else np.nan,
        "largest_variance_share": float(shares[at]) if at >= 0 else np.nan,
    }  # fmt: skip


def _people(
    areas: "pd.Series[str]", population: "pd.Series[float] | Mapping[str, float]"
) -> np.ndarray:
    people = pd.Series(dict(population), dtype=float)
    people.loc[ALL] = people.get(ALL, people.reindex(areas[areas != ALL]).sum() or people.sum())
    found = people.reindex(areas)
    if not (found > 0).all():
        named = some_of([str(area) for area in found.index[~(found > 0)]])
        raise_problems([f"population has no people for {named}: nothing is per head of nobody."])
    return found.to_numpy(float)
