"""``hotspot impact``: whether an operation did what it was for, and what else could explain it."""

import argparse
from typing import TYPE_CHECKING, Any

from hotspot.cli.option_values import SEED, whole
from hotspot.cli.options import Value, add_result_command, answer_each, marking_of, set_up_of
from hotspot.cli.terminal import print_notes

if TYPE_CHECKING:
    from hotspot.briefing.operations import AssessedOperation
    from hotspot.output.page_parts import Writer

_PROPOSED = "matched-controls.gpkg"


def add(commands: Any) -> None:
    """Add the command."""
    add_result_command(
        commands,
        "impact",
        _impact,
        "assess operations: what each did against its control, and what else could explain it",
        "Evaluate the operations that stand under [[operations]] in a set-up: what was planned, "
        "what happened in treated places, their control and the ring around, what else could "
        "explain it, the cost, and a verdict in one sentence. Without a control none is given; "
        "places that could be one are proposed, not used. The stop list is left out.",
        {
            "--operation": Value("NAME", "which of them (all)", []),
            "--permutations": Value("N", "relabellings of places (999)", kind=whole(0, 10**6)),
            "--seed": Value("N", "seed of the relabellings (that of the set-up)", kind=SEED),
        },
    )


def _impact(options: argparse.Namespace) -> int:
    from hotspot.briefing.operations import assess_operations, chosen_operations

    chosen = set_up_of(options)
    # Before files are read: a bare file has no operation to evaluate.
    chosen_operations(chosen.config, options.operation)
    print_notes(chosen.notes)
    burglaries, done = assess_operations(
        chosen.config, options.operation, options.seed, options.permutations
    )
    print_notes(burglaries.notes)
    stems = _stems([one.name for one in chosen.config.operations])
    results = {stems[one.settings.name]: one.result for one in done}
    files = {stems[one.settings.name]: _proposal(one, marking_of(options, burglaries), stems)
             for one in done}  # fmt: skip
    inputs = {stems[one.settings.name]: one.inputs for one in done}
    return answer_each(results, options, burglaries, files, inputs)


def _stems(names: list[str]) -> dict[str, str]:
    """Return what the files of each operation are called: of the only one by the command."""
    from hotspot.output.files import safe_file_name

    if len(names) == 1:
        return {names[0]: "impact"}
    stems: dict[str, str] = {}
    for name in names:
        stems[name] = safe_file_name(f"impact {name}".replace(" ", "-"), stems.values())
    return stems


def _proposal(one: "AssessedOperation", marking: str, stems: dict[str, str]) -> "dict[str, Writer]":
    """Return the file of places that could be a control, where there is none."""
    from hotspot.output.gis_files import write_hotspots

    proposed = one.result.ground.proposed
    if proposed is None or proposed.table.empty:
        return {}
    name = _PROPOSED if len(stems) == 1 else f"{stems[one.settings.name]}-{_PROPOSED}"
    return {name: lambda path: write_hotspots(proposed.table, path, "matched controls", marking)}
