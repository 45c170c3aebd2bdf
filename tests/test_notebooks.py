"""The notebooks run from top to bottom on the sample, and come to the numbers stored in them."""

import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_NUMBER = re.compile(r"-?\d[\d,]*\.?\d*(?:e[+-]?\d+)?")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.slow
# The kernel's own libraries warn of things that are no business of ours.
@pytest.mark.filterwarnings("default")
def test_a_notebook_comes_to_its_stored_numbers(path: Path):
    stored = nbformat.read(path, as_version=4)
    cells = [cell for cell in stored.cells if cell.cell_type == "code" and cell.outputs]
    assert cells, "a notebook is kept with its outputs, so that it reads well without running"
    fresh = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(fresh, timeout=300, resources=resources).execute()
    for place, (old, new) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        if old.cell_type == "code":
            expected, found = _numbers(old), _numbers(new)
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-9), f"cell {place}: run anew"


def test_a_number_that_changed_is_seen():
    def cell(text: str) -> Any:
        output = nbformat.v4.new_output("stream", text=text)
        return nbformat.v4.new_code_cell(outputs=[output])

    assert _numbers(cell("1,771 rows, 3.5 % of them")) == [1771.0, 3.5]
    assert _numbers(cell("1,771 rows")) != _numbers(cell("1,772 rows"))


def _numbers(cell: Any) -> list[float]:
    """Return the numbers that a cell printed, in order; pictures and HTML are left out."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            texts.append(output.text)
        elif output.output_type in ("execute_result", "display_data"):
            texts.append(output.data.get("text/plain", ""))
    # An object without a representation of its own stands there with its address.
    plain = re.sub(r"0x[0-9a-f]+", "", "\n".join(texts))
    return [float(number.replace(",", "")) for number in _NUMBER.findall(plain)]
