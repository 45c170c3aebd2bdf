"""Shares and days as people write them."""

import pandas as pd


def percent(share: float) -> str:
    """Write a share in whole per cent.

    Examples
    --------
    >>> percent(0.123)
    '12 %'
    """
    return f"{100 * share:.0f} %"


def day_words(day: pd.Timestamp) -> str:
    """Write a day of any year.

    Examples
    --------
    >>> day_words(pd.Timestamp("2026-03-02"))
    '2 March 2026'
    """
    return f"{day.day} {day.month_name()} {day.year}"
