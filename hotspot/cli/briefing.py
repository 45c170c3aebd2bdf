"""``hotspot brief`` and ``hotspot cocoon``: everything for the teams, or the lists alone."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hotspot
from hotspot._errors import HotspotError
from hotspot.cli.faults import in_options, words_of
from hotspot.cli.option_values import whole
from hotspot.cli.options import (
    DONE,
    DRY_RUN,
    JSON,
    Value,
    add_command,
    add_layers,
    add_reading,
    add_values,
    layers_of,
    print_answer,
    print_json,
    print_lines,
    set_up_of,
)
from hotspot.cli.terminal import NOTHING_WRITTEN, print_notes, print_problem

if TYPE_CHECKING:
    from hotspot.briefing import BriefedSetUp


def add(commands: Any) -> None:
    """Add both commands."""
    output = {
        "--folder": Value(None, "where to write, instead of what the set-up says"),
        "--replace": Value(None, "replace a folder that was issued before", False),
        "--dry-run": DRY_RUN,
        "--json": JSON,
    }
    for name, run, words, description in (
        (
            "cocoon",
            _cocoon,
            "make only the lists of doors to knock on",
            "Make only the lists of doors to knock on; they need addresses.",
        ),
        (
            "brief",
            _brief,
            "make the whole briefing: page, map, lists",
            "Make the whole briefing: page, map, lists. Of bare files the set-up is guessed and "
            "written beside them as TOML, ready to edit. Of several set-ups each is briefed into "
            "its own folder; one that fails stops no other, and the exit status says so.",
        ),
    ):
        command = add_command(commands, name, run, words, description, {})
        add_reading(command)
        add_layers(command)
        jobs = {"--jobs": Value("N", "so many set-ups at a time (1)", kind=whole(1, 1000))}
        add_values(command, output if name == "cocoon" else {**output, **jobs})


def _cocoon(options: argparse.Namespace) -> int:
    from hotspot.briefing import issue_lists

    return _issue(issue_lists, options)


def _brief(options: argparse.Namespace) -> int:
    from hotspot._checks import given_path
    from hotspot.reading.sources import matches_of

    # The shell of Windows hands a pattern over as it was typed.
    named = [options.files] if isinstance(options.files, str) else options.files
    set_ups = [path for one in named if _is_set_up(one) for path in matches_of(given_path(one))]
    if len(set_ups) > 1 and all(map(_is_set_up, named)):
        return _brief_each(set_ups, options)
    return _issue(hotspot.brief, options)


def _is_set_up(file: str) -> bool:
    return file.lower().endswith(".toml")


def _brief_each(paths: list[Path], options: argparse.Namespace) -> int:
    """Brief several set-ups, and tell of each what became of it."""
    from hotspot.briefing import BriefedSetUp, brief_each

    if options.folder is not None:
        options.parser.error("--folder is of one set-up: several have folders of their own")
    outcomes: dict[Path, BriefedSetUp] = {}
    chosen = {}
    for path in dict.fromkeys(paths):
        alone = argparse.Namespace(**{**vars(options), "files": [str(path)]})
        try:
            chosen[path] = set_up_of(alone, layers_of(alone))
        except (HotspotError, OSError) as error:
            outcomes[path] = BriefedSetUp(str(path), error=error)
    with _processes(options.jobs) as executor:
        briefed = brief_each(
            list(chosen.values()), replace=options.replace, dry_run=options.dry_run,
            executor=executor,
        )  # fmt: skip
    outcomes.update(zip(chosen, briefed, strict=True))
    if options.dry_run:
        print_notes([NOTHING_WRITTEN])
    told = [_told(outcomes[path], options) for path in dict.fromkeys(paths)]
    if options.json:
        print_json([content for content, _ in told])
    else:
        done = sum(status == DONE for _, status in told)
        print_lines(f"{done} of {len(told)} set-ups briefed.")
    return max(status for _, status in told)


def _processes(jobs: int | None) -> Any:
    """Return a pool of so many processes, started anew as on every system; none for one."""
    if jobs is None or jobs == 1:
        return nullcontext()
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def _told(outcome: "BriefedSetUp", options: argparse.Namespace) -> tuple[dict[str, Any], int]:
    """Print what became of a set-up; returned is what a program reads of it, and its status."""
    name = Path(outcome.set_up).name
    if outcome.error is not None:
        words, status = words_of(outcome.error)
        told = in_options(words, options.parser)
        print_problem(told if told.startswith(f"{name}: ") else f"{name}: {told}")
        return {"set_up": outcome.set_up, "error": words, "status": status}, status
    notes = [*outcome.record["reading"]["notes"], *outcome.warnings]
    print_notes(f"{name}: {note}" for note in dict.fromkeys(notes))
    if not options.json:
        print_lines(f"{name}:", outcome.words, "")
    files = [str(path) for path in outcome.files]
    about = {"set_up": outcome.set_up, "folder": str(outcome.folder), "files": files}
    return {**about, **outcome.record, "dry_run": options.dry_run, "status": DONE}, DONE


def _issue(issue: Any, options: argparse.Namespace) -> int:
    chosen = set_up_of(options, layers_of(options))
    print_notes(chosen.notes)
    issued = issue(chosen, folder=options.folder, replace=options.replace, dry_run=options.dry_run)
    print_notes(issued.record["reading"]["notes"])
    files = [str(path) for path in issued.files]
    content = {"folder": str(issued.folder), "files": files, **issued.record}
    content["dry_run"] = options.dry_run
    if options.dry_run:
        print_notes([NOTHING_WRITTEN])
    print_answer(options, content, issued.summary())
    return DONE
