"""Which burglary counts in which place: treated, control, the ground around, or everywhere else."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from hotspot._checks import is_number
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot.density.surface import Period
from hotspot.geo import area_positions, nearest_positions
from hotspot.impact.operation_input import ELSEWHERE, Operation
from hotspot.impact.place_polygons import Places, nearest_m, overlap_problems, ring_of
from hotspot.rule import RULE

#: Kinds of ground, by the letter of `displacement`.
KINDS = {
    "T": "treated",
    "C": "control",
    "D": "displacement",
    "E": "displacement control",
}


@dataclass(frozen=True)
class Ground:
    """The places of one choice of control and buffer, and where each burglary lies.

    Attributes
    ----------
    names : list of str
    kinds : ndarray of str
        T, C, D or E a place, in this order.
    km2 : Series of float
        Area of each kind; missing where it has no outline.
    position : ndarray of int
        The place of each burglary, -1 for none.
    sets : ndarray of int or None
        Of treated and control places the matched set.
    width_m : float or None
    left_out : list of str
        Control places that lie within the buffer.
    problems : list of str
        Why it cannot be used.
    """

    names: list[str]
    kinds: "np.ndarray"
    km2: "pd.Series[float]"
    position: Ints
    sets: Ints | None
    width_m: float | None
    left_out: list[str]
    problems: list[str]

    def counts(self, times: "pd.Series[pd.Timestamp]", period: Period) -> Floats:
        """Count the burglaries of a period by place.

        Parameters
        ----------
        times : Series of Timestamp
            Of the burglaries.
        period : Period

        Returns
        -------
        ndarray, shape (places,)
        """
        return self.sums(period.holds(times))

    def sums(self, which: Bools, weights: Floats | None = None) -> Floats:
        """Add up some of the burglaries by place.

        Parameters
        ----------
        which : ndarray of bool
        weights : ndarray, optional

        Returns
        -------
        ndarray, shape (places,)
        """
        at = which & (self.position >= 0)
        chosen = None if weights is None else weights[at]
        found = np.bincount(self.position[at], weights=chosen, minlength=len(self.names))
        return found.astype(float)

    def by_name(self, letters: str) -> Ints:
        """Return the positions of places of some kinds, in the order of their names.

        Parameters
        ----------
        letters : str

        Returns
        -------
        ndarray of int
            What is drawn by it is the same in whatever order places were given.
        """
        at = np.flatnonzero(np.isin(self.kinds, list(letters)))
        return at[np.argsort(np.array(self.names)[at], kind="stable")]

    def of(self, letter: str) -> Bools:
        """Return which places are of a kind.

        Parameters
        ----------
        letter : str

        Returns
        -------
        ndarray of bool
        """
        return np.asarray(self.kinds == letter)


def lay_out(operation: Operation, control: Places | None, width_m: float | None) -> Ground:
    """Find in which place each burglary lies, for one choice of control and buffer.

    Parameters
    ----------
    operation : Operation
    control : Places or None
        None for everything that is further from the treated places than the near-repeat rule
        and the buffer reach.
    width_m : float or None
        Of the buffer. Control places nearer to a treated one are left out.

    Returns
    -------
    Ground
        No burglary counts twice: in the buffer are those within `width_m` of a treated place,
        each counted with the nearest, and not in one.
    """
    treated = operation.treated
    points = operation.incidents.geometry.to_numpy()
    left_out: list[str] = []
    if control is not None and width_m is not None:
        near = nearest_m(control.shapes, treated.shapes) < width_m
        left_out = [name for name, out in zip(control.names, near, strict=True) if out]
        control = control.only(~near)
    kept = control.shapes if control is not None else np.array([], dtype=object)
    names = [*treated.names, *(control.names if control is not None else [ELSEWHERE])]
    kinds = ["T"] * len(treated) + ["C"] * (len(control) if control is not None else 1)
    km2 = {"T": treated.km2, "C": np.nan if control is None else control.km2}
    position = area_positions(points, np.concatenate([treated.shapes, kept]))
    problems: list[str] = []
    around = RULE.distance_m if width_m is None else max(width_m, RULE.distance_m)
    if control is None:
        far = nearest_positions(points, treated.shapes, around) < 0
        position[far] = len(treated)
    if width_m is not None:
        free = position < 0
        nearest = nearest_positions(points[free], treated.shapes, width_m)
        position[free] = np.where(nearest >= 0, nearest + len(names), -1)
        names += [f"around {name}" for name in treated.names]
        kinds += ["D"] * len(treated)
        ring = ring_of(treated.shapes, width_m, kept)
        km2["D"] = float(shapely.area(ring)) / 1e6
        if operation.displacement_control is not None and control is not None:
            names, more, km2["E"], problems = _ring_control(
                operation, control, ring, points, position, names
            )
            kinds += more
    sets = _sets(treated, control)
    return Ground(
        names, np.array(kinds), pd.Series(km2), position, sets, width_m, left_out, problems
    )


def _ring_control(
    operation: Operation, control: Places, ring: shapely.Geometry, points: "np.ndarray",
    position: Ints, names: list[str],
) -> tuple[list[str], list[str], float, list[str]]:  # fmt: skip
    """Count what is left in the control of the buffer, and return its names, kinds and area."""
    free = position < 0
    given = operation.displacement_control
    if isinstance(given, Places):
        found = area_positions(points[free], given.shapes)
        position[free] = np.where(found >= 0, found + len(names), -1)
        around = Places(["the buffer"], np.array([ring], dtype=object))
        wrong = overlap_problems(given, "displacement control", around, "displacement buffer")
        return [*names, *given.names], ["E"] * len(given), given.km2, wrong
    assert is_number(given)
    width = float(given)  # type: ignore[arg-type]
    found = nearest_positions(points[free], control.shapes, width)
    position[free] = np.where(found >= 0, found + len(names), -1)
    ground = ring_of(control.shapes, width, np.array([*operation.treated.shapes, ring]))
    around_names = [f"around {name}" for name in control.names]
    return [*names, *around_names], ["E"] * len(control), float(shapely.area(ground)) / 1e6, []


def _sets(treated: Places, control: Places | None) -> Ints | None:
    """Return the matched set of each treated and control place, where all of them have one."""
    if control is None or control.matched_to is None or not len(control):
        return None
    sets = {name: number for number, name in enumerate(sorted(treated.names))}
    if not set(control.matched_to) <= set(sets):
        return None
    return np.array([sets[name] for name in [*treated.names, *control.matched_to]])
