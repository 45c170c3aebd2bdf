"""How every kernel is compiled: once for all runs where a folder can keep it, else once a run."""

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from numba import njit

from hotspot._kernels import NoCacheWarning

_NOT_KEPT = (
    "No folder was found in which compiled kernels can be kept, so every start compiles them anew "
    "and takes ten to thirty seconds longer. To keep them, let the variable NUMBA_CACHE_DIR name a "
    "folder that this account, and no other, may write to."
)


def compiled(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Return a function compiled for plain arrays, as a decorator with or without options.

    It releases the interpreter lock. What was compiled is kept beside the source, in the user's
    cache or where ``NUMBA_CACHE_DIR`` says. Where none of these can be written to (an account of
    a service, read-only folders), nothing is kept: a folder for all in the temporary one would
    run what another account had put there.

    Parameters
    ----------
    function : callable, optional
    **options
        Of `numba.njit`.

    Returns
    -------
    callable

    Warns
    -----
    NoCacheWarning
        If nothing is kept.
    """
    if function is None:
        return lambda function: compiled(function, **options)
    try:
        return njit(cache=True, nogil=True, **options)(function)
    except RuntimeError as error:
        # Numba has no error of its own for it.
        if "cannot cache" not in str(error):
            raise
    _tell_that_nothing_is_kept()
    return njit(nogil=True, **options)(function)


@cache
def _tell_that_nothing_is_kept() -> None:
    """Warn of it once, whatever filters of warnings are changed between two kernels."""
    warnings.warn(_NOT_KEPT, NoCacheWarning, stacklevel=3)
