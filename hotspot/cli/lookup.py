"""``hotspot lookup``: what is known of a home, for the person who takes the call."""

import argparse
from typing import Any

import hotspot
from hotspot.cli.options import (
    DONE,
    JSON,
    Value,
    add_command,
    add_layers,
    add_reading,
    add_values,
    burglaries_of,
    layers_of,
    print_answer,
)


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(
        commands,
        "lookup",
        _lookup,
        "what is known of an address, UPRN or postcode: burglaries here and within the rule",
        "Say which burglaries of the past 12 months were of a home and within the rule around it, "
        "and up to which date that is known. What is on the stop list is not told: ask the "
        "supervisor. A ledger that the set-up names logs that somebody looked, never what for.",
        {},
    )
    command.add_argument("home", metavar="HOME", help="an address, a UPRN or a postcode")
    add_reading(command)
    add_layers(command)
    who = Value("NAME", "who asks, for the log of the ledger (the name of the login)")
    add_values(command, {"--who": who, "--json": JSON})


def _lookup(options: argparse.Namespace) -> int:
    burglaries = burglaries_of(options, layers_of(options))
    addresses = burglaries.layers.addresses
    found = hotspot.look_up(
        burglaries.every,
        options.home,
        burglaries.config.as_of,
        addresses=addresses,
        exclude=burglaries.open.stopped,
        exclude_may_match_nothing=True,
        distance_m=burglaries.config.rule.distance_m,
        window_days=burglaries.config.rule.window_days,
    )
    # Answered first: somebody is on the line, whatever becomes of the log.
    print_answer(options, found.to_dict(), found.summary())
    _log(burglaries.config.cocooning.ledger, options.who)
    return DONE


def _log(url: "str | None", who: str | None) -> None:
    """Write into the log of the ledger, where there is one, that somebody looked something up."""
    if url is not None:
        from hotspot.visits import VisitLedger

        with VisitLedger(url) as ledger:
            ledger.log_access("look-up", who)
