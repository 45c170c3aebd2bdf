"""The notebooks run from top to bottom on the sample."""

from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.slow
# The kernel's own libraries warn of things that are no business of ours.
@pytest.mark.filterwarnings("default")
def test_a_notebook_runs(path: Path):
    notebook = nbformat.read(path, as_version=4)
    told = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert told, "a notebook is kept with its outputs, so that it reads well without running"
    resources = {"metadata": {"path": str(path.parent)}}
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()
