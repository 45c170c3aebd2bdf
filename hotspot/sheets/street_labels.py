"""Names of streets on the maps of a sheet: along the street where there is room, else beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
import numpy.typing as npt
import shapely

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
_STEPS = 25
# How many distances of letters from boxes are worked out in one go.
_MOST_AT_ONCE = 20_000


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
        return len(self.text) * _LETTER_MM

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
    boxes = list(taken)
    labels = []
    for key in [*doors, *sorted(set(by_key) - set(doors))]:
        # As the list spells it, where the file of streets has another spelling.
        name = doors[key][0] if key in doors else spelt[key]
        label = _along(name, by_key.get(key, []), boxes, size)
        if label is None and key in doors:
            label = _beside(name, doors[key][1], boxes, size)
        if label is not None:
            labels.append(label)
            boxes += label.boxes
    return labels


def _along(name: str, lines: Sequence[Floats], taken: Sequence[Box], size: Size) -> Label | None:
    """Return the name on the straightest and clearest piece of its street, if any is long."""
    needed = len(name) * _LETTER_MM
    best, best_room = None, _LEAST_ROOM_MM
    for line in _joined(lines):
        if line.length < needed:
            continue
        starts = np.linspace(0, line.length - needed, _STEPS)
        reached = starts[:, None] + np.linspace(0, needed, 9)
        pieces = shapely.get_coordinates(shapely.line_interpolate_point(line, reached.ravel()))
        pieces = pieces.reshape(_STEPS, 9, 2)
        chords = pieces[:, -1] - pieces[:, 0]
        middles = (pieces[:, 0] + pieces[:, -1]) / 2
        bends = _bends(pieces, chords)
        # From -90 to 90 degrees: no name stands on its head.
        angles = (np.degrees(np.arctan2(chords[:, 1], chords[:, 0])) + 90) % 180 - 90
        rooms = _rooms(name, middles, angles, taken, size) - bends / 2
        rooms[bends > _BEND_MM] = -np.inf
        at = int(np.argmax(rooms))
        if rooms[at] > best_room:
            (x, y), best_room = middles[at], float(rooms[at])
            best = Label(name, round(float(x), 2), round(float(y), 2), round(float(angles[at]), 1))
    return best


def _beside(name: str, doors: Floats, taken: Sequence[Box], size: Size) -> Label:
    """Return the name level beside its doors: the nearest place that is clear, or the clearest."""
    half, height = len(name) * _LETTER_MM / 2 + 1, _LINE_MM / 2 + 0.5
    xs = np.linspace(half, max(half, size[0] - half), 40)
    ys = np.linspace(height, size[1] - height, max(4, int(size[1] / 2)))
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    rooms = _rooms(name, places, np.zeros(len(places)), taken, size)
    away = np.hypot(*(places - doors.mean(axis=0)).T)
    clear = rooms >= _LEAST_ROOM_MM
    at = np.argmin(np.where(clear, away, np.inf)) if clear.any() else np.argmax(rooms)
    x, y = places[int(at)]
    return Label(name, round(float(x), 2), round(float(y), 2), beside=True)


def _letters(name: str) -> Floats:
    """Return how far from its middle letters of a name stand, every second of them."""
    reach = len(name) * _LETTER_MM / 2
    return np.linspace(-reach, reach, max(3, len(name) // 2))


def _joined(lines: Sequence[Floats]) -> list[shapely.LineString]:
    """Return lines that go on where another ends as one."""
    drawn = [points for points in lines if len(points) > 1]
    if not drawn:
        return []
    which = np.repeat(np.arange(len(drawn)), [len(points) for points in drawn])
    parts = np.asarray(shapely.linestrings(np.concatenate(drawn), indices=which))
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts))))


def _bends(pieces: Floats, chords: Floats) -> Floats:
    """Return how far each piece of a street leaves the straight line between its ends."""
    lengths = np.hypot(chords[:, 0], chords[:, 1])
    away = pieces - pieces[:, :1]
    across = np.abs(away[:, :, 0] * chords[:, None, 1] - away[:, :, 1] * chords[:, None, 0])
    # The ends of a ring may be one place.
    bends = across.max(axis=1) / np.maximum(lengths, 1e-9)
    return np.where(lengths > 1e-9, bends, np.inf)


def _rooms(name: str, middles: Floats, angles: Floats, taken: Sequence[Box], size: Size) -> Floats:
    """Return how far a name at each place would be from what is there, and from the frame."""
    turns, along = np.radians(angles)[:, None], _letters(name)
    letters = middles[:, None] + np.stack([np.cos(turns), np.sin(turns)], axis=-1) * along[:, None]
    edges = np.minimum(letters, np.array(size) - letters).min(axis=(1, 2))
    rooms = np.minimum(edges, _ENOUGH_ROOM_MM)
    # Farther than enough room none takes any: of the boxes of a page few are so near.
    low, high = letters.min(axis=(0, 1)), letters.max(axis=(0, 1))
    boxes = np.array(taken, dtype=float).reshape(-1, 4)
    near = (boxes[:, :2] < high + _ENOUGH_ROOM_MM) & (boxes[:, 2:] > low - _ENOUGH_ROOM_MM)
    boxes = boxes[near.all(axis=1)]
    together = max(1, _MOST_AT_ONCE // letters[:, :, 0].size)
    for start in range(0, len(boxes), together):
        left, top, right, bottom = boxes[start : start + together].T[:, :, None, None]
        wide = np.maximum(left - letters[:, :, 0], letters[:, :, 0] - right)
        far = np.maximum(top - letters[:, :, 1], letters[:, :, 1] - bottom)
        some = (wide < _ENOUGH_ROOM_MM) & (far < _ENOUGH_ROOM_MM)
        _, at, _ = np.nonzero(some)
        apart = np.hypot(np.maximum(wide[some], 0), np.maximum(far[some], 0))
        np.minimum.at(rooms, at, apart)
    return np.asarray(rooms - _LINE_MM / 2)
