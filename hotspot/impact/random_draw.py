"""Treated places drawn at random within matched pairs: the cheapest way to an answer."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from hotspot._checks import chosen_seed, raise_problems, seed_problems
from hotspot.english import count, some_of
from hotspot.output.results import Shown
from hotspot.output.text import clean_text


@dataclass(frozen=True)
class RandomisedPlan(Shown):
    """Which place of each pair is treated, and which is its control: of `randomised_plan`.

    Parameters
    ----------
    table : DataFrame
        A row per pair, by name: ``treated``, ``control``.
    seed : int
        With the pairs it gives the same draw again.
    """

    table: pd.DataFrame
    seed: int

    @property
    def treated(self) -> list[str]:
        """The places that were drawn for treatment, by name."""
        return sorted(self.table["treated"])

    @property
    def control(self) -> list[str]:
        """The places that are left alone, by name."""
        return sorted(self.table["control"])

    def summary(self) -> str:
        """Return what was drawn and how to draw it again.

        Returns
        -------
        str
            One sentence a line.
        """
        return "\n".join(
            [
                f"{count(len(self.table), 'pair')}: in each one place is treated and the other its "
                f"control, drawn with seed {self.seed}.",
                "The same pairs and the same seed give the same draw, in whatever order they are "
                "written.",
                "A seed proves nothing where many were tried: have somebody outside of the "
                "operation choose it, or agree beforehand on a number that nobody can choose.",
            ]
        )


def randomised_plan(
    pairs: pd.DataFrame | Iterable[Sequence[str]], seed: int | None = None
) -> RandomisedPlan:
    """Draw which place of each matched pair is treated.

    Parameters
    ----------
    pairs : DataFrame or iterable of (str, str)
        Names of two places as bad as each other before; of a frame its first two columns.
    seed : int, optional
        Drawn, and kept in the result, where it is not given.

    Returns
    -------
    RandomisedPlan

    Raises
    ------
    DataError
        If a name is missing, stands in two pairs, or a pair is not of two places: all at once.
    ConfigError
        If the seed is none.

    Notes
    -----
    Each pair is decided by itself, by the first bit of the SHA-256 of the seed and the two names in
    alphabetical order, parted by line feeds: anybody can draw it again by hand, no order of rows or
    names and no version of any library changes it, and a pair that is added changes no other. Where
    a coin decided, ground that was chosen because it was bad falls in treated and control alike.

    References
    ----------
    Imai, K., King, G. and Nall, C. (2009). The essential role of pair matching in
    cluster-randomized experiments. Statistical Science 24, 29-53.

    Examples
    --------
    >>> drawn = randomised_plan([("Alma Street", "Mill Lane"), ("Quay", "Sea View")], seed=7)
    >>> drawn.table.to_dict("records") == randomised_plan(
    ...     [("Sea View", "Quay"), ("Mill Lane", "Alma Street")], seed=7).table.to_dict("records")
    True
    """
    rows = pairs.iloc[:, :2].to_numpy().tolist() if isinstance(pairs, pd.DataFrame) else pairs
    listed = [tuple(row) if isinstance(row, list | tuple) else (row,) for row in rows]
    raise_problems(_pair_problems(listed), seed_problems(seed))
    seed = chosen_seed(seed)
    drawn = [_drawn(one, other, seed) for one, other in sorted_pairs(listed)]
    return RandomisedPlan(pd.DataFrame(drawn, columns=["treated", "control"]), seed)


def sorted_pairs(pairs: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return pairs in one order, whatever the order they and their names came in."""
    return sorted(tuple(sorted(str(name) for name in pair)) for pair in pairs)


def _drawn(one: str, other: str, seed: int) -> tuple[str, str]:
    """Return a pair with the treated place first."""
    digest = hashlib.sha256(f"{seed}\n{one}\n{other}".encode()).digest()
    return (one, other) if digest[0] & 0x80 else (other, one)


def _pair_problems(pairs: Sequence[Sequence[object]]) -> list[str]:
    if not pairs:
        return ["There is no pair to draw from: give two places as bad as each other a row."]
    faulty = [
        number
        for number, pair in enumerate(pairs, 1)
        if len(pair) != 2
        or not all(isinstance(name, str) and clean_text(name).strip() for name in pair)
    ]
    problems = []
    if faulty:
        problems.append(
            f"{count(len(faulty), 'pair')} not of two named places: number "
            f"{some_of([str(number) for number in faulty], 5)}."
        )
    counts = Counter(name for pair in pairs for name in pair if isinstance(name, str))
    twice = [name for name, number in sorted(counts.items()) if number > 1]
    if twice:
        problems.append(f"Named more than once, where a place is in one pair: {some_of(twice, 5)}.")
    return problems
