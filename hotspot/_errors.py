"""Named errors and warnings, each a message for people.

An error may carry several problems at once: `HotspotError.problems` lists them, and the message
shows them all, so that a user mends a file in one go.
"""

import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def quoted(value: object, most: int = 60) -> str:
    """Return a value as a message repeats it: its beginning, where it is long.

    Examples
    --------
    >>> quoted("soon"), quoted("a" * 1_000_000, most=3)
    ("'soon'", "'aaa'... (1,000,000 letters)")
    """
    if isinstance(value, str):
        left = f"... ({len(value):,} letters)" if len(value) > most else ""
        return f"{value[:most]!r}{left}"
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, tables in tables
        return f"this {type(value).__name__}"
    return text if len(text) <= most else f"{text[:most]}..."


class HotspotError(Exception):
    """Something that the user can put right.

    Parameters
    ----------
    problems : str or iterable of str
        What is wrong, how much of it, where, and what to do: one sentence or several.

    Examples
    --------
    >>> error = HotspotError(["The file has no dates.", "The file has no coordinates."])
    >>> error.problems
    ['The file has no dates.', 'The file has no coordinates.']
    >>> print(error)
    2 problems:
    - The file has no dates.
    - The file has no coordinates.
    """

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        if len(self.problems) == 1:
            message = self.problems[0]
        else:
            lines = "".join(f"\n- {problem}" for problem in self.problems)
            message = f"{len(self.problems)} problems:{lines}"
        super().__init__(message)

    def __reduce__(self) -> tuple[type["HotspotError"], tuple[list[str]]]:
        return type(self), (self.problems,)

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the message first, below it where it was asked for."""
        steps = traceback.extract_tb(self.__traceback__)
        # A notebook's own steps come before the first line of the cell.
        cell = next((n for n, step in enumerate(steps) if "IPython" not in step.filename), 0)
        where = "".join(traceback.format_list(steps[cell:])).rstrip().splitlines()
        return [f"{type(self).__name__}: {self}", "", *where]


class DataError(HotspotError, ValueError):
    """The data cannot be used for what was asked.

    Parameters
    ----------
    problems : str or iterable of str
        As of `HotspotError`.
    """


class LayoutError(DataError):
    """The columns of a file are not all known.

    Parameters
    ----------
    problems : str or iterable of str
        As of `HotspotError`.
    mapped : mapping of str to sequence of str, optional
        The columns of the fields that were found.
    gaps : mapping of str to sequence of str, optional
        For each field that is missing the columns that may be it, none where nothing tells.
    """

    def __init__(
        self,
        problems: str | Iterable[str],
        mapped: Mapping[str, Sequence[str]] | None = None,
        gaps: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(problems)
        self.mapped = dict(mapped or {})
        self.gaps = dict(gaps or {})


class ConfigError(HotspotError, ValueError):
    """A setting is wrong, unknown or missing.

    Parameters
    ----------
    problems : str or iterable of str
        As of `HotspotError`.
    """


def not_fitted(model: str) -> ConfigError:
    """Return the error of a model that was not fitted, one that scikit-learn's tools know, too.

    Parameters
    ----------
    model : str
        What it is called.

    Returns
    -------
    ConfigError
        A `sklearn.exceptions.NotFittedError` besides.

    Examples
    --------
    >>> print(not_fitted("Blend"))
    This Blend is not fitted yet: call fit first.
    """
    # Here, for errors are loaded with everything, and scikit-learn is large.
    from sklearn.exceptions import NotFittedError

    class ModelNotFittedError(ConfigError, NotFittedError):  # type: ignore[misc]
        def __reduce__(self) -> Any:
            return not_fitted, (model,)

    return ModelNotFittedError(f"This {model} is not fitted yet: call fit first.")


class OutputError(HotspotError, OSError):
    """A result cannot be written where it was asked for.

    Parameters
    ----------
    problems : str or iterable of str
        As of `HotspotError`.
    """


class DataWarning(UserWarning):
    """The data can be used, but the user should know something about them."""
