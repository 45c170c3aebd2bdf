"""What a user sees while a briefing is made: its stages on a terminal, and warnings at the end."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from hotspot._errors import DataWarning
from hotspot.output.progress_bars import progress_bar


@contextmanager
def stages(number: int) -> Iterator[Callable[[str], None]]:
    """Show on a terminal, and only there, which of the stages is under way."""
    shown = "{desc} [{n}/{total}]"
    with progress_bar(number, "", delay_s=0.0, leave=False, bar_format=shown) as bar:

        def begin(name: str) -> None:
            bar.set_description_str(name, refresh=False)
            bar.n += 1
            bar.refresh()

        yield begin


@contextmanager
def data_warnings() -> Iterator[Callable[[], list[str]]]:
    """Collect what the user is to know of the data, each thing once; the rest goes its way."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DataWarning)

        def collected() -> list[str]:
            ours = [item for item in caught if issubclass(item.category, DataWarning)]
            return list(dict.fromkeys(str(item.message) for item in ours))

        yield collected
    for item in caught:
        if not issubclass(item.category, DataWarning):
            warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)


def warn_of_data(texts: Iterable[str], stacklevel: int = 3) -> None:
    """Warn of each thing, at the line that called who calls this."""
    for text in texts:
        warnings.warn(text, DataWarning, stacklevel=stacklevel)
