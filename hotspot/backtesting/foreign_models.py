"""Ask models that are not of hotspot, and say what was asked where they cannot answer."""

from typing import Any

import numpy as np

from hotspot._errors import ConfigError, DataError, HotspotError
from hotspot._kernels.arrays import Floats
from hotspot.forecast.history import History
from hotspot.grid import Grid, as_surface

_ASKED = (
    "A model of your own has fit(incidents, as_of), which returns itself, and predict(grid, days), "
    "which returns grid.surface(...) of the incidents to expect in each cell; a model of "
    "scikit-learn needs a class around it that makes its table of numbers of these."
)


def fit_foreign(name: str, model: Any, history: History) -> Any:
    """Fit a model to what was known.

    Raises
    ------
    ConfigError
        If it cannot be, with what was asked of it; its own error is the cause.
    """
    try:
        return model.fit(history.incidents, history.as_of)
    except HotspotError:
        raise
    except Exception as error:
        raise ConfigError(_failed(name, "fit(incidents, as_of)", error)) from error


def risk_of_foreign(name: str, model: Any, grid: Grid, days: int) -> Floats:
    """Return what a model expects in the cells of a grid, array of its shape.

    Raises
    ------
    ConfigError
        If it cannot be asked, with what was asked of it; its own error is the cause.
    DataError
        If what it returns is no surface on these cells, or has a number below nought.
    """
    try:
        surface = model.predict(grid, days)
    except HotspotError:
        raise
    except Exception as error:
        raise ConfigError(_failed(name, "predict(grid, days)", error)) from error
    # As its coordinates have it: a raster begins in the north.
    surface = as_surface(surface, f"prediction of {name}")
    if Grid.of(surface) != grid:
        raise DataError(f"{name} predicts for other cells than those of the grid. {_ASKED}")
    risk = np.asarray(surface, dtype=float)
    if (risk < 0).any():
        raise DataError(f"{name} expects fewer than no incidents in {(risk < 0).sum():,} cells.")
    return risk


def _failed(name: str, call: str, error: Exception) -> str:
    return f"{name} cannot be tried: {call} ended with {type(error).__name__}: {error}. {_ASKED}"
