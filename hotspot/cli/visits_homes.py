"""``hotspot visits`` of single homes: ``explain``, ``marks``, ``notes`` and ``subject``."""

import argparse
import json
from typing import Any

from hotspot._errors import ConfigError
from hotspot.cli.option_values import moment
from hotspot.cli.options import DONE, DRY_RUN, Value, add_values, print_answer
from hotspot.cli.visits_options import (
    MARKING,
    WHO,
    YES,
    add_visits_command,
    free_paths,
    ledger_of,
    marking_of_ledger,
    not_agreed,
    stop_list_of_ledger,
)

_HOME = "a UPRN, the id of a visit such as V-AB12CD34EF, or an address"


def add(kinds: Any) -> None:
    """Add the commands to those of ``hotspot visits``."""
    words = "why a door: its burglaries, distances, dates and the rule, as its list had them"
    explain = add_visits_command(kinds, "explain", _explain, words, {}, tells=True)
    explain.add_argument("home", metavar="HOME", help=_HOME)
    which = "the cut-off of the list to explain (the list that was last visited from)"
    add_values(explain, {"--list": Value("DATE", which, kind=moment)})
    words = "list the homes that want no contact, or lift the mark of one"
    lift = {
        "--lift": Value("HOME", f"the home whose mark is lifted: {_HOME}"),
        "--why": Value("TEXT", "who asked for it, and when: it is kept beside the mark"),
        "--lifted": Value(None, "also list marks that were lifted", False),
        "--dry-run": DRY_RUN,
        "--who": WHO,
    }
    add_visits_command(kinds, "marks", _marks, words, lift, tells=True)
    words = "hand over the notes for the officer in the case; acknowledged ones are deleted"
    notes = add_visits_command(kinds, "notes", _notes, words, {}, tells=True)
    notes.add_argument(
        "--acknowledge", nargs="+", metavar="NOTE", help="notes that are in the crime record now"
    )
    every = "all that wait, after they are shown and you are asked"
    add_values(
        notes,
        {
            "--acknowledge-all": Value(None, every, False),
            "--dry-run": DRY_RUN,
            "--folder": Value(None, "write them there, as page, table and workbook"),
            "--marking": MARKING,
            "--to": Value("NAME", "who gets them, for the log"),
            "--yes": YES,
            "--who": WHO,
        },
    )

    words = "all that is held of one home: export it, or erase it"
    subject = add_visits_command(kinds, "subject", _subject, words, {}, tells=True)
    by_crime = "; or the reference of a burglary, for the cameras that were asked for it"
    subject.add_argument("home", metavar="HOME", help=f"{_HOME}{by_crime}")
    keeps = "do-not-contact marks go too; else they stay, so that nobody calls again"
    add_values(
        subject,
        {
            "--erase": Value(None, "show it, ask, and delete it", False),
            "--dry-run": DRY_RUN,
            "--marks": Value(None, keeps, False),
            "--to": Value("NAME", "who gets it, for the log"),
            "--yes": YES,
            "--who": WHO,
        },
    )


def _explain(options: argparse.Namespace) -> int:
    with ledger_of(options) as ledger:
        stopped = stop_list_of_ledger(options, ledger)
        explanation = ledger.explain(options.home, options.list, exclude=stopped)
    print_answer(options, explanation.to_dict(), explanation.summary())
    return DONE


def _marks(options: argparse.Namespace) -> int:
    from hotspot.visits.marks import marks_in_words

    if options.lift and not options.why:
        raise ConfigError("--lift needs --why: who asked for it, and when.")
    with ledger_of(options) as ledger:
        stopped = stop_list_of_ledger(options, ledger)
        if options.lift:
            rows = ledger.lift_mark(options.lift, options.why, options.who, exclude=stopped)
        else:
            rows = ledger.marks(lifted=options.lifted, exclude=stopped)
    told = json.loads(rows.to_json(orient="records", date_format="iso"))
    print_answer(options, {"marks": told}, marks_in_words(rows))
    return DONE


def _notes(options: argparse.Namespace) -> int:
    from hotspot.output.own_files import own_files
    from hotspot.visits.officer_notes import FORMATS, OfficerNotes

    # What is shown or written is logged, which a dry run does not.
    if options.dry_run and (options.folder or not (options.acknowledge or options.acknowledge_all)):
        raise ConfigError("--dry-run tries --acknowledge or --acknowledge-all, without --folder.")
    paths = free_paths(options, OfficerNotes.product, FORMATS) if options.folder else []
    with ledger_of(options) as ledger:
        if options.acknowledge:
            gone = ledger.acknowledge_notes(options.acknowledge, options.who)
            print_answer(options, {"acknowledged": gone.refs}, gone.summary())
            return DONE
        notes = ledger.notes(options.to, exclude=stop_list_of_ledger(options, ledger))
        files: list[str] = []
        if options.folder:
            marking = marking_of_ledger(options)
            with own_files(paths):
                files = [str(path) for path in notes.write(options.folder, marking=marking)]
        content = {**notes.to_dict(), "files": files}
        if not options.acknowledge_all or notes.table.empty:
            print_answer(options, content, notes.summary(), *files)
            return DONE
        stays = not_agreed(options, content, notes.summary(), "Are they in the crime record?")
        if stays is not None:
            return stays
        gone = ledger.acknowledge_notes(notes.table["note_ref"], options.who)
    told = {} if options.dry_run else content
    print_answer(options, {**told, "acknowledged": gone.refs}, *files, gone.summary())
    return DONE


def _subject(options: argparse.Namespace) -> int:
    # What is shown of a home is logged, which a dry run does not: it tells what would go, no more.
    if options.dry_run and not options.erase:
        raise ConfigError("--dry-run tries --erase: name both.")
    with ledger_of(options) as ledger:
        stopped = stop_list_of_ledger(options, ledger)
        held = ledger.subject(options.home, options.to, exclude=stopped)
        if not options.erase:
            print_answer(options, held.to_dict(), held.summary())
            return DONE
        stays = not_agreed(options, held.to_dict(), held.summary(), "Erase it?")
        if stays is not None:
            return stays
        erased = ledger.erase(options.home, marks=options.marks, who=options.who)
    print_answer(options, erased.to_dict(), erased.summary())
    return DONE
