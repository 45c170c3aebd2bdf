"""What a set-up asks of its lists: the same for those of today and those replayed."""

from hotspot.briefing.inputs import Inputs
from hotspot.cocooning.ranking import Forecaster
from hotspot.cocooning.settings import ListOptions, ListSettings, read_settings


def list_options(inputs: Inputs, model: Forecaster | None = None) -> ListOptions:
    """Return the keywords of `cocooning_lists` that a set-up means.

    What a preset sets is left to it, unless the set-up or a local rule says otherwise.
    """
    rule, visits = inputs.config.rule, inputs.config.cocooning
    free = set() if visits.preset is None else {"distance_m", "window_days"} - rule.model_fields_set
    return {
        "preset": visits.preset,
        "visit_days": visits.visit_days,
        "revisit_days": visits.revisit_days,
        "refusal_days": visits.refusal_days,
        "distance_m": None if "distance_m" in free else rule.distance_m,
        "window_days": None if "window_days" in free else rule.window_days,
        "model": model,
        "tiers": visits.tiers,
        "waking_hours": visits.waking_hours,
        # Homes, and what the ledger still has: the burglaries themselves are not among the data.
        "exclude": inputs.stopped,
        "exclude_may_match_nothing": True,
    }


def list_settings(inputs: Inputs) -> ListSettings:
    """Return the settings of the lists of a set-up, completed by its preset."""
    max_visits = inputs.config.cocooning.max_visits
    return read_settings(inputs.as_of, max_visits, list_options(inputs))[0]
