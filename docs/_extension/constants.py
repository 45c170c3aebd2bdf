"""Numbers of the pages on method, as the package holds them."""

from importlib import import_module

# By the name that a page calls it: module and name, the first key or attributes after a dot.
_HELD = {
    "widest_block_m": ("knox.blocks", "_WIDEST_BLOCK_M"),
    "narrowest_block_m": ("knox.blocks", "_NARROWEST_BLOCK_M"),
    "enough_blocks": ("knox.blocks", "_ENOUGH_BLOCKS"),
    "bandwidth_candidates": ("density.bandwidth_selection", "_CANDIDATES"),
    "even_share": ("backtesting.bandwidth_choice", "_EVEN"),
    "level_prior": ("forecast.level", "_PRIOR"),
    "level_memory": ("forecast.level", "_MEMORY_DAYS"),
    "season_days": ("forecast.level", "_SEASON_FROM_DAYS"),
    "square_m": ("forecast.near_repeat_risk", "_SQUARE_M"),
    "fewest_windows": ("backtesting.scoring", "FEWEST_WINDOWS"),
    "enough_pairs": ("density.dispersion", "_ENOUGH_PAIRS"),
    "few": ("trends.two_counts", "FEW"),
    "byar_from": ("trends.rate_intervals", "_BYAR_FROM"),
    "pulled_in": ("trends.funnel_limits", "_PULLED_IN"),
    "range_limit": ("trends.chart_limits", "_RANGE_LIMIT"),
    "run": ("trends.chart_limits", "RUN"),
    "charts": ("trends.chart_false_alarms", "_CHARTS"),
    "power_draws": ("impact.detectable_falls", "_DRAWS"),
    "next_within_m": ("_kernels.cocooning", "NEXT_WITHIN_M"),
    "opposite_within_m": ("_kernels.cocooning", "OPPOSITE_WITHIN_M"),
    "behind_within_m": ("_kernels.cocooning", "BEHIND_WITHIN_M"),
    "ahead_days": ("cocooning.ranking", "AHEAD_DAYS"),
    "around_m": ("cocooning.ranking", "_AROUND_M"),
    "raised_by": ("cocooning.ranking", "_RAISED"),
    "step_m": ("cocooning.ranking", "_STEP_M"),
    "steady": ("series.bayes_factors", "_STEADY"),
    "prior_burglaries": ("patrol.busiest_hours", "PRIOR_BURGLARIES"),
    "left_over": ("patrol.public_hours", "_LEFT_OVER"),
    "fewest_waves": ("worth.intervals", "_FEWEST_WAVES"),
    "fewest_homes": ("addresses.distinct_homes", "FEWEST_HOMES"),
}
# Of functions that have them as defaults.
_DEFAULTS = {
    "raised": ("knox.calibrate", "calibrate_rule", "raised"),
    "street_m": ("density.streets", "street_hotspots", "distance_m"),
    "smallest": ("maps.public", "public_map", "smallest"),
}


def numbers() -> dict[str, str]:
    """Return each number as it is printed, by the name that pages call it."""
    from inspect import signature

    from hotspot._kernels.density import KERNELS
    from hotspot.cameras.kept_footage import MARGIN
    from hotspot.cocooning import PRESETS
    from hotspot.demo import Process
    from hotspot.impact.matched_places import _AS_BAD
    from hotspot.series import LinkageModel
    from hotspot.series.bayes_factors import _PRIOR_STEP
    from hotspot.trends.comparison import compare

    def of(module: str, name: str) -> object:
        return getattr(import_module(f"hotspot.{module}"), name)

    found = {name: of(*held) for name, held in _HELD.items()}
    found |= {
        name: signature(of(module, function)).parameters[parameter].default
        for name, (module, function, parameter) in _DEFAULTS.items()
    }
    found["as_bad"] = 100 * _AS_BAD
    found["band"] = 100 * signature(compare).parameters["band"].default
    found["margin_min"] = MARGIN.total_seconds() / 60
    found["shrinkage"] = LinkageModel().shrinkage
    found["prior_m"], found["prior_days"] = _PRIOR_STEP["distance"], _PRIOR_STEP["days"]
    fields = ("offspring", "mean_days", "scale_m", "reach_m")
    found |= {f"near_{one}": getattr(Process(), f"near_{one}") for one in fields}
    found |= {f"repeat_{one}": getattr(Process(), f"repeat_{one}") for one in fields[:2]}
    found["quartic_radius"] = KERNELS["quartic"].equivalent_radius
    reach = PRESETS["standard"].reach
    found |= {name: getattr(reach, name) for name in ("each_side", "opposite", "behind")}
    for name in ("standard", "trafford", "swordfish", "us-rct"):
        preset, said = PRESETS[name], name.replace("-", "_")
        found |= {f"{said}_m": preset.distance_m, f"{said}_days": preset.visit_days}
    found["swordfish_each"] = PRESETS["swordfish"].reach.each_side
    found["us_rct_hours"] = PRESETS["us-rct"].act_within_hours[0]
    return {name: f"{number:,.10g}" for name, number in found.items()}
