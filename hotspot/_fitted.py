"""The error of a model that was not fitted, which scikit-learn's tools know, too."""

from sklearn.exceptions import NotFittedError

from hotspot._errors import ConfigError


class ModelNotFittedError(ConfigError, NotFittedError):  # type: ignore[misc]
    """A model is asked for what only a fitted one can tell.

    Parameters
    ----------
    problems : str or iterable of str
        As of `ConfigError`.

    Examples
    --------
    >>> isinstance(not_fitted(dict()), NotFittedError)
    True
    """


def not_fitted(model: object) -> ModelNotFittedError:
    """Return the error to raise of a model that was not fitted."""
    return ModelNotFittedError(f"This {type(model).__name__} is not fitted yet: call fit first.")
