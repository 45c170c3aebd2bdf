"""``hotspot visits record``: results back in, and what of them is to be mended."""

import argparse
import json
from typing import TYPE_CHECKING, Any

from hotspot._errors import DataError, OutputError
from hotspot.cli.option_values import zone
from hotspot.cli.options import DONE, DRY_RUN, UNUSABLE, Value, print_json, print_lines
from hotspot.cli.terminal import print_problem
from hotspot.cli.visits_options import (
    add_visits_command,
    ledger_of,
    named_stop_list,
    set_up_of_ledger,
)

if TYPE_CHECKING:
    import pandas as pd

    from hotspot.visits import Recorded


def add(kinds: Any) -> None:
    """Add the command to those of ``hotspot visits``."""
    words = "take a returned sheet (XLSX, CSV or the phone sheet's JSON) into the ledger"
    source = Value(None, "where the rows come from (the name of the file)")
    words_of_zone = "times with a zone become this zone's (that of the set-up)"
    beside = "where rows go that were not recorded (SHEET - not recorded.csv beside each sheet)"
    values = {
        "--source": source,
        "--timezone": Value("ZONE", words_of_zone, kind=zone),
        "--rejected": Value("FILE", beside),
        "--dry-run": DRY_RUN,
    }
    record = add_visits_command(kinds, "record", _record, words, values, tells=True)
    record.epilog = (
        "Exit status: 0 every row could be used; 1 a row, a box that says neither yes nor no, or a "
        "sheet could not, and the rest is recorded."
    )
    record.add_argument("files", nargs="+", metavar="FILE", help="a returned sheet, or several")


def _record(options: argparse.Namespace) -> int:
    from hotspot._checks import given_path
    from hotspot.visits.unrecorded_rows import check_free, write_to_mend

    rejected = given_path(options.rejected) if options.rejected else None
    sheets: list[dict[str, Any]] = []
    unusable: list[str] = []
    to_mend: dict[str, pd.DataFrame] = {}
    timezone = options.timezone
    if timezone is None and (config := set_up_of_ledger(options)):
        timezone = config.incidents.timezone
    if rejected:
        check_free(rejected)
    stopped = named_stop_list(options)
    with ledger_of(options, must_exist=False) as ledger:
        for place, file in enumerate(options.files):
            try:
                recorded = ledger.record(file, options.source, timezone=timezone, exclude=stopped)
            except DataError as error:
                # The other sheets are taken all the same; every fault is told at the end.
                unusable += error.problems
                continue
            except OutputError as error:
                # A ledger that cannot be written to is none for the next sheet either.
                left = ", ".join(options.files[place:])
                unusable += [*error.problems, f"Not recorded: {left}."]
                break
            sheets.append(_as_json(file, recorded))
            if not recorded.complete and not options.dry_run:
                to_mend[file] = recorded.to_mend
            if not options.json:
                print_lines(recorded.summary())
        listless = bool(sheets) and ledger.started is None
    try:
        files = [str(path) for path in write_to_mend(to_mend, rejected)]
    except OutputError as error:
        files = []
        unusable += [*error.problems, "What was not recorded is told above: --rejected FILE."]
    if options.json:
        content = {"ledger": repr(ledger), "files": sheets, "unusable": unusable}
        print_json({**content, "rejected_files": files})
    elif files:
        print(f"To mend and record again: {', '.join(files)}.")
    for problem in unusable:
        print_problem(problem)
    if listless:
        print_problem(f"{ledger!r} holds no list: is it the one meant? See --config and --ledger.")
    complete = not any(sheet["rejected"] or sheet["unclear"] for sheet in sheets)
    return DONE if complete and not unusable else UNUSABLE


def _as_json(file: str, recorded: "Recorded") -> dict[str, Any]:
    """Return what became of a sheet as JSON can hold it."""
    return {
        "file": file,
        "rows_read": recorded.rows_read,
        "added": recorded.added,
        "repeated": recorded.repeated,
        "marked": recorded.marked,
        "not_done": recorded.not_done,
        "unknown": recorded.unknown,
        "rejected_rows": recorded.rejected_rows,
        "used": recorded.rows_read - recorded.rejected_rows,
        "rejected": recorded.rejected.astype(str).to_dict("records"),
        "unclear": recorded.unclear.astype(str).to_dict("records"),
        "flagged": recorded.flagged.astype(str).to_dict("records"),
        "notes": recorded.notes,
        "missing": json.loads(recorded.missing.to_json(orient="records", date_format="iso")),
    }
