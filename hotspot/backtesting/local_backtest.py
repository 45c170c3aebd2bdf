"""A backtest where and when the data of a force bear it, which can be broken off and resumed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from os import PathLike
from pathlib import Path

import geopandas as gpd

from hotspot._errors import OutputError
from hotspot.backtesting import backtest
from hotspot.backtesting.backtest_result import Backtest
from hotspot.backtesting.named_models import SHORT_NAMES, models_named
from hotspot.backtesting.setting import CELL_M, choose_setting


def local_backtest(
    incidents: gpd.GeoDataFrame,
    models: Sequence[str] = SHORT_NAMES,
    *,
    start: date | None = None,
    end: date | None = None,
    most_windows: int = 104,
    horizon_days: int = 7,
    cell_size_m: float = CELL_M,
    area_shares: Sequence[float] = (0.01, 0.05),
    within: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    checkpoint: Path | None = None,
) -> Backtest:
    """Backtest forecasts in the study area and the windows that the data bear.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` returns them.
    models : sequence of str
        Short names, as `models_named` takes them.
    start, end : date, optional
        First day of the first window, and the day by which the last has ended; not included.
    most_windows, horizon_days, cell_size_m, within
        As of `choose_setting`.
    area_shares, checkpoint
        As of `backtest`.

    Returns
    -------
    Backtest

    Raises
    ------
    DataError, ConfigError
        As `choose_setting` and `backtest` do.
    """
    setting = choose_setting(
        incidents,
        # A cut-off is a day that counts, an end one that does not.
        None if end is None else end - timedelta(days=1),
        most_windows=most_windows,
        horizon_days=horizon_days,
        cell_size_m=cell_size_m,
        start=start,
        within=within,
    )
    return backtest(
        models_named(models, cell_size_m=cell_size_m),
        setting.incidents,
        setting.grid,
        setting.start,
        setting.end,
        horizon_days=horizon_days,
        area_shares=area_shares,
        within=setting.inside,
        checkpoint=checkpoint,
    )


@contextmanager
def progress_in(folder: str | PathLike[str], *, resume: bool = False) -> Iterator[Path]:
    """Keep finished windows in a file of a folder until the block has ended well.

    Parameters
    ----------
    folder : path
        It is made where it is missing.
    resume : bool
        Whether to go on from a run that was broken off; else what it left is removed.

    Yields
    ------
    Path
        For ``backtest(checkpoint=)``. It stays where the block fails.

    Raises
    ------
    OutputError
        If the folder cannot be written to.
    """
    path = Path(folder) / ".backtest-progress.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not resume:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"Cannot write to {folder}: {error.strerror or error}.") from None
    try:
        yield path
        path.unlink(missing_ok=True)
    except BaseException:
        # Removed where it is empty: nothing was finished that could be gone on from.
        with suppress(OSError):
            path.parent.rmdir()
        raise
