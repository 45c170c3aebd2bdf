"""``hotspot cameras``: which footage to ask for, what goes first, and what was asked already."""

import argparse
from typing import Any

from hotspot.cli.option_values import metres, moment, number, whole
from hotspot.cli.options import (
    Value,
    absolute,
    add_result_command,
    answer_each,
    burglaries_of,
)
from hotspot.cli.terminal import print_notes

_days = number(3650.0, "a number of days above 0 and up to 3,650")


def add(commands: Any) -> None:
    """Add the command."""
    add_result_command(
        commands,
        "cameras",
        _cameras,
        "which cameras to ask for a crime, those whose footage goes first first",
        "List the cameras of a register near burglaries: in view by the register or not, the "
        "footage wanted, and when it goes. Owners are read nowhere; cameras that were withdrawn "
        "are counted alone. With --asked it is kept in the ledger that a camera was asked, with "
        "--not-asked that it was not. The stop list is left out.",
        {
            "--cameras": Value("FILE", "the register: CSV, XLSX, OpenStreetMap (that of the "
                               "set-up)"),
            "--crime": Value("REF", "for these burglaries alone", []),
            "--days": Value("N", "else for those found in the last N days", 42, whole(1)),
            "--distance": Value("M", "how far from the burglary, in metres (100)", kind=metres),
            "--retention": Value("DAYS", "how long footage is kept where the register does not "
                                 "tell (not known)", kind=_days),
            "--ledger": Value("URL", "where it is kept who was asked (that of the set-up)"),
            "--asked": Value("CAMERA", "these were asked for the one --crime", []),
            "--not-asked": Value("CAMERA", "these were not: the request is withdrawn", []),
            "--at": Value("TIME", "when they were asked (now)", kind=moment),
            "--why": Value("REASON", "why a request is withdrawn, which is kept", ""),
            "--who": Value("NAME", "who asked, or says so (the name of the login)"),
        },
    )  # fmt: skip


def _cameras(options: argparse.Namespace) -> int:
    from hotspot.briefing.camera_products import find_cameras, one_crime, open_ledger, record_asked

    asked = {
        "path": absolute(options.cameras),
        "distance_m": options.distance,
        "retention_days": options.retention,
    }
    told = {name: value for name, value in asked.items() if value is not None}
    burglaries = burglaries_of(options, {"cameras": told} if told else None)
    writes = bool(options.asked or options.not_asked)
    refs = options.crime or None
    ledger = open_ledger(burglaries, options.ledger, needed=writes)
    try:
        products = find_cameras(burglaries, refs, options.days, ledger)
        print_notes(products.notes)
        if options.not_asked and ledger is not None:
            (crime,) = one_crime(options.crime)
            for camera in options.not_asked:
                done = ledger.correct_camera(
                    crime, camera, asked_at=options.at, why=options.why, who=options.who
                )
                print_notes([done.summary()])
        if options.asked and ledger is not None:
            words = record_asked(
                ledger, products, options.crime, options.asked, options.at, options.who
            )
            print_notes([words])
        if writes:
            # The list says so, too.
            products = find_cameras(burglaries, refs, options.days, ledger)
    finally:
        if ledger is not None:
            ledger.close()
    name = products.found.product
    return answer_each(
        {name: products.found}, options, burglaries, {name: products.files}, {name: products.inputs}
    )
