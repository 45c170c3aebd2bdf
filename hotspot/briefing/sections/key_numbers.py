"""The few numbers at the top of the page, which a reader looks for first."""

from collections.abc import Mapping

_LABELS = {
    "doors_to_visit": ("door to visit", "doors to visit"),
    "doors_overdue": ("door overdue", "doors overdue"),
    "burglaries_mapped": ("burglary mapped", "burglaries mapped"),
    "found_last_24_hours": ("found in 24 hours",) * 2,
    "found_last_7_days": ("found in 7 days",) * 2,
    "found_last_12_months": ("found in 12 months",) * 2,
    "repeat_addresses": ("repeat address", "repeat addresses"),
    "live_zones": ("live zone", "live zones"),
    "hotspots": ("hotspot", "hotspots"),
}


def key_numbers(headline: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the headline figures of a briefing as texts, each with what it counts."""
    return [
        (f"{headline[name]:,}", labels[headline[name] != 1])
        for name, labels in _LABELS.items()
        # That nothing is overdue is no number to look for.
        if name in headline and (headline[name] or name != "doors_overdue")
    ]
