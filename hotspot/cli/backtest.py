"""``hotspot backtest``: what would have foreseen last year's burglaries, and how sure that is."""

import argparse
from typing import Any

from hotspot.cli.option_values import day, metres, share, whole
from hotspot.cli.options import Value, add_result_command, answer, burglaries_of

# As `backtesting.named_models` has them; written here so that --help needs no heavy library.
_MODELS = ("blend", "self-exciting", "promap", "rule", "zones", "added")


def add(commands: Any) -> None:
    """Add the command."""
    tried = f"what to try beside the baselines: {', '.join(_MODELS)} (all)"
    until = "day by which the last window has ended; not included"
    add_result_command(
        commands,
        "backtest",
        _backtest,
        "forecast the past and tell what works in this area: a page with table and curves",
        "Forecast window after window of the past, each from what was known before it, and "
        "tell which forecast found most. Study area and windows are chosen by what the data "
        "bear where they are not given.",
        {
            "--cell": Value("M", "side of a cell", 250.0, metres),
            "--start": Value("DATE", "first day of the first window", kind=day),
            "--end": Value("DATE", until, kind=day),
            "--windows": Value("N", "at most so many windows", 104, whole(1)),
            "--horizon": Value("DAYS", "days in a window", 7, whole(1, 36_500)),
            "--area-share": Value(
                "SHARE", "shares of the area that are searched", [0.01, 0.05], share
            ),
            "--models": Value("NAME", tried, list(_MODELS), choices=_MODELS),
            "--resume": Value(None, "go on with a run that was broken off", False),
        },
    )


def _backtest(options: argparse.Namespace) -> int:
    from hotspot.backtesting.local_backtest import local_backtest, progress_in

    burglaries = burglaries_of(options)
    with progress_in(options.folder, resume=options.resume) as checkpoint:
        result = local_backtest(
            burglaries.known,
            options.models,
            start=options.start,
            end=options.end,
            most_windows=options.windows,
            horizon_days=options.horizon,
            cell_size_m=options.cell,
            area_shares=options.area_share,
            within=burglaries.outline,
            checkpoint=checkpoint,
        )
        return answer(result, options, burglaries)
