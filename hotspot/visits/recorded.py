"""What became of rows that were recorded."""

from dataclasses import dataclass, field

import pandas as pd

from hotspot.english import count, name_rows

_SHOWN = 200


@dataclass(frozen=True)
class Recorded:
    """Result of `VisitLedger.record`.

    Every row read is counted once: `added`, `repeated`, `marked`, `not_done` and the rows of
    `rejected` add up to `rows_read`.

    Attributes
    ----------
    source : str or None
        Where the rows came from.
    rows_read : int
    added : int
        Visits that were not in the ledger before.
    repeated : int
        Rows whose visit was there already; cells that had been empty were filled in.
    marked : int
        Rows without a visit that mark a home as not to be contacted.
    not_done : int
        Rows in which nothing was filled in yet.
    unknown : int
        Visits, added or repeated, whose id no list of the ledger holds; they are kept.
    rejected : DataFrame
        What could not be used: ``row``, ``column``, ``value``, ``reason``; a row may have several.
    flagged : DataFrame
        What should be looked at, in rows that were kept and that were not: ``row``,
        ``visit_id``, ``reason``.
    notes : list of str
        How the rows were read.
    """

    source: str | None
    rows_read: int
    added: int
    repeated: int
    marked: int
    not_done: int
    unknown: int
    rejected: pd.DataFrame
    flagged: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    @property
    def rejected_rows(self) -> int:
        """Number of rows that could not be used."""
        return int(self.rejected["row"].nunique())

    def summary(self) -> str:
        """Say in plain sentences what was kept, and every problem with its row.

        Returns
        -------
        str
        """
        said = [self._headline(), *self.notes]
        if len(self.rejected):
            said.append(f"Not recorded: {count(self.rejected_rows, 'row')}.")
            said += [
                f"- {_row(row.row)}, {row.column}{_shown(row.value)}: {_sentence(row.reason)}"
                for row in self.rejected.head(_SHOWN).itertuples()
            ]
            said += _more(len(self.rejected))
        useless = self.flagged["row"].isin(self.rejected["row"])
        said += _told("Look at {}:", self.flagged[~useless])
        said += _told("Of {} not recorded:", self.flagged[useless])
        return "\n".join(said)

    def _headline(self) -> str:
        where = f" of {self.source}" if self.source else ""
        parts = [f"{count(self.added, 'visit')} recorded"]
        if self.repeated:
            parts.append(f"{self.repeated:,} known already")
        if self.marked:
            parts.append(f"{count(self.marked, 'home')} marked not to be contacted")
        if self.not_done:
            parts.append(f"{self.not_done:,} not done yet")
        if len(self.rejected):
            parts.append(f"{self.rejected_rows:,} not recorded")
        return f"{count(self.rows_read, 'row')}{where}: {', '.join(parts)}."


def _row(label: object) -> str:
    return name_rows([label])


def _shown(value: object) -> str:
    return f" {str(value)[:60]!r}" if value not in (None, "") else ""


def _more(number: int) -> list[str]:
    rest = f"- and {number - _SHOWN:,} more, all of them in `rejected` and by --json"
    return [rest] if number > _SHOWN else []


def _told(heading: str, flagged: pd.DataFrame) -> list[str]:
    """Say what should be looked at, reason by reason, and in which rows."""
    if flagged.empty:
        return []
    return [
        heading.format(count(flagged["row"].nunique(), "row")),
        *(
            f"- {name_rows(list(dict.fromkeys(group['row'])), _SHOWN)}: {_sentence(reason)}"
            for reason, group in flagged.groupby("reason", sort=False)
        ),
    ]


def _sentence(reason: object) -> str:
    text = str(reason)
    return text if text.endswith("?") else f"{text}."
