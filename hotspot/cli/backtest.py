"""``hotspot backtest``: what would have foreseen last year's burglaries, and how sure that is."""

import argparse
from datetime import date
from typing import Any

import hotspot
from hotspot.cli.options import add_reading, add_result, answer, outline_of, reading

# As `backtesting.named_models` has them; written here so that --help needs no heavy library.
_MODELS = ("blend", "self-exciting", "promap", "rule", "zones")


def add(commands: Any) -> None:
    """Add the command."""
    backtest = commands.add_parser(
        "backtest",
        help="forecast the past and tell what works in this area: a page with table and curves",
        description=(
            "Forecast window after window of the past, each from what was known before it, and "
            "tell which forecast found most. Study area and windows are chosen by what the data "
            "bear where they are not given."
        ),
    )
    add_reading(backtest)
    backtest.add_argument(
        "--cell", type=float, default=250.0, metavar="M", help="side of a cell (250)"
    )
    backtest.add_argument(
        "--start", metavar="DATE", type=_day, help="first day of the first window"
    )
    backtest.add_argument(
        "--end",
        metavar="DATE",
        type=_day,
        help="day by which the last window has ended; not included",
    )
    backtest.add_argument(
        "--windows", type=int, default=104, metavar="N", help="at most so many windows (104)"
    )
    backtest.add_argument(
        "--horizon", type=int, default=7, metavar="DAYS", help="days in a window (7)"
    )
    backtest.add_argument(
        "--area-share",
        nargs="+",
        type=float,
        default=[0.01, 0.05],
        metavar="SHARE",
        help="shares of the area that are searched (0.01 0.05)",
    )
    backtest.add_argument(
        "--models",
        nargs="+",
        choices=_MODELS,
        default=list(_MODELS),
        metavar="NAME",
        help=f"what to try beside the baselines: {', '.join(_MODELS)} (all)",
    )
    backtest.add_argument(
        "--resume", action="store_true", help="go on with a run that was broken off"
    )
    add_result(backtest, "backtest")
    backtest.set_defaults(run=_backtest)


def _day(text: str) -> date:
    """Read a day as all read it alike: 03/04 is two days."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no day written year first, such as 2026-03-02"
        ) from None


def _backtest(options: argparse.Namespace) -> int:
    from hotspot.backtesting.local_backtest import local_backtest, progress_in

    outline = outline_of(options.within)
    incidents = hotspot.read_incidents(options.file, **reading(options, outline))
    with progress_in(options.folder, resume=options.resume) as checkpoint:
        result = local_backtest(
            incidents,
            options.models,
            start=options.start,
            end=options.end,
            most_windows=options.windows,
            horizon_days=options.horizon,
            cell_size_m=options.cell,
            area_shares=options.area_share,
            within=outline,
            checkpoint=checkpoint,
        )
        return answer(result, options)
