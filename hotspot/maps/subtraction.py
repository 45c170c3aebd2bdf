"""What maps tell together: whether one published beside others would give a hidden count away.

Each map says of the burglaries of a place in a period that they are so many, fewer than so many,
or nothing. Where maps overlap, the ground is cut into the pieces and the time into the spans that
all of them are made of; a piece in a span is an atom. What a reader can prove of any of them, by
sums and differences however long, are the bounds of linear programs over the atoms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, diags_array, hstack, vstack

from hotspot.english import plain_day

# Pieces so small beside the places that they are of come of borders drawn ill.
_SLIVER = 0.01
# Enough to refuse, and to say why.
_MOST_FOUND = 5
_EPSILON = 1e-6
_BOUNDLESS = 1e7

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """What one map tells.

    Parameters
    ----------
    file : str
        What to call it.
    start, end : Timestamp
        The period; the end is the first day after it.
    places : GeoDataFrame
        ``name``, ``homes`` (0 where there are too few), ``least`` and ``most`` (infinite where the
        count is withheld) burglaries that the page tells of, and the outline; in the order of
        `ordered`.
    total_most : int
        The most burglaries in all that the rounded total leaves possible.
    minimum, smallest : int
        As of `public_map`.
    """

    file: str
    start: pd.Timestamp
    end: pd.Timestamp
    places: gpd.GeoDataFrame
    total_most: int
    minimum: int
    smallest: int

    @property
    def period(self) -> str:
        """The period in words."""
        return _span(self.start, self.end)


def ordered(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return places with outlines to the centimetre, in an order that is of the outlines alone."""
    shapes = shapely.transform(places.geometry.to_numpy(), lambda points: points.round(2))
    placed = places.set_geometry(gpd.GeoSeries(shapely.normalize(shapes), places.index, places.crs))
    return placed.iloc[np.argsort(placed.geometry.to_wkb().to_numpy())].reset_index(drop=True)


def revealed(new: Told, old: Sequence[Told], homes: gpd.GeoSeries | None) -> list[str]:
    """Find what a new map would give away beside those that were published.

    Parameters
    ----------
    new : Told
    old : sequence of Told
        All in one CRS.
    homes : GeoSeries of points, optional
        Each home; without them those of a piece of a place are taken for too few.

    Returns
    -------
    list of str
        Places and spans of time of which a reader could prove what no page may tell, a few of
        them; none where the map can be published.

    Notes
    -----
    Nothing but what the pages tell is used, so that neither a map that was made nor one that was
    refused tells anything of a hidden count. Refused is a map beside which a reader can prove:
    that fewer than `smallest` burglaries were somewhere, or how many, beyond what one page says by
    "fewer than"; that there was one where so few were, or where fewer than `minimum` homes are;
    or, from totals as they are rounded, that one was in a place whose count is hidden. Maps of
    which one counts burglaries that the other did not know contradict each other, and are refused
    as well: the difference is of single burglaries.
    """
    maps = _overlapping(new, old)
    if len(maps) == 1:
        return []
    model = _model(maps, homes)
    found = model.contradictions()
    if not found:
        found = [*model.proven_small(), *model.proven_there(), *model.proven_by_total()]
    return list(dict.fromkeys(found))[:_MOST_FOUND]


def overlapping(new: Told, old: Iterable[Told]) -> list[Told]:
    """Return the published maps whose periods share time with a new one, and theirs in turn."""
    return _overlapping(new, list(old))[1:]


def _overlapping(new: Told, old: Sequence[Told]) -> list[Told]:
    linked, left = [new], list(old)
    while True:
        more = [one for one in left if any(one.start < o.end and o.start < one.end for o in linked)]
        if not more:
            return linked
        linked += more
        left = [one for one in left if not any(one is other for other in more)]


@dataclass(frozen=True)
class _Model:
    """All that maps tell of the atoms, the new map first.

    Attributes
    ----------
    maps : list of Told
    facts : DataFrame
        A row for each place of each map: ``map``, ``place``, ``least``, ``most``, ``homes``.
    holds : sparse matrix, facts by atoms
    names : list of str
        What to call the piece of each atom.
    spans : list of (Timestamp, Timestamp)
        The span of time of each atom.
    piece : array of int, atoms
    homes : array of float, atoms
        Of the piece.
    """

    maps: list[Told]
    facts: pd.DataFrame
    holds: csr_matrix
    names: list[str]
    spans: list[tuple[pd.Timestamp, pd.Timestamp]]
    piece: Ints
    homes: Floats

    @cached_property
    def _limits(self) -> tuple[csr_matrix, Floats]:
        """What the maps tell, as rows of "at most"."""
        least, most = self.facts["least"].to_numpy(float), self.facts["most"].to_numpy(float)
        high, low = np.isfinite(most), least > 0
        rows = csr_matrix(_stacked(self.holds[high], -self.holds[low]))
        return rows, np.append(most[high], -least[low])

    @cached_property
    def _few(self) -> Bools:
        """Which facts say "fewer than"."""
        most = self.facts["most"].to_numpy(float)
        few: Bools = np.isfinite(most) & (self.facts["least"].to_numpy(float) < most)
        return few

    @cached_property
    def _inside_few(self) -> Bools:
        """Which atoms one page alone says to have fewer than the smallest count."""
        inside: Bools = self._told_most < self._smallest
        return inside

    @cached_property
    def _told_most(self) -> Floats:
        """What one page alone leaves possible of each atom, where that is few."""
        most = np.full(len(self.names), float(self._smallest))
        limits = self.facts["most"].to_numpy(float)
        for fact in np.flatnonzero(self._few):
            atoms = self._positions(fact)
            most[atoms] = np.minimum(most[atoms], limits[fact])
        return most

    @cached_property
    def _smallest(self) -> int:
        return max(one.smallest for one in self.maps)

    @cached_property
    def _minimum(self) -> int:
        return max(one.minimum for one in self.maps)

    def contradictions(self) -> list[str]:
        """Find where maps cannot both be right: they were made of other burglaries."""
        rows, most = self._limits
        # Each limit may be broken, at a price: whatever has to be is a contradiction.
        broken = -diags_array(np.ones(rows.shape[0]))
        price = np.append(np.zeros(rows.shape[1]), np.ones(rows.shape[0]))
        solved = _solve(price, csr_matrix(hstack([rows, broken])), most)
        wrong = np.flatnonzero(solved[rows.shape[1] :] > _EPSILON)
        named = [self._name_of(np.asarray(rows[[row]].sum(axis=0)).ravel() != 0) for row in wrong]
        return [f"{name}: the counts of the maps contradict each other" for name in named]

    def proven_small(self) -> list[str]:
        """Find atoms known to have fewer than the smallest count, beyond what one page says."""
        most = self._told_most
        left = np.flatnonzero(self.homes >= self._minimum)
        found: list[str] = []
        while len(left) and len(found) < _MOST_FOUND:
            reached = self._all_at_once(left, most[left])[left] >= most[left] - _EPSILON
            if not reached.any():
                # One by one, from the first: what holds for all at once need not hold for each.
                first = left[0]
                reached = left == first
                alone = _only(first, len(self.names))
                if self._most_of(alone) < most[first]:
                    found.append(f"{self._name_of(alone)}: how few there were")
            left = left[~reached]
        return found

    def _all_at_once(self, atoms: Ints, most: Floats) -> Floats:
        """Return what the atoms can be when as many as can be have as much as is asked for."""
        rows, limits = self._limits
        number = rows.shape[1]
        picked = csr_matrix((np.ones(len(atoms)), (range(len(atoms)), atoms)), (len(atoms), number))
        upper = csr_matrix(hstack([rows, csr_matrix((rows.shape[0], len(atoms)))]))
        lower = csr_matrix(hstack([-picked, diags_array(np.ones(len(atoms)))]))
        goal = np.append(np.zeros(number), -np.ones(len(atoms)))
        bounds = [(0, None)] * number + [(0, one) for one in most]
        limits = np.append(limits, np.zeros(len(atoms)))
        return _solve(goal, csr_matrix(_stacked(upper, lower)), limits, bounds)[:number]

    def proven_there(self) -> list[str]:
        """Find hidden counts that are known to be one or more."""
        rows, limits = self._limits
        sets = [*self._hidden_sets(), *self._of_few_homes()]
        together = len(sets)
        sets += self._joined_sets()
        left = list(range(len(sets)))
        found: list[str] = []
        while left and len(found) < _MOST_FOUND:
            goal = np.sum([sets[number] for number in left], axis=0).astype(float)
            values = _solve(goal, rows, limits)
            still = [number for number in left if values[sets[number]].sum() > _EPSILON]
            if len(still) == len(left):
                first = still.pop(0)
                at_least = _solve(sets[first].astype(float), rows, limits)[sets[first]].sum()
                # Parts that are known together are secret while they are few together.
                small = first < together or self._most_of(sets[first]) < self._smallest
                if at_least > _EPSILON and small:
                    found.append(f"{self._name_of(sets[first])}: that there was a burglary")
            left = still
        return found

    def _hidden_sets(self) -> list[Bools]:
        """Return the atoms of each count that is hidden because it is small, or its homes few."""
        secret = self._few | (self.facts["homes"].to_numpy() < self._minimum)
        return [self._atoms_of(fact) for fact in np.flatnonzero(secret)]

    def _of_few_homes(self) -> list[Bools]:
        """Return pieces, and what one place has beyond another, with fewer homes than are shown."""
        sets = {}
        home_of = dict(zip(self.piece.tolist(), self.homes.tolist(), strict=True))
        pieces = [frozenset(self.piece[self._atoms_of(fact)]) for fact in range(len(self.facts))]
        apart: dict[int, set[frozenset[int]]] = {}
        for held in set(pieces):
            for piece in held:
                apart.setdefault(piece, set()).add(held)
        for held in set(pieces):
            beyond = {held - other for piece in held for other in apart[piece]}
            for few in {*beyond, *(frozenset([piece]) for piece in held)}:
                if few and sum(home_of[piece] for piece in few) < self._minimum:
                    sets[few] = np.isin(self.piece, list(few))
        return list(sets.values())

    def _joined_sets(self) -> list[Bools]:
        """Return the atoms that pages call few, of each exact count and difference of two."""
        exact = np.flatnonzero(self.facts["least"] == self.facts["most"])
        shared = (self.holds[exact] @ self.holds[exact].T).tocoo()
        sizes = np.asarray(self.holds[exact].sum(axis=1)).ravel()
        inside = (shared.row != shared.col) & (shared.data == sizes[shared.col])
        sets = {}
        for whole, part in zip(shared.row[inside], shared.col[inside], strict=True):
            rest = self._atoms_of(exact[whole]) & ~self._atoms_of(exact[part])
            sets[(rest & self._inside_few).tobytes()] = rest & self._inside_few
        for fact in exact:
            small = self._atoms_of(fact) & self._inside_few
            sets[small.tobytes()] = small
        return [one for one in sets.values() if one.any()]

    def proven_by_total(self) -> list[str]:
        """Find hidden counts that a map's total tells, once others hide nothing any more."""
        found = []
        for number, one in enumerate(self.maps):
            own = self.facts[self.facts["map"] == number]
            rest = one.total_most - own["least"][own["least"] == own["most"]].sum()
            hidden = own[own["least"] < own["most"]]
            few_homes = hidden["homes"] < self._minimum
            # Where one hides as many as there may be, beside the place itself, no total tells.
            withheld = np.isinf(hidden["most"]) & ~few_homes
            if any(np.isinf(self._most_of(self._atoms_of(n))) for n in hidden.index[withheld]):
                continue
            most = {fact: self._most_of(self._atoms_of(fact)) for fact in hidden.index}
            for fact in hidden.index[few_homes | np.isfinite(hidden["most"])]:
                if rest > sum(limit for other, limit in most.items() if other != fact):
                    name = self._name_of(self._atoms_of(fact))
                    found.append(f"{name}: that there was a burglary, by the total")
        return found

    def _most_of(self, atoms: Bools) -> float:
        """Return the most that some atoms can hold; infinite where nothing tells."""
        rows, limits = self._limits
        bounds = [(0, _BOUNDLESS)] * rows.shape[1]
        most = _solve(-atoms.astype(float), rows, limits, bounds)[atoms].sum()
        # Counts are whole numbers.
        return np.inf if most >= _BOUNDLESS / 2 else float(np.floor(most + _EPSILON))

    def _name_of(self, atoms: Bools) -> str:
        """Return what to call some atoms: their first piece, and all their time."""
        at = np.flatnonzero(atoms)
        if not len(at):
            return "A place without homes"
        start, end = min(self.spans[n][0] for n in at), max(self.spans[n][1] for n in at)
        return f"{self.names[at[0]]}, {_span(start, end)}"

    def _atoms_of(self, fact: "int | np.integer[Any]") -> Bools:
        atoms = np.zeros(len(self.names), dtype=bool)
        atoms[self._positions(fact)] = True
        return atoms

    def _positions(self, fact: "int | np.integer[Any]") -> Ints:
        first, last = self.holds.indptr[fact], self.holds.indptr[fact + 1]
        return np.asarray(self.holds.indices[first:last], dtype=np.int64)


def _solve(goal: Floats, rows: csr_matrix, most: Floats, bounds: Any = (0, None)) -> Floats:
    """Return what makes a goal least within limits."""
    # Without a limit at all there is nothing to solve: as little as there can be.
    solved = linprog(goal, A_ub=rows, b_ub=most, bounds=bounds, method="highs")
    if solved.x is None:
        raise RuntimeError(f"The check of published maps found no answer: {solved.message}")
    return np.asarray(solved.x, dtype=float)


def _only(at: int, number: int) -> Bools:
    only = np.zeros(number, dtype=bool)
    only[at] = True
    return only


def _stacked(*parts: Any) -> Any:
    return vstack([part for part in parts if part.shape[0]] or [parts[0]])


def _model(maps: list[Told], homes: gpd.GeoSeries | None) -> _Model:
    """Cut ground and time into what all maps are made of."""
    pieces, layer_of = _pieces(maps, homes)
    edges = sorted({edge for one in maps for edge in (one.start, one.end)})
    spans = list(pairwise(edges))
    facts, held = [], []
    for number, one in enumerate(maps):
        during = [at for at, (start, end) in enumerate(spans) if one.start <= start < one.end]
        own = pieces[f"in_{layer_of[number]}"].to_numpy()
        table = one.places[["name", "homes", "least", "most"]]
        facts.append(table.assign(map=number, place=range(len(table))))
        for place in range(len(table)):
            there = np.flatnonzero(own == place)
            held.append((there[:, None] * len(spans) + during).ravel())
    every = pd.concat(facts, ignore_index=True)
    sizes = [len(atoms) for atoms in held]
    of_fact = np.repeat(np.arange(len(held)), sizes)
    shape = (len(held), len(pieces) * len(spans))
    holds = csr_matrix((np.ones(len(of_fact)), (of_fact, np.concatenate(held))), shape)
    piece = np.repeat(np.arange(len(pieces)), len(spans))
    # What no map tells of can be anything.
    told = np.asarray(holds.sum(axis=0)).ravel() > 0
    return _Model(
        maps,
        every,
        csr_matrix(holds[:, told]),
        pieces["name"].to_numpy()[piece[told]].tolist(),
        [spans[at % len(spans)] for at in np.flatnonzero(told)],
        piece[told],
        pieces["homes"].to_numpy(dtype=float)[piece[told]],
    )


def _pieces(maps: list[Told], homes: gpd.GeoSeries | None) -> tuple[gpd.GeoDataFrame, list[int]]:
    """Return the pieces of ground that all places are made of, and the layer of each map."""
    layers: list[gpd.GeoDataFrame] = []
    layer_of = []
    for one in maps:
        same = [n for n, layer in enumerate(layers) if _same_ground(layer, one.places)]
        if not same:
            layers.append(one.places)
        layer_of.append(same[0] if same else len(layers) - 1)
    pieces = layers[0][["geometry", "name", "homes"]].assign(in_0=range(len(layers[0])))
    if len(layers) == 1:
        return pieces, layer_of
    for number, layer in enumerate(layers[1:], 1):
        own = layer[["geometry", "name"]].assign(**{f"in_{number}": range(len(layer))})
        own = own.rename(columns={"name": "other"})
        pieces = pieces.overlay(own, how="union", keep_geom_type=True)
        pieces["name"] = pieces["name"].fillna(pieces.pop("other"))
    members = [f"in_{number}" for number in range(len(layers))]
    pieces[members] = pieces[members].fillna(-1).astype(np.int64)
    smallest = np.min(
        [
            np.where(pieces[name] < 0, np.inf, layer.area.to_numpy()[pieces[name]])
            for name, layer in zip(members, layers, strict=True)
        ],
        axis=0,
    )
    area = pieces.geometry.area.to_numpy()
    if homes is None:
        # Only of a place that is in one piece is the number of homes known.
        alone = [pieces.groupby(name)[name].transform("size") == 1 for name in members]
        whole = alone[0] & (pieces["in_0"] >= 0)
        pieces["homes"] = np.where(whole, pieces["homes"], 0)
        kept = area >= _SLIVER * smallest
    else:
        tree = shapely.STRtree(homes.to_numpy())
        inside = tree.query(pieces.geometry.to_numpy(), predicate="intersects")[0]
        pieces["homes"] = np.bincount(inside, minlength=len(pieces))
        # Where nobody lives nobody is burgled: a reader would take it so.
        kept = pieces["homes"].to_numpy() > 0
        for name in members:
            kept |= (pieces.groupby(name)[name].transform("size") == 1).to_numpy()
    return pieces[kept].reset_index(drop=True), layer_of


def _same_ground(layer: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> bool:
    return len(layer) == len(other) and bool(
        (layer.geometry.to_wkb().to_numpy() == other.geometry.to_wkb().to_numpy()).all()
    )


def _span(start: pd.Timestamp, end: pd.Timestamp) -> str:
    return f"{plain_day(start)} to {plain_day(end - pd.Timedelta(days=1))}"
