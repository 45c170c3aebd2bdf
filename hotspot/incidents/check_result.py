"""The outcome of a check: rows accepted, rows rejected with their reasons, and what to know."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from hotspot.dates import Resolution
from hotspot.english import and_list, count, name_rows
from hotspot.incidents.offence_counts import OffenceCounts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOT_SELECTED = "not selected"
#: How the reason of a row begins whose status or outcome says that it is no recorded crime.
STATUS = "status: "
UNTOLD = "No column tells the offence: every row is counted as a burglary."

# Reasons that a summary lists, however many there are.
_MOST_KINDS = 16
# What a reason says of its own row only, so that rows with the same fault count together.
_OWN_TO_A_ROW = re.compile(r" of row .*| \(from .*| \(\d+, not \d+\)| ?: [\d,]+ km.*", re.DOTALL)


@dataclass(frozen=True, repr=False, eq=False)
class IncidentCheck:
    """The outcome of `check_incidents`.

    Parameters
    ----------
    accepted : geopandas.GeoDataFrame
        The incidents that can be used, one row each, in a projected CRS in metres: ``crime_ref``,
        ``occurred_from``, ``occurred_to``, ``geometry``, and those of ``recorded_at``,
        ``offence_code``, ``offence_kind``, ``uprn``, ``address``, ``area``, ``mo`` and ``force``
        that the source has; ``placed_by`` where rows were placed by addresses. The index names the
        row of the source.
    rejected : pandas.DataFrame
        ``row``, ``column``, ``value``, ``reason``: a line for each row that is not used. Faults
        come first, then duplicates, then rows whose status takes them out, last those that were
        not selected.
    warnings : list of str
        What may be wrong with rows that are used.
    notes : list of str
        How the source was read: sheet, header, order of dates, transformation.
    resolution : {"day", "month"}
        How exact the dates are.
    source : str
        What was read.
    offences : OffenceCounts or None
        Which offences were taken and how many rows of others were left; None where no column
        tells the offence.
    columns : dict of str to tuple of str
        The columns of the source that each field was read from.
    """

    accepted: gpd.GeoDataFrame
    rejected: pd.DataFrame
    warnings: list[str]
    resolution: Resolution
    notes: list[str] = field(default_factory=list)
    source: str = ""
    offences: OffenceCounts | None = None
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rows_read(self) -> int:
        """Number of rows of the source; accepted and rejected add up to it."""
        return len(self.accepted) + len(self.rejected)

    def headline(self) -> str:
        """Return in one line how many rows are used and how many are not.

        Returns
        -------
        str
        """
        out = int((self.rejected["reason"] == NOT_SELECTED).sum())
        parts = [f"Used {len(self.accepted):,}."]
        parts += [] if self.offences is None else self.offences.short()
        parts.append(f"Could not use {len(self.rejected) - out:,}.")
        return " ".join(parts)

    def offences_sentence(self) -> str:
        """Return which offences were taken, and how many rows of others and no crimes were left.

        Returns
        -------
        str
        """
        words = UNTOLD if self.offences is None else self.offences.sentence()
        reasons = self.rejected["reason"]
        no_crimes = reasons[reasons.str.startswith(STATUS)].str.removeprefix(STATUS)
        if len(no_crimes):
            kinds = [f"{number:,} {word}" for word, number in no_crimes.value_counts().items()]
            words += f" Not recorded crimes by their status: {and_list(kinds)}."
        return words

    def summary(self) -> str:
        """Describe the whole check in plain text, its headline first.

        Returns
        -------
        str
        """
        faults = self.rejected[self.rejected["reason"] != NOT_SELECTED]
        return "\n".join([
            self.headline(), *fault_lines(faults), f"Dates are known to the {self.resolution}.",
            *told_lines(self.warnings, self.notes),
        ])  # fmt: skip

    def plot(self) -> "Figure":
        """Draw how many rows each fault takes out.

        Returns
        -------
        matplotlib.figure.Figure
        """
        # Loaded here: most checks are read, not drawn.
        from hotspot.output.pictures import Picture

        faults = self.rejected[self.rejected["reason"] != NOT_SELECTED]
        kinds = faults["reason"].map(reason_kind).value_counts().iloc[::-1]
        figure = Picture(figsize=(6.4, 1.4 + 0.28 * max(len(kinds), 1)), layout="constrained")
        axes = figure.subplots()
        bars = axes.barh(range(len(kinds)), kinds, color="#1d2733")
        axes.bar_label(bars, padding=3)
        axes.set_yticks(range(len(kinds)))
        # Reasons may quote the data, which is never read as a formula.
        axes.set_yticklabels([str(kind) for kind in kinds.index], parse_math=False)
        axes.set_xlim(0, 1.12 * max([1, *kinds]))
        axes.set_xlabel("Rows that cannot be used")
        axes.set_ylabel("Why")
        axes.set_title(self.headline(), fontsize=10)
        return figure

    def __repr__(self) -> str:
        return f"<IncidentCheck of {self.source}: {self.headline()}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.summary())}</pre>"


def fault_lines(rejected: pd.DataFrame) -> list[str]:
    """Return how many rows each kind of fault takes out, and which, the most frequent first.

    Parameters
    ----------
    rejected : DataFrame
        ``row`` and ``reason``.

    Returns
    -------
    list of str
        One line a kind; the last counts what has no line of its own.

    Examples
    --------
    >>> fault_lines(pd.DataFrame({"row": [3, 7], "reason": ["no date", "no date"]}))
    ['  2 no date (rows 3 and 7)']
    """
    kinds = rejected["reason"].map(reason_kind)
    counts = kinds.value_counts(sort=True)
    lines = []
    for kind in counts.index[:_MOST_KINDS]:
        rows = rejected.loc[kinds == kind, "row"].tolist()
        lines.append(f"  {len(rows):,} {kind} ({name_rows(rows, most=3)})")
    others = counts[_MOST_KINDS:]
    if len(others):
        reasons = count(len(others), "other reason")
        lines.append(f"  {others.sum():,} for {reasons}: each is in the list of rejected rows")
    return lines


def told_lines(warnings: Sequence[str], notes: Sequence[str]) -> list[str]:
    """Return warnings and notes under their headings.

    Parameters
    ----------
    warnings, notes : sequence of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> told_lines(["Look at row 3."], [])
    ['Warnings:', '- Look at row 3.']
    """
    lines = []
    for heading, sentences in (("Warnings", warnings), ("Notes", notes)):
        if sentences:
            lines += [f"{heading}:", *(f"- {sentence}" for sentence in sentences)]
    return lines


def reason_kind(reason: str) -> str:
    """Return what a reason has in common with that of other rows.

    Examples
    --------
    >>> reason_kind("duplicate of row 12, 34 m away"), reason_kind("no date; no coordinates")
    ('duplicate', 'no date')
    >>> reason_kind("far from the rest: 414 km from their middle")
    'far from the rest'
    """
    return _OWN_TO_A_ROW.sub("", reason.split("; ")[0])
