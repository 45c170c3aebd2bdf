"""The lists of cameras and of series as tables of their own, beside the page of a briefing."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hotspot.briefing.findings import Findings
from hotspot.briefing.inputs import Inputs
from hotspot.english import cut_off
from hotspot.output.files import safe_file_name
from hotspot.output.result_files import MadeOf, WrittenResult, write_results
from hotspot.output.tables import write_rejected

CAMERAS, SERIES = "cameras", "series"
_REJECTED = "cameras-rejected.csv"
# The page has the words, the map the places: what is missing is what can be sorted and ticked off.
_FORMATS = ("csv", "xlsx")


def write_result_folders(
    folder: Path, inputs: Inputs, findings: Findings, record: Mapping[str, Any]
) -> None:
    """Write which cameras to ask, the series and their leads, where a set-up asks for them.

    Parameters
    ----------
    folder : Path
        That of the briefing, under construction.
    inputs : Inputs
    findings : Findings
    record : mapping
        What run.json holds.
    """
    footage, series = findings.footage, findings.series
    # A table without a row would say where there is no camera.
    if footage is not None and not footage.table.empty:
        made = _made_of(inputs, record, ["incidents", "cameras"])
        _write(folder / CAMERAS, [WrittenResult(footage, CAMERAS, made, {})])
    if inputs.cameras is not None and not inputs.cameras.rejected.empty:
        (folder / CAMERAS).mkdir(exist_ok=True)
        rejected = inputs.cameras.rejected.assign(marking=inputs.config.output.marked)
        write_rejected(rejected, folder / CAMERAS / _REJECTED)
    if series is not None and len(series.shown.crimes):
        made = _made_of(inputs, record, ["incidents"])
        taken: list[str] = []
        results = [WrittenResult(series.shown, SERIES, made, {})]
        for name, leads in series.leads.items():
            taken.append(safe_file_name(f"leads {name}", taken))
            results.append(WrittenResult(leads, taken[-1], made, {}))
        _write(folder / SERIES, results)


def _write(folder: Path, results: Iterable[WrittenResult]) -> None:
    folder.mkdir(exist_ok=True)
    write_results(folder, results, _FORMATS)


def _made_of(inputs: Inputs, record: Mapping[str, Any], names: Iterable[str]) -> MadeOf:
    """Return marking, the files that went in, and what was counted."""
    went = {
        file["file"]: file["sha256"]
        for name, file in record["inputs"].items()
        if name.split(" ")[0] in names
    }
    counted = inputs.check.offences_sentence().removeprefix("Offences counted: ")
    basis = {"Offences counted": counted, "Cut-off": cut_off(inputs.last)}
    return MadeOf(inputs.config.output.marked, went, basis)
