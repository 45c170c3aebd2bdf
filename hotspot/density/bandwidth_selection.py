"""How far an incident is spread: choosing a bandwidth, and saying why."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, Self, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from hotspot._checks import check_incidents_frame, choice_problems, positive_problems
from hotspot._errors import ConfigError, DataError
from hotspot._kernels.arrays import Floats
from hotspot._kernels.density import KERNELS
from hotspot._kernels.leave_one_out import leave_one_out
from hotspot.english import count
from hotspot.output.results import Shown
from hotspot.rule import BANDWIDTH_M

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Method = Literal["likelihood", "rule of thumb"]

DEFAULT_BANDWIDTH_M = BANDWIDTH_M
_CANDIDATES = 30
_TICKS_M = (10, 25, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600)


class HasBandwidth(Protocol):
    """Anything that was chosen with a bandwidth in it, such as of `choose_bandwidth`."""

    @property
    def bandwidth_m(self) -> float: ...


BandwidthLike: TypeAlias = float | HasBandwidth


class Bandwidth(Shown, float):
    """A bandwidth in metres that knows where it came from; use it as the number it is.

    Parameters
    ----------
    metres : float
        The bandwidth.
    why : str
        How it was chosen, in a sentence.
    notes : sequence of str
        What to mind.
    table : DataFrame, optional
        ``bandwidth_m`` and ``log_likelihood``, the mean per incident, of each candidate; empty
        where none was tried.

    Attributes
    ----------
    bandwidth_m : float
        The bandwidth, as a plain number.
    why, notes, table
        As given.
    """

    why: str
    notes: tuple[str, ...]
    table: pd.DataFrame

    def __new__(
        cls, metres: float, why: str, notes: Sequence[str] = (), table: pd.DataFrame | None = None
    ) -> Self:
        made = super().__new__(cls, metres)
        made.why = why
        made.notes = tuple(notes)
        made.table = pd.DataFrame() if table is None else table
        return made

    def __getnewargs__(self) -> tuple[float, str, tuple[str, ...], pd.DataFrame]:  # type: ignore[override]
        return float(self), self.why, self.notes, self.table

    @property
    def bandwidth_m(self) -> float:
        return float(self)

    def summary(self) -> str:
        """Return which bandwidth it is and why, a line each.

        Returns
        -------
        str
        """
        return "\n".join([f"{float(self):.0f} m: {self.why}.", *self.notes])

    def plot(self) -> "Figure":
        """Draw how likely each candidate makes the incidents, and which was chosen.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ConfigError
            If no candidates were tried, as by the rule of thumb.
        """
        # Loaded here: most bandwidths are used, not drawn.
        from hotspot.output.pictures import Picture

        if self.table.empty:
            raise ConfigError(
                f"There is nothing to draw: {float(self):.0f} m was not chosen among candidates. "
                "select_bandwidth(incidents, method='likelihood') tries some."
            )
        figure = Picture(figsize=(6.0, 4.0), layout="constrained")
        axes = figure.subplots()
        metres = self.table["bandwidth_m"]
        ticks = [step for step in _TICKS_M if metres.min() <= step <= metres.max()]
        draw_candidates(axes, self, metres, self.table["log_likelihood"], ticks)
        axes.set_ylabel("Mean log-likelihood of an incident,\ngiven those at all other places")
        axes.set_title("Bandwidth under which the incidents are least surprising", fontsize=10)
        axes.legend(frameon=False)
        return figure


def draw_candidates(
    axes: "Axes", chosen_m: float, metres: pd.Series, height: pd.Series, ticks: Iterable[float]
) -> None:
    """Draw the height of each candidate over its bandwidth, and which was chosen."""
    axes.plot(metres, height, "o-", color="#1d2733", markersize=4, linewidth=1,
              label="candidates")  # fmt: skip
    axes.axvline(chosen_m, color="#c8102e", linestyle="--", label=f"chosen: {chosen_m:,.0f} m")
    axes.set(xscale="log", xlabel="Bandwidth, m (logarithmic scale)")
    axes.set_xticks(list(ticks), [f"{step:,.0f}" for step in ticks])
    # Or the scale would write powers of ten between the candidates.
    axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)


def bandwidth_and_reason(bandwidth_m: Any) -> tuple[float, str]:
    """Return the metres of a bandwidth, and where it is from.

    Anything without a number of metres in it is returned as it is, for a check to refuse.
    """
    if bandwidth_m is None:
        return DEFAULT_BANDWIDTH_M, "the default, the distance of the near-repeat rule"
    metres = getattr(bandwidth_m, "bandwidth_m", bandwidth_m)
    reason = "given" if metres is bandwidth_m else "chosen"
    return metres, getattr(bandwidth_m, "why", reason)


def selectable_kernels() -> list[str]:
    """Return the kernels by which a bandwidth can be selected: those with a polynomial."""
    return [name for name, kernel in KERNELS.items() if kernel.polynomial is not None]


class _Places(NamedTuple):
    """Distinct places and how many events each has."""

    x: Floats
    y: Floats
    events: Floats


def select_bandwidth(
    incidents: gpd.GeoDataFrame,
    method: Method = "likelihood",
    kernel: str = "quartic",
    candidates_m: Sequence[float] | None = None,
) -> Bandwidth:
    """Choose a bandwidth for `kernel_density` from the incidents themselves.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them.
    method : {"likelihood", "rule of thumb"}
        "likelihood": the candidate under which each incident is least surprising, given those at
        all other places. "rule of thumb": what would be best if incidents were spread like one
        bell; far too wide where there are several hotspots, a starting point only.
    kernel : {"quartic", "epanechnikov", "triweight", "uniform"}
        For which the bandwidth is meant.
    candidates_m : sequence of float, optional
        Bandwidths to try. Default: 30, evenly spaced in their logarithm, from the median distance
        of a place to the nearest other, at least 25 m, up to the rule of thumb.

    Returns
    -------
    Bandwidth
        A float, in metres, with ``why``, ``notes``, ``table`` and ``.summary()``.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or stand at fewer than three places.
    ConfigError
        If a parameter is out of range.

    Notes
    -----
    Incidents at one point say nothing of distances: recorded to the block or the postcode, they
    drive the ordinary leave-one-out likelihood to a bandwidth of 0. So each place is judged by
    the incidents at all others. A compact kernel gives a place far from all others no density at
    all, which the logarithm does not forgive: each density has mixed in, with weight 1/n, an even
    spread over the rectangle of the incidents. The best bandwidth for describing where incidents
    were need not be the best for ranking where the next will be.

    The rule of thumb is ``s n^(-1/6)`` for a Gaussian, s^2 being the mean of the variances in x
    and y, turned into the radius of the kernel that smooths as much. It follows the scale of the
    data, and turning the map does not change it.

    References
    ----------
    Duin, R. P. W. (1976). On the choice of smoothing parameters for Parzen estimators of
    probability density functions. IEEE Transactions on Computers 25, 1175-1179.
    Silverman, B. W. (1986). Density estimation for statistics and data analysis, sections 3.4.4
    and 4.3.2.
    Wand, M. P. and Jones, M. C. (1995). Kernel smoothing, section 4.5.

    Examples
    --------
    >>> day = pd.to_datetime(["2025-06-01"] * 4)
    >>> frame = pd.DataFrame({"crime_ref": list("ABCD"), "occurred_from": day, "occurred_to": day})
    >>> incidents = gpd.GeoDataFrame(
    ...     frame, geometry=gpd.points_from_xy([0, 90, 0, 90], [0, 0, 90, 90]), crs=27700)
    >>> print(select_bandwidth(incidents, "rule of thumb").summary())
    115 m: rule of thumb for 4 incidents with a spread of 52 m.
    """
    problems = choice_problems("method", method, ("likelihood", "rule of thumb"))
    problems += choice_problems("kernel", kernel, tuple(selectable_kernels()))
    for candidate in candidates_m if candidates_m is not None else ():
        problems += positive_problems(candidates_m=candidate)
    if candidates_m is not None and len(candidates_m) == 0:
        problems.append("candidates_m must name at least one bandwidth.")
    check_incidents_frame(incidents, arguments=problems)
    places = _places(incidents)
    if len(places.x) < 3:
        raise DataError(
            f"The incidents stand at {count(len(places.x), 'place')}: too few to choose a "
            "bandwidth from. Give bandwidth_m yourself."
        )
    rule = _rule_of_thumb(places, kernel)
    if method == "rule of thumb":
        return rule
    if candidates_m is None:
        candidates = _candidates(places, float(rule))
    else:
        candidates = np.unique(np.asarray(candidates_m, dtype=np.float64))
    return _most_likely(places, kernel, candidates)


def _places(incidents: gpd.GeoDataFrame) -> _Places:
    geometry = incidents.geometry.to_numpy()
    points = np.stack([shapely.get_x(geometry), shapely.get_y(geometry)], axis=1)
    # One place with many incidents counts as one: each would otherwise vouch for the others.
    distinct, events = np.unique(points, axis=0, return_counts=True)
    return _Places(distinct[:, 0].copy(), distinct[:, 1].copy(), events.astype(np.float64))


def _rule_of_thumb(places: _Places, kernel: str) -> Bandwidth:
    number = int(places.events.sum())
    variances = [np.cov(values, fweights=places.events.astype(int)) for values in places[:2]]
    # The mean of both variances, so that turning the map changes nothing.
    spread = math.sqrt((variances[0] + variances[1]) / 2)
    return Bandwidth(
        # In the plane the best width falls with the sixth root of the number (Silverman 1986,
        # section 4.3.2).
        KERNELS[kernel].equivalent_radius * spread * number ** (-1 / 6),
        f"rule of thumb for {count(number, 'incident')} with a spread of {spread:,.0f} m",
    )


def _candidates(places: _Places, rule_m: float) -> Floats:
    points = np.stack([places.x, places.y], axis=1)
    nearest = cKDTree(points).query(points, k=2)[0][:, 1]
    # Narrower ones would draw single houses and not places.
    low = max(float(np.median(nearest)), 25.0)
    # Even in logarithms, since widths are told apart by their ratio; over two octaves at least,
    # also where one heap makes the rule of thumb narrow.
    return np.geomspace(low, max(rule_m, 4 * low), _CANDIDATES)


def _most_likely(places: _Places, kernel: str, candidates: Floats) -> Bandwidth:
    """Choose the candidate of the highest likelihood, each place left out in its turn."""
    number = places.events.sum()
    others = (number - places.events)[:, None]
    # Duin (1976), but with whole places left out: at a point that many incidents share, each would
    # vouch for the others and the narrowest bandwidth would win.
    density = leave_one_out(places.x, places.y, places.events, candidates, kernel) / others
    # An even spread, mixed in with weight 1/n: the logarithm forgives no place without density.
    even = 1.0 / max(float(np.ptp(places.x) * np.ptp(places.y)), 1.0)
    likelihood = places.events @ np.log((1 - 1 / number) * density + even / number) / number
    best = int(np.argmax(likelihood))
    notes = []
    alone = float(places.events[density[:, best] == 0].sum())
    coincident = int(number) - len(places.x)
    if coincident:
        notes.append(
            f"{count(coincident, 'incident')} of {int(number):,} at a point that another has: such "
            "points are probably not exact addresses, and were judged by other places only."
        )
    if alone:
        notes.append(f"{count(int(alone), 'incident')} with no other place within it.")
    if best == 0 and len(candidates) > 1:
        notes.append("It is the narrowest that was tried: a narrower one may be likelier still.")
    if best == len(candidates) - 1 and best > 0:
        notes.append("It is the widest that was tried: a wider one may be likelier still.")
    return Bandwidth(
        candidates[best],
        f"likeliest of {count(len(candidates), 'bandwidth')} from {candidates[0]:.0f} to "
        f"{candidates[-1]:.0f} m by leave-one-out cross-validation of {int(number):,} incidents",
        notes,
        pd.DataFrame({"bandwidth_m": candidates, "log_likelihood": likelihood}),
    )
