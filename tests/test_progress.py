"""Where progress is shown: on a terminal and in a notebook, and nowhere else."""

import io
import sys
from types import ModuleType

import pytest

from hotspot.output.progress_bars import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal(), True), (io.StringIO(), False)])
def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)

    with progress_bar(2, "Permutations", delay_s=0.0) as bar:
        bar.update(2)

    assert ("Permutations: 100%" in stream.getvalue()) is shown
    assert bool(stream.getvalue()) is shown


def test_a_notebook_without_widgets_is_not_warned_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel.zmqshell", ModuleType("ipykernel.zmqshell"))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    for name in ("tqdm.autonotebook", "tqdm.notebook"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    # A warning is an error in tests.
    with progress_bar(1, "Backtest") as bar:
        bar.update(1)


def test_short_work_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := Terminal())

    with progress_bar(2, "Backtest", delay_s=3600.0) as bar:
        bar.update(2)

    assert "Backtest: " not in stream.getvalue()
