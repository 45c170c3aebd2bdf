"""``hotspot share amend`` and ``correct``: send what changed of a share, and apply what came."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hotspot
from hotspot.cli.option_values import moment
from hotspot.cli.options import (
    DONE,
    DRY_RUN,
    JSON,
    Value,
    absolute,
    add_command,
    add_layers,
    add_reading,
    add_values,
    burglaries_of,
    layers_of,
    print_answer,
)
from hotspot.cli.terminal import NOTHING_WRITTEN, print_notes

if TYPE_CHECKING:
    from hotspot.briefing.burglaries import Burglaries

TODAY = Value("DATE", "the day on which this is done (that of the clock)", kind=moment)


def add(kinds: Any) -> None:
    """Add the commands."""
    amend = add_command(
        kinds,
        "amend",
        _amend,
        "write a correction of a share that was sent: what changed, and what is to go",
        "Compare the crimes of a share with what is recorded now, and write those that changed and "
        "those that are to go to a folder for its recipient, who applies it (hotspot share "
        "correct). Apply it to your own copy, too: the next correction rests on it. What is on the "
        "stop list now is to go.",
        {"share": Value("FOLDER", "the share as it was sent, with its corrections applied")},
    )
    add_reading(amend)
    add_layers(amend)
    amend.add_argument(
        "--reason", required=True, metavar="WORDS", help="why: the recipient reads it"
    )
    amend.add_argument("--remove", nargs="+", default=[], metavar="REF", help="which are to go")
    add_values(
        amend,
        {
            "--folder": Value("FOLDER", "where to write: a new folder"),
            "--today": TODAY,
            "--json": JSON,
        },
    )
    add_command(
        kinds,
        "correct",
        _correct,
        "apply a correction that came to the share it is of",
        "Apply a correction to a share where it lies: crimes that changed are changed, and those "
        "that are to go are gone from it. Copies are yours to correct.",
        {
            "share": Value("FOLDER", "the share"),
            "correction": Value("FOLDER", "the correction, unpacked"),
            "--dry-run": DRY_RUN,
            "--today": TODAY,
            "--json": JSON,
        },
    )


def _amend(options: argparse.Namespace) -> int:
    from hotspot._errors import ConfigError
    from hotspot.english import count, some_of
    from hotspot.sharing import changed_crimes, read_manifest, write_correction

    folder = absolute(options.folder)
    if folder is None:
        raise ConfigError("Say where to write: --folder correction.")
    manifest = read_manifest(Path(options.share))
    with_series = any("series_id" in frame.order for frame in manifest.frames)
    burglaries = burglaries_of(options, layers_of(options), with_series=with_series)
    stopped = burglaries.open.stopped
    around = around_of(burglaries, manifest.level)
    more = {"exclude": stopped, "today": options.today, **around}
    changed, missing = changed_crimes(options.share, burglaries.known, **more)
    removed = [one for one in options.remove if one not in stopped]
    if left := [one for one in missing if one not in removed]:
        print_notes([
            f"{count(len(left), 'crime')} of the share {'is' if len(left) == 1 else 'are'} not "
            f"among those that were read ({some_of(left, 10)}): left as sent. Say with --remove "
            "which are to go."
        ])  # fmt: skip
    changed = changed[~changed["crime_ref"].isin(removed)]
    written = write_correction(
        options.share, changed, folder, options.reason, removed=removed, **more
    )
    return answer_share(options, written)


def around_of(burglaries: "Burglaries", level: str) -> dict[str, Any]:
    """Return the streets and the homes by which places are told at a level of detail."""
    from hotspot.geo import area_names

    if level == "full":
        return {}
    layers = burglaries.layers
    homes = layers.addresses
    if homes is not None and layers.areas is not None:
        homes = homes.assign(area=area_names(homes, layers.areas))
    return {"streets": layers.streets if level == "street" else None, "addresses": homes}


def _correct(options: argparse.Namespace) -> int:
    from hotspot.sharing import read_manifest

    share = hotspot.sharing.apply_correction(
        options.share, options.correction, dry_run=options.dry_run, today=options.today
    )
    if not options.dry_run:
        return answer_share(options, share)
    manifest = read_manifest(Path(options.correction))
    print_notes([NOTHING_WRITTEN])
    content = {"manifest": manifest.model_dump(mode="json"), "files": [], "dry_run": True}
    print_answer(options, content, manifest.summary())
    return DONE


def answer_share(options: argparse.Namespace, folder: Path) -> int:
    """Print what a share or a correction says of itself, and where it is."""
    from hotspot.sharing import read_manifest

    manifest = read_manifest(folder)
    files = [str(folder / file.name) for file in manifest.files]
    print_notes(line for line in manifest.handling if line.startswith("Nothing here is encrypted"))
    content = {"manifest": manifest.model_dump(mode="json"), "files": files}
    print_answer(options, content, manifest.summary(), *files)
    return DONE
