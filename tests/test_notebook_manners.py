"""What a notebook shows: of a result its words, of an error the sentence first."""

import ast
import inspect
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell

import hotspot as hs
from hotspot._errors import DataError
from hotspot.output.results import Shown
from tests.conftest import ROOT
from tests.small_town import usual, write_burglaries


class Found(Shown):
    def summary(self) -> str:
        return "Two <b>\nthree"


def _rooms() -> list[ModuleType]:
    return [room for name in dir(hs) if inspect.ismodule(room := getattr(hs, name, None))]


def test_every_public_result_that_has_words_is_shown_by_them() -> None:
    results = {
        value
        for room in _rooms()
        for name in getattr(room, "__all__", ())
        if inspect.isclass(value := getattr(room, name)) and hasattr(value, "summary")
    }
    assert len(results) > 40
    assert [one.__qualname__ for one in results if not hasattr(one, "_repr_html_")] == []


def test_words_are_no_markup() -> None:
    assert Found()._repr_html_() == "<p>Two &lt;b&gt;</p><p>three</p>"


def test_an_error_in_a_notebook_begins_with_the_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = InteractiveShell()
    code = "import hotspot as hs\ndef asked():\n    hs.read_incidents('nowhere.csv')\nasked()"

    result = shell.run_cell(code)

    assert isinstance(result.error_in_exec, DataError)
    printed = capsys.readouterr().out
    told = [line for line in printed.splitlines() if line.strip()]
    assert told[0] == f"DataError: {result.error_in_exec}"
    assert "nowhere.csv" in told[0]
    assert "IPython" not in printed.split("hotspot")[0]
    assert "asked()" in printed
    # One traceback: what Python met within is no news to whoever reads the sentence.
    assert "During handling" not in printed
    assert "direct cause" not in printed


def test_no_error_of_ours_drags_another_behind_it() -> None:
    # A model that is not ours keeps its own error, by which its maker mends it.
    allowed = {Path("backtesting") / "foreign_models.py"}
    chained = [
        f"{path.name}:{node.lineno}"
        for path in sorted((ROOT / "hotspot").rglob("*.py"))
        if path.relative_to(ROOT / "hotspot") not in allowed
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.cause, ast.Name)
    ]
    assert chained == []


def test_explore_of_a_frame_is_shown_without_a_network(tmp_path: Path) -> None:
    pytest.importorskip("mapclassify", reason="explore() of geopandas asks for mapclassify")
    frame = hs.read_incidents(write_burglaries(tmp_path / "b.csv", usual()), crs="EPSG:27700")
    shown = hs.maps.OfflineMap(tiles=None)

    frame.explore(m=shown, column="crime_ref", legend=False)

    page = shown._repr_html_()
    assert frame["crime_ref"].iloc[0] in page
    assert "cdn" not in page
    saved = hs.save_map(shown, tmp_path / "map.html").read_text(encoding="utf-8")
    assert 'src="http' not in saved
