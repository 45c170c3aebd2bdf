"""Rolling origins: windows forecast by models that know only what came before each."""

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.base import clone

from hotspot import __version__
from hotspot._errors import DataError, OutputError
from hotspot._kernels.arrays import Bools, Floats, Ints
from hotspot._kernels.threads import cores
from hotspot.backtesting.foreign_models import fit_foreign, risk_of_foreign
from hotspot.backtesting.scoring import CURVE_SHARES, top_cells, top_sums
from hotspot.dates import event_days
from hotspot.executors import finished_pieces
from hotspot.forecast.base import Forecast
from hotspot.forecast.history import History
from hotspot.grid import Grid

# Of what lies how far back a map is compared with what it finds (recapture, after Levine 2008).
_YEAR_DAYS = 365


@dataclass(frozen=True)
class Plan:
    """What is forecast, and how it is scored.

    Attributes
    ----------
    models : mapping of str to model
        Not fitted.
    incidents : GeoDataFrame
        All of them; each window sees only what was known before it.
    grid : Grid
    inside : ndarray of bool, shape of the grid
        The study area.
    starts : ndarray of int64
        First day of each window, since 1970-01-01.
    horizon_days : int
        Length of a window.
    area_shares : tuple of float
        Shares of the study area that are searched.
    refit_days : int
        After how many days models learn anew.
    """

    models: Mapping[str, Any]
    incidents: gpd.GeoDataFrame
    grid: Grid
    inside: Bools
    starts: Ints
    horizon_days: int
    area_shares: tuple[float, ...]
    refit_days: int

    @property
    def cells(self) -> int:
        """How many cells are in the study area."""
        return int(self.inside.sum())

    @cached_property
    def numbers(self) -> Ints:
        """Numbers of cells at which hits are counted: those asked for, then those of curves."""
        return top_cells(self.cells, (*self.area_shares, *CURVE_SHARES))

    @property
    def refit_windows(self) -> int:
        """After how many windows models learn anew: whole ones, and never none."""
        return max(self.refit_days // self.horizon_days, 1)

    @cached_property
    def whole(self) -> History:
        """Everything, of which each window is only ever given what was known before it."""
        last = self.incidents["occurred_to"].max()
        if "recorded_at" in self.incidents.columns:
            last = max(last, self.incidents["recorded_at"].fillna(last).max())
        return History.known(self.incidents, last)

    @cached_property
    def day(self) -> Ints:
        """Day of each incident: that of the middle of its window."""
        return event_days(self.whole.incidents)

    @cached_property
    def cell(self) -> Ints:
        """Cell of each incident, -1 outside the grid."""
        return np.asarray(self.grid.cells_of(self.whole.incidents))

    def fingerprint(self) -> str:
        """Return a hash that changes with anything that could change a score."""
        mixed = hashlib.sha256()
        # Texts and marks are left out: no score turns on them, and hashing them takes longer.
        frame = self.incidents
        dates = [name for name in ("occurred_from", "occurred_to", "recorded_at") if name in frame]
        mixed.update(pd.util.hash_pandas_object(frame[dates]).to_numpy().tobytes())
        mixed.update(np.column_stack([frame.geometry.x, frame.geometry.y]).tobytes())
        mixed.update(self.inside.tobytes() + self.starts.tobytes() + self.numbers.tobytes())
        settings = {name: repr(model.get_params()) for name, model in self.models.items()}
        rest = [
            __version__,
            self.grid.bounds,
            self.grid.cell_size_m,
            self.horizon_days,
            self.refit_windows,
        ]
        mixed.update(json.dumps([settings, rest], sort_keys=True).encode())
        return mixed.hexdigest()


@dataclass(frozen=True)
class Score:
    """What one model's map of one window was worth.

    Attributes
    ----------
    window : int
        First day, since 1970-01-01.
    model : str
    hits : list of float
        Incidents of the window in each number of top cells.
    due : list of float
        Incidents expected in them.
    past : list of float
        Incidents of the year before in them.
    best : list of float
        Incidents that the best possible map would have put into them.
    events, past_events : float
        Incidents of the window, and of the year before, wherever they were.
    """

    window: int
    model: str
    hits: list[float]
    due: list[float]
    past: list[float]
    best: list[float]
    events: float
    past_events: float


class Checkpoint:
    """Scores on disk, a line each, so that a backtest that was broken off goes on from there.

    Parameters
    ----------
    path : Path or None
        None: nothing is written.
    fingerprint : str
        Scores of anything else are passed over.
    """

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        self.path, self.fingerprint = path, fingerprint
        self._lock = Lock()

    def read(self) -> list[Score]:
        """Read the scores kept; a line that was cut off, or is none of ours, is passed over."""
        if self.path is None or not self.path.exists():
            return []
        scores = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(record, dict) and record.pop("fingerprint", None) == self.fingerprint:
                scores.append(Score(**record))
        return scores

    def add(self, scores: list[Score]) -> None:
        """Append scores to the file."""
        if self.path is None:
            return
        lines = [json.dumps({"fingerprint": self.fingerprint, **asdict(s)}) for s in scores]
        try:
            with self._lock, self.path.open("a", encoding="utf-8") as file:
                # A line that was cut off must not swallow the next one.
                file.write("\n" + "\n".join(lines) + "\n")
        except OSError as error:
            raise OutputError(f"Cannot write {self.path}: {error.strerror or error}.") from None


def run(
    plan: Plan,
    checkpoint: Checkpoint,
    threads: int | None,
    step: Callable[[int], object],
    executor: Executor | None = None,
) -> list[Score]:
    """Score every model on every window, several blocks of windows at a time.

    A block begins where models learn anew, so blocks do not turn on each other and the answer is
    the same on any number of threads.

    Parameters
    ----------
    plan : Plan
    checkpoint : Checkpoint
        What it holds is not worked out again.
    threads : int, optional
        Default: the processors.
    step : callable
        Called with the number of scores of each finished window.
    executor : Executor, optional
        Runs the blocks, instead of threads.

    Returns
    -------
    list of Score
    """
    _ = plan.whole, plan.day, plan.cell  # worked out once, before the threads part
    done = {(score.window, score.model): score for score in checkpoint.read()}
    blocks = [
        plan.starts[first : first + plan.refit_windows]
        for first in range(0, len(plan.starts), plan.refit_windows)
    ]

    def work(block: Ints) -> list[Score]:
        return _block(plan, block, done, checkpoint.add, step)

    if executor is not None:
        return _on_executor(plan, blocks, done, checkpoint, step, executor)
    # Threads and not processes: the kernels release the interpreter's lock, and nothing is copied.
    with ThreadPoolExecutor(threads or cores()) as pool:
        return [score for scores in pool.map(work, blocks) for score in scores]


def _on_executor(
    plan: Plan,
    blocks: list[Ints],
    done: Mapping[tuple[int, str], Score],
    checkpoint: Checkpoint,
    step: Callable[[int], object],
    executor: Executor,
) -> list[Score]:
    """Score blocks wherever the executor has them scored; what is kept is written here."""
    pieces = []
    for block in blocks:
        known = {(day, name) for day in block.tolist() for name in plan.models} & done.keys()
        pieces.append((block, {key: done[key] for key in known}))
    if checkpoint.path is None:
        kept = "Nothing of them is kept: checkpoint=, a file, keeps what is done."
    else:
        kept = f"They are kept in {checkpoint.path}: with it only what is lost is scored again."
    scores: dict[int, list[Score]] = {}
    for at, scored in finished_pieces(_block_apart, plan, pieces, executor, "Backtest", kept=kept):
        checkpoint.add([score for score in scored if (score.window, score.model) not in done])
        step(len(scored))
        scores[at] = scored
    return [score for at in range(len(blocks)) for score in scores[at]]


def _block_apart(plan: Plan, block: Ints, done: Mapping[tuple[int, str], Score]) -> list[Score]:
    """Score a block where neither the checkpoint nor the progress is: in another process."""
    return _block(plan, block, done, _to_nobody, _to_nobody)


def _to_nobody(_: object) -> None:
    """Return nothing, whatever is told."""


def _block(
    plan: Plan,
    block: Ints,
    done: Mapping[tuple[int, str], Score],
    keep: Callable[[list[Score]], object],
    step: Callable[[int], object],
) -> list[Score]:
    """Score the windows between one learning and the next."""
    scores = []
    fitted: dict[str, Any] = {}
    for start in block.tolist():
        todo = [name for name in plan.models if (start, name) not in done]
        scores += [done[start, name] for name in plan.models if name not in todo]
        if todo:
            # From the block's first window even where its scores are on disk already: a run that
            # goes on must not learn later than one that was never broken off.
            unfitted = [name for name in todo if name not in fitted]
            if unfitted:
                learned_from = _known(plan, int(block[0]))
                fitted.update(
                    {name: _fit(name, plan.models[name], learned_from) for name in unfitted}
                )
            fresh = _window(plan, start, {name: fitted[name] for name in todo})
            keep(fresh)
            scores += fresh
        step(len(plan.models))
    return scores


def _known(plan: Plan, start: int) -> History:
    """Return what was known at the end of the day before a window."""
    return plan.whole.earlier(start - 1)


def _fit(name: str, model: Any, history: History) -> Any:
    """Fit a copy of a model to what was known; nothing else is handed over."""
    fresh = clone(model)
    if isinstance(fresh, Forecast):
        fresh._learn(history)
        return fresh
    return fit_foreign(name, fresh, history)


def _window(plan: Plan, start: int, models: Mapping[str, Any]) -> list[Score]:
    """Forecast and score one window."""
    history = _known(plan, start)
    # What happened counts whenever it was reported; of the year before only what was known.
    anytime = np.ones(len(plan.day), dtype=bool)
    seen, events = _counts(plan, anytime, start, start + plan.horizon_days)
    known = plan.whole.known_day < start
    past, past_events = _counts(plan, known, start - _YEAR_DAYS, start)
    # The best possible map is what happened itself.
    best = top_sums(seen, seen, plan.numbers)
    scores = []
    for name, model in models.items():
        if isinstance(model, Forecast):
            model._take(history)
            risk = model._in_cells(plan.grid, plan.horizon_days)
        else:
            fit_foreign(name, model, history)
            risk = risk_of_foreign(name, model, plan.grid, plan.horizon_days)
        risk = np.asarray(risk, dtype=float)[plan.inside]
        if not np.isfinite(risk).all():
            raise DataError(f"{name} has a risk that is no number in a cell of the study area.")
        hits, due, before = top_sums(risk, np.array([seen, risk, past]), plan.numbers)
        scores.append(
            Score(start, name, hits.tolist(), due.tolist(), before.tolist(), best.tolist(),
                  float(events), float(past_events))
        )  # fmt: skip
    return scores


def _counts(plan: Plan, among: Bools, first: int, stop: int) -> tuple[Floats, int]:
    """Count incidents of days in [first, stop) by cell of the study area, and in all."""
    chosen = among & (plan.day >= first) & (plan.day < stop)
    cell = plan.cell[chosen]
    size = plan.grid.nrows * plan.grid.ncols
    counts = np.bincount(cell[cell >= 0], minlength=size).astype(float)
    return counts[plan.inside.ravel()], int(chosen.sum())
