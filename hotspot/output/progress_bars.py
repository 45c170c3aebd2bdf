"""Show how far long work has come: on a terminal or in a notebook, and nowhere else."""

import warnings
from typing import Any

from tqdm.std import tqdm


def progress_bar(
    total: int | None,
    what: str,
    *,
    delay_s: float = 1.0,
    leave: bool = True,
    bar_format: str | None = None,
) -> Any:
    """Return a progress bar, a context manager with the method ``update``.

    Parameters
    ----------
    total : int, optional
        How many steps there are, where that is known.
    what : str
        What is being done, before the bar.
    delay_s : float
        Seconds after which it is shown first: short work shows none.
    leave : bool
        Whether it stays when the work is done.
    bar_format : str, optional
        As tqdm takes it.

    Returns
    -------
    tqdm.tqdm
        In a notebook one of its widgets, if ipywidgets is installed; else text on a terminal, and
        nothing where the output goes to a file or a pipe.
    """
    with warnings.catch_warnings():
        # It warns that it chooses by itself, and where ipywidgets is absent: we do without it.
        # It is what `tqdm.auto` takes, which would load asyncio besides.
        warnings.simplefilter("ignore")
        from tqdm.autonotebook import tqdm as bar
    made: tqdm[Any] = bar(
        total=total, desc=what, delay=delay_s, leave=leave, bar_format=bar_format,
        disable=None, unit="" if total is None else "it",
    )  # fmt: skip
    return made
