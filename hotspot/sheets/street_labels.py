"""Names of streets on the maps of a sheet: along the street where there is room, else beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from hotspot._kernels.paper_map import room_around
from hotspot.addresses.address_words import street_key

Floats = npt.NDArray[np.float64]
#: Left, top, right and bottom of what stands on a map, in millimetres.
Box = tuple[float, float, float, float]
Size = tuple[float, float]

# A letter of a name of 8.5 points, wide ones included, and how high a line of them is.
_LETTER_MM, _LINE_MM = 1.75, 3.2
# Nearer to a number a name is not readable; beyond the other more room makes none clearer.
_LEAST_ROOM_MM, _ENOUGH_ROOM_MM = 0.4, 8.0
# A street that bends by more than this under its name would not be taken for it.
_BEND_MM = 1.6
# At how many places along a street its name is tried, and of how many points each is known.
_STEPS, _PARTS = 25, 9


@dataclass(frozen=True)
class Label:
    """The name of a street: along it, or level with a ground of its own beside its doors."""

    text: str
    x: float
    y: float
    angle: float = 0.0
    beside: bool = False

    @property
    def width(self) -> float:
        return _width(self.text)

    @property
    def boxes(self) -> list[Box]:
        """What it covers: a box for every few letters, as it may stand at any angle."""
        turn = radians(self.angle)
        along = _letters(self.text)
        places = zip(self.x + along * cos(turn), self.y + along * sin(turn), strict=True)
        return [(x - 1, y - _LINE_MM / 2, x + 1, y + _LINE_MM / 2) for x, y in places]


def named_streets(
    lines: Mapping[str, Sequence[Floats]],
    needed: Mapping[str, Floats],
    taken: Sequence[Box],
    size: Size,
) -> list[Label]:
    """Return a name for each street, clear of the numbers; those that are needed first, and surely.

    Parameters
    ----------
    lines : mapping of str to sequence of array
        Of each street, its lines on the paper.
    needed : mapping of str to array
        Streets of the doors that are shown, with the places of those doors.
    taken : sequence of tuple
        Boxes of what is on the map.
    size : tuple of float
        Of the map.
    """
    by_key: dict[str, list[Floats]] = {}
    spelt: dict[str, str] = {}
    for name in sorted(lines):
        spelt.setdefault(street_key(name), name)
        by_key.setdefault(street_key(name), []).extend(lines[name])
    doors: dict[str, tuple[str, Floats]] = {}
    for name in sorted(needed):
        doors.setdefault(street_key(name), (name, needed[name]))
    keys = [*doors, *sorted(set(by_key) - set(doors))]
    # As the list spells it, where the file of streets has another spelling.
    names = [doors[key][0] if key in doors else spelt[key] for key in keys]
    pieces = _pieces([by_key.get(key, []) for key in keys], [_width(name) for name in names])
    boxes = list(taken)
    labels = []
    for nth, (key, name) in enumerate(zip(keys, names, strict=True)):
        label = _along(name, pieces[nth], boxes, size) if nth in pieces else None
        if label is None and key in doors:
            label = _beside(name, doors[key][1], boxes, size)
        if label is not None:
            labels.append(label)
            boxes += label.boxes
    return labels


class _Pieces(NamedTuple):
    """Places along a street where its name may stand: the middle, direction and bend of each."""

    middles: Floats
    turns: Floats
    angles: Floats
    bends: Floats


def _pieces(streets: Sequence[Sequence[Floats]], widths: Sequence[float]) -> dict[int, _Pieces]:
    """Return the pieces of each street, by its number, that are as long as its name is wide.

    Of all streets of a map at once: to ask each by itself took most of the time of a sheet.
    """
    lines, of_street = _joined(streets)
    needed = np.array(widths)[of_street]
    lengths = shapely.length(lines)
    longer = lengths >= needed
    lines, of_street, needed = lines[longer], of_street[longer], needed[longer, None]
    starts = _steps(lengths[longer, None] - needed, _STEPS)
    reached = starts[:, :, None] + _steps(needed, _PARTS)[:, None]
    points = shapely.line_interpolate_point(lines[:, None, None], reached)
    places = shapely.get_coordinates(points).reshape(-1, _PARTS, 2)
    chords = places[:, -1] - places[:, 0]
    # From -90 to 90 degrees: no name stands on its head.
    angles = (np.degrees(np.arctan2(chords[:, 1], chords[:, 0])) + 90) % 180 - 90
    turns = np.radians(angles)
    found = _Pieces(
        middles=(places[:, 0] + places[:, -1]) / 2,
        turns=np.column_stack([np.cos(turns), np.sin(turns)]),
        angles=angles,
        bends=_bends(places, chords),
    )
    numbers, first, count = np.unique(of_street, return_index=True, return_counts=True)
    spans = zip(first * _STEPS, (first + count) * _STEPS, strict=True)
    parts = (_Pieces(*(values[start:end] for values in found)) for start, end in spans)
    return dict(zip(numbers.tolist(), parts, strict=True))


def _steps(ends: Floats, number: int) -> Floats:
    """Return as many steps from 0 to each of some ends."""
    steps = np.arange(number) * (ends / (number - 1))
    steps[:, -1:] = ends
    return np.asarray(steps)


def _along(name: str, pieces: _Pieces, taken: Sequence[Box], size: Size) -> Label | None:
    """Return the name on the straightest and clearest piece of its street, if any is clear."""
    rooms = _rooms(name, pieces.middles, pieces.turns, taken, size) - pieces.bends / 2
    rooms[pieces.bends > _BEND_MM] = -np.inf
    at = int(np.argmax(rooms))
    if rooms[at] <= _LEAST_ROOM_MM:
        return None
    x, y = pieces.middles[at].tolist()
    return Label(name, round(x, 2), round(y, 2), round(float(pieces.angles[at]), 1))


def _beside(name: str, doors: Floats, taken: Sequence[Box], size: Size) -> Label:
    """Return the name level beside its doors: the nearest place that is clear, or the clearest."""
    half, height = _width(name) / 2 + 1, _LINE_MM / 2 + 0.5
    xs = np.linspace(half, max(half, size[0] - half), 40)
    ys = np.linspace(height, size[1] - height, max(4, int(size[1] / 2)))
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    away = np.hypot(*(places - doors.mean(axis=0)).T)
    rooms = np.full(len(places), -np.inf)
    # From the nearest on: most often one of the first is clear.
    for near in np.array_split(np.argsort(away, kind="stable"), _STEPS):
        rooms[near] = _rooms(name, places[near], np.tile([1.0, 0.0], (len(near), 1)), taken, size)
        clear = near[rooms[near] >= _LEAST_ROOM_MM]
        if len(clear):
            at = clear[0]
            break
    else:
        at = np.argmax(rooms)
    x, y = places[int(at)]
    return Label(name, round(float(x), 2), round(float(y), 2), beside=True)


def _width(name: str) -> float:
    return len(name) * _LETTER_MM


def _letters(name: str) -> Floats:
    """Return how far from its middle letters of a name stand, every second of them."""
    reach = _width(name) / 2
    return np.linspace(-reach, reach, max(3, len(name) // 2))


def _joined(streets: Sequence[Sequence[Floats]]) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """Return lines that go on where another of their street ends as one, and of which each is."""
    drawn = [(nth, points) for nth, lines in enumerate(streets) for points in lines]
    drawn = [(nth, points) for nth, points in drawn if len(points) > 1]
    if not drawn:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    which = np.repeat(np.arange(len(drawn)), [len(points) for _, points in drawn])
    points = np.concatenate([points for _, points in drawn])
    parts = np.asarray(shapely.linestrings(points, indices=which))
    numbers, nth = np.unique([nth for nth, _ in drawn], return_inverse=True)
    whole = shapely.line_merge(shapely.multilinestrings(parts, indices=nth))
    lines, of = shapely.get_parts(whole, return_index=True)
    return lines, numbers[of]


def _bends(pieces: Floats, chords: Floats) -> Floats:
    """Return how far each piece of a street leaves the straight line between its ends."""
    lengths = np.hypot(chords[:, 0], chords[:, 1])
    away = pieces - pieces[:, :1]
    across = np.abs(away[:, :, 0] * chords[:, None, 1] - away[:, :, 1] * chords[:, None, 0])
    # The ends of a ring may be one place.
    bends = across.max(axis=1) / np.maximum(lengths, 1e-9)
    return np.where(lengths > 1e-9, bends, np.inf)


def _rooms(name: str, middles: Floats, turns: Floats, taken: Sequence[Box], size: Size) -> Floats:
    """Return how far a name at each place would be from what is there, and from the frame."""
    boxes = np.array(taken, dtype=float).reshape(-1, 4)
    rooms = room_around(middles, turns, _letters(name), boxes, size, _ENOUGH_ROOM_MM)
    return rooms - _LINE_MM / 2
