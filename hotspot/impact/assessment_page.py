"""The page of an operation: objective, scan, analysis, response and assessment on two sides."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspot.english import count, percent, plain_day, some_of
from hotspot.impact.operation_effect import NONE
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.output.page_parts import Cell, PageSection, PageTable, ResultPage

if TYPE_CHECKING:
    from hotspot.impact.operation_assessment import OperationAssessment

_LIMITS = (
    "It counts recorded burglaries: what is not reported, or recorded late, is in no number.",
    "A difference from the control says that something was different there, not that the operation "
    "was it. An effect that cannot be seen is not shown to be none.",
    PLACES_NOT_PEOPLE,
)
_PICTURE = (
    "Left: burglaries in the treated places over time, and as many as the control leads one to "
    "expect. Right: treated places, control places and the ring around. Below: the rate ratio, "
    "beside other choices and operations that never were. The tables hold the figures."
)
#: Of a measure its name on the page, and what it is.
_MEASURES = {
    "rate ratio": ("Rate ratio", "change of the treated places over that of the control; 1 is no "
                   "difference"),
    "prevented": ("Burglaries prevented", "against what the control leads one to expect"),
    "WDD": ("Weighted displacement difference", "burglaries a year, ring and all; below 0 is "
            "fewer"),
    "WDD by area": ("The same by area", "of ground as large as the treated"),
    "WDD by harm": ("The same by harm", "in the units of the weights"),
    "WDQ": ("Weighted displacement quotient", "where the treated fell: below 0 some moved to the "
            "ring, above 0 the ring gained too"),
    "total net effect": ("Total net effect", "burglaries prevented in treated places and ring"),
    "break-even": ("Break-even", "burglaries to be prevented for the cost"),
    "benefit-cost ratio": ("Benefit over cost", "1 is break-even"),
}  # fmt: skip
_GROUND = {
    "displacement": "Ring around treated", "displacement control": "Ring around control",
}  # fmt: skip
_SETTINGS = {
    "displacement_m": "Ring, m", "p_value": "p-value by", "chosen_on": "Ground chosen by",
}  # fmt: skip
_MOST_PLACES, _MOST_CHOICES, _SHORT_NAME = 8, 5, 24


def assessment_page(result: "OperationAssessment") -> ResultPage:
    """Return what the page of an operation says.

    Parameters
    ----------
    result : OperationAssessment

    Returns
    -------
    ResultPage
    """
    effect = result.effect
    after = _days(effect.settings["after"])
    return ResultPage(
        title=f"{result.words.name}: did it work?",
        scope=f"Burglaries of {after} held against those of {_days(effect.settings['before'])}.",
        sentences=[result.verdict],
        picture_text=_PICTURE,
        limits=_LIMITS,
        keys=_keys(result),
        first=[PageSection("What else could explain it", points=result.cautions)],
        sections=[
            _objective(result), _scan(result), _analysis(result), _response(result),
            *_assessment(result),
        ],
        settings=[(_label(name), _setting(value)) for name, value in effect.settings.items()
                  if value not in (None, [], {})],
        as_of=pd.Timestamp(effect.settings["after"][1]),
        csv_columns={
            "operation": result.words.name, "verdict": result.verdict,
            "what_else_could_explain_it": " ".join(result.cautions),
            "before": " to ".join(effect.settings["before"]),
            "after": " to ".join(effect.settings["after"]),
        },
        close=True,
    )  # fmt: skip


def _keys(result: "OperationAssessment") -> list[tuple[str, str]]:
    """Return the numbers that are read first; none where no verdict is given."""
    effect = result.effect
    treated = effect.counts.iloc[0]
    span = _span_words(effect.settings)
    keys = [(f"{treated['before']:,} to {treated['after']:,}", f"treated, {span}")]
    control = effect.counts[effect.counts["kind"] == "control"]
    if effect.settings["controls"] and len(control):
        row = control.iloc[0]
        keys.append((f"{row['before']:,} to {row['after']:,}", f"control, {span}"))
    if effect.finding == NONE:
        return keys
    low, high = (effect.value("rate ratio", end) for end in ("low", "high"))
    keys.append((f"{effect.value('rate ratio'):.2f}", f"rate ratio ({low:.2f} to {high:.2f})"))
    ends = (effect.value("prevented", end) for end in ("low", "high"))
    told = " to ".join(f"{end:,.0f}" for end in ends)
    keys.append((f"{effect.value('prevented'):,.0f}", f"prevented ({told})"))
    return keys


def _span_words(settings: Mapping[str, Any]) -> str:
    """Return what is held against what, with the lengths where they differ by more than a day."""
    before, after = (
        (pd.Timestamp(last) - pd.Timestamp(first)).days + 1
        for first, last in (settings["before"], settings["after"])
    )
    if abs(before - after) <= 1:
        return "before to after"
    return f"{before:,} days before to {after:,} days after"


def _objective(result: "OperationAssessment") -> PageSection:
    words, plan = result.words, result.plan
    sentences = [words.objective or "No objective was given."]
    if words.success:
        sentences.append(
            f"It was to be called a success by this measure: {words.success.strip(' .')}."
        )
    if plan is None:
        note = (
            "No plan was fixed before the start: objective, measure, ground and dates may have "
            "been chosen by what was seen."
        )
    else:
        changed = "Nothing was changed since" if not result.changes else (
            f"{count(len(result.changes), 'thing was', 'things were')} changed since, told above"
        )  # fmt: skip
        note = (
            f"Plan of {plain_day(plan.made)}, to be reviewed on {plain_day(plan.review)}. "
            f"{changed}. Fingerprint {plan.fingerprint[:16]}: it proves that the plan is as it was "
            "only where somebody else has had it since before the start."
        )
    return PageSection("Objective", _ended(sentences), note=note)


def _scan(result: "OperationAssessment") -> PageSection:
    treated = result.effect.counts.iloc[0]
    sentences = [
        f"{count(int(treated['before']), 'burglary', 'burglaries')} in "
        f"{count(int(treated['places']), 'place')} of {_km2(treated['km2'])} in all, "
        f"{treated['per_year_before']:,.0f} a year, "
        f"{_days(result.effect.settings['before'])}."
    ]
    own = [result.words.scan] if result.words.scan else []
    return PageSection("Scan", _ended([*own, *sentences]), beside=True)


def _analysis(result: "OperationAssessment") -> PageSection:
    chosen = result.effect.settings["chosen_on"]
    if chosen == "random":
        how = "The places were drawn at random, so that they do not fall by themselves."
    elif chosen:
        how = f"The places were chosen by burglaries of {_days(chosen)}."
    else:
        how = "Nothing says by which burglaries the places were chosen."
    if result.plan is not None and result.plan.draw is not None:
        how += f" {result.plan.draw.summary().splitlines()[0]}"
    own = [result.words.analysis] if result.words.analysis else []
    return PageSection("Analysis", _ended([*own, how]), beside=True)


def _response(result: "OperationAssessment") -> PageSection:
    settings, words = result.effect.settings, result.words
    places = sorted(str(name) for name in result.ground.treated["area"])
    short = max(map(len, places)) <= _SHORT_NAME
    where = some_of(places, most=_MOST_PLACES if short else _MOST_PLACES // 2)
    sentences = [words.response] if words.response else []
    sentences.append(f"Where: {where}. When: {_days(settings['after'])}")
    if settings["controls"]:
        name, places_of = next(iter(settings["controls"].items()))
        named = "" if name == "control" else f" ({name})"
        sentences.append(f"Against: {count(places_of, 'control place')}{named}, left as they were")
    else:
        sentences.append(_proposal(result))
    if settings["operation_cost"]:
        sentences.append(
            f"Cost: {settings['operation_cost']:,.10g}, where a burglary costs "
            f"{settings['unit_cost']:,.10g}"
        )
    return PageSection("Response", _ended(sentences), beside=True)


def _proposal(result: "OperationAssessment") -> str:
    proposed = result.ground.proposed
    if proposed is None or proposed.table.empty:
        return "Against: nothing. No control was given, and no places as bad were found to propose"
    return (
        f"Against: nothing. Places that could be the control: {proposed.summary()} They are in a "
        "file of matched controls beside this page. Look at them, and name that file as control to "
        "use them"
    ).replace("\n", " ")


def _assessment(result: "OperationAssessment") -> list[PageSection]:
    effect = result.effect
    if not effect.settings["controls"]:
        # Without a control the measures are of everywhere else: no table for a page.
        tables = [_ground_table(result)]
    else:
        tables = [_ground_table(result), _measure_table(result)]
    sections = [PageSection("Assessment", tables=tables, pictured=True)]
    if effect.settings["controls"]:
        sections.append(PageSection("Place by place", tables=[_place_table(result)],
                                    note=_place_note(result)))  # fmt: skip
        more = len(effect.choices) - _MOST_CHOICES
        note = f"{count(more, 'choice')} more in the workbook." if more > 0 else ""
        sections.append(PageSection("Other choices", tables=[_choice_table(result)], note=note,
                                    sentences=effect.placebo_words()))  # fmt: skip
    return sections


def _ground_table(result: "OperationAssessment") -> PageTable:
    rows = [
        [
            _GROUND.get(row["kind"], row["kind"].capitalize()), f"{row['places']:,}",
            _km2(row["km2"]),
            f"{row['before']:,}", f"{row['after']:,}", f"{row['per_year_before']:,.1f}",
            f"{row['per_year_after']:,.1f}", _change(row["per_year_before"], row["per_year_after"]),
        ]
        for row in result.effect.counts.to_dict("records")
        if row["kind"] != "control" or result.effect.settings["controls"]
    ]  # fmt: skip
    heads = [
        ("Ground", "head"), ("Places", "n"), ("Area", "n"), ("Before", "n"), ("After", "n"),
        ("A year before", "n"), ("A year after", "n"), ("Change", "n"),
    ]  # fmt: skip
    return PageTable.of(heads, rows, "Burglaries recorded")


def _measure_table(result: "OperationAssessment") -> PageTable:
    rows = []
    for row in result.effect.table.to_dict("records"):
        name, what = _MEASURES.get(row["measure"], (row["measure"], ""))
        known = not pd.isna(row["low"])
        interval = f"{_number(row['low'])} to {_number(row['high'])}" if known else "none published"
        p_value = "" if pd.isna(row["p_value"]) else _p(row["p_value"])
        value = _number(row["value"])
        if row["measure"] == "break-even":
            interval = ""
            # To the tenth: 45.3 rounded down would not break even.
            value = f"{row['value']:,.2f}" if row["value"] < 4 else f"{row['value']:,.1f}"
        rows.append([Cell(name, "head"), value, interval, p_value, what])
    confidence = percent(result.effect.settings["confidence"])
    heads = [
        ("Measure", "head"), ("Value", "n"), (f"{confidence} interval", "n"), ("p", "n"),
        ("What it is", "text"),
    ]  # fmt: skip
    return PageTable.of(heads, rows, "What is left against the control")


def _place_table(result: "OperationAssessment") -> PageTable:
    places = result.effect.places
    treated = places[places["kind"] == "treated"].sort_values("before", ascending=False)
    rows = [
        [
            row["place"], f"{row['before']:,}", f"{row['after']:,}", _number(row["expected"]),
            _number(row["rate_ratio"]), f"{_number(row['low'])} to {_number(row['high'])}",
            _p(row["q_value"]),
        ]
        for row in treated.head(_MOST_PLACES).to_dict("records")
    ]  # fmt: skip
    heads = [
        ("Treated place", "head"), ("Before", "n"), ("After", "n"), ("Expected after", "n"),
        ("Rate ratio", "n"), ("Interval", "n"), ("q", "n"),
    ]  # fmt: skip
    return PageTable.of(heads, rows)


def _place_note(result: "OperationAssessment") -> str:
    number = int((result.effect.places["kind"] == "treated").sum())
    more = f"The {_MOST_PLACES} with most before of {number}; all are in the workbook. "
    return (
        f"{more if number > _MOST_PLACES else ''}Of twenty places one differs by chance alone: q "
        "allows for how many were looked at. The sum above is what counts."
    )


def _choice_table(result: "OperationAssessment") -> PageTable:
    rows = [
        [
            str(row["control"]).capitalize(),
            "none" if pd.isna(row["buffer_m"]) else f"{row['buffer_m']:,.10g} m",
            f"{row['control_places']:,}", f"{row['rate_ratio']:.2f}",
            f"{_number(row['low'])} to {_number(row['high'])}", _number(row["prevented"]),
            _number(row["total_net_effect"]),
        ]
        for row in result.effect.choices.head(_MOST_CHOICES).to_dict("records")
    ]  # fmt: skip
    heads = [
        ("Control", "head"), ("Ring", "n"), ("Places", "n"), ("Rate ratio", "n"),
        ("Interval", "n"), ("Prevented", "n"), ("Net of the ring", "n"),
    ]  # fmt: skip
    return PageTable.of(heads, rows, "The answer turns on the choice: these are beside it")


def _ended(sentences: list[str]) -> list[str]:
    """Return sentences of others with an end, so that the next does not run into them."""
    return [
        one if one.rstrip().endswith((".", "!", "?")) else f"{one.rstrip()}." for one in sentences
    ]


def _days(days: list[str]) -> str:
    return " to ".join(plain_day(pd.Timestamp(day)) for day in days)


def _km2(area: float) -> str:
    return "" if pd.isna(area) else f"{area:.2f} km\u00b2"


def _change(before: float, after: float) -> str:
    if not before:
        return "none before"
    change = round(100 * (after / before - 1))
    return "0 %" if not change else f"{change:+,d} %".replace("-", "\u2212")


def _number(value: float) -> str:
    """Return a number with as many digits as it is known to."""
    if pd.isna(value):
        return ""
    if not np.isfinite(value):
        return "no end"
    text = f"{value:,.0f}" if abs(value) >= 20 else f"{value:,.1f}" if abs(value) >= 4 else (
        f"{value:,.2f}")  # fmt: skip
    return text.replace("-", "\u2212")


def _p(value: float) -> str:
    return "" if pd.isna(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def _label(name: str) -> str:
    return _SETTINGS.get(name, name.replace("_", " ").capitalize())


def _setting(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, list):
        text = [f"{one:,.10g}" if isinstance(one, float) else str(one) for one in value]
        return " to ".join(text) if len(text) == 2 and "-" in text[0] else ", ".join(text)
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
