"""A table ``[[operations]]`` of a set-up: what was done where and when, and against what."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo

from hotspot._errors import HotspotError, quoted
from hotspot.briefing import config_values as values
from hotspot.english import some_of
from hotspot.rule import LONGEST_M

_MOST_LETTERS = 2000


def _period(value: object, info: ValidationInfo) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Check a first and a last day by what reads them."""
    # Loaded where there is an operation: it takes arrays of surfaces along.
    from hotspot.impact.operation_periods import read_period

    period, problems = read_period(value, str(info.field_name))
    if period is None:
        raise ValueError(" ".join(problems).removeprefix(f"{info.field_name} "))
    return period.first, period.last.normalize()


def _after_it(value: Any, info: ValidationInfo) -> Any:
    """Refuse a period after that overlaps the one before, whatever else is wrong."""
    from hotspot.impact.operation_periods import part_problems, read_period

    before, after = (read_period(one, "")[0] for one in (info.data.get("before"), value))
    problems = [] if before is None or after is None else part_problems(before, after)
    if problems:
        raise ValueError(f"does not fit: {' '.join(problems)}")
    return value


def _both_costs(value: float | None, info: ValidationInfo) -> float | None:
    """Refuse one cost without the other."""
    if "operation_cost" in info.data and (value is None) != (info.data["operation_cost"] is None):
        raise ValueError(
            "belongs with operation_cost: what the operation cost is held against what a burglary "
            "costs, in one currency. Give both or none."
        )
    return value


def _chosen(value: object, info: ValidationInfo) -> object:
    """Return the days by which ground was chosen, or that it was drawn at random."""
    from hotspot.impact.operation_input import AT_RANDOM

    return value if value is None or value == AT_RANDOM else _period(value, info)


def _widths(value: object) -> tuple[float, ...] | None:
    """Return one width of a ring or several, in metres."""
    listed = value if isinstance(value, (list, tuple)) else [value]
    for one in listed:
        number = isinstance(one, (int, float)) and not isinstance(one, bool)
        if not number or not 0 < one <= LONGEST_M:  # type: ignore[operator]
            raise ValueError(f"must be metres above 0, or a list of them, not {quoted(value)}.")
    if not listed:
        raise ValueError("must be metres above 0, or a list of them, not [].")
    return tuple(float(one) for one in listed)  # type: ignore[arg-type]


def _ring_control(value: object, info: ValidationInfo) -> object:
    """Return how far around the control, or the file of polygons, the ring is held against."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _widths(value)[0]  # type: ignore[index]
    return values.existing_path(value, info)


def _weights(value: object) -> dict[str, float]:
    """Return weights by offence."""
    if not isinstance(value, Mapping):
        raise ValueError(
            f'must be weights by offence, such as {{ "28E" = 1.5 }}, not {quoted(value)}.'
        )
    wrong = [
        str(name)
        for name, one in value.items()
        if isinstance(one, bool) or not isinstance(one, (int, float)) or not 0 <= one < float("inf")
    ]
    if wrong:
        raise ValueError(f"must weigh each offence by 0 or more: {some_of(wrong)}.")
    return {str(name): float(one) for name, one in value.items()}


Days = Annotated[tuple[pd.Timestamp, pd.Timestamp], BeforeValidator(_period)]
Chosen = Annotated[Any, BeforeValidator(_chosen)]
Widths = Annotated[tuple[float, ...] | None, BeforeValidator(_widths)]
Money = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Words = Annotated[str, Field(strict=True, max_length=_MOST_LETTERS)]


class OperationSettings(values.Table):
    """What `hotspot impact` evaluates: as `evaluate_operation` and `write_plan` have it.

    `candidates` are polygons among which controls are proposed where none is given; `place` is the
    column with the names of places.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: values.Line
    objective: Words = ""
    success: Words = ""
    scan: Words = ""
    analysis: Words = ""
    response: Words = ""
    treated: values.InputPath
    control: values.InputPath | None = None
    candidates: values.InputPath | None = None
    place: values.Text | None = None
    crs: values.Text | None = None
    before: Days
    after: Annotated[Days, AfterValidator(_after_it)]
    plan: values.InputPath | None = None
    chosen_on: Chosen = None
    transition: Days | None = None
    displacement_m: Widths = None
    displacement_control: Annotated[Any, BeforeValidator(_ring_control)] = None
    harm: Annotated[dict[str, float], BeforeValidator(_weights)] | None = None
    operation_cost: Money | None = None
    unit_cost: Annotated[
        Money | None, AfterValidator(_both_costs), Field(validate_default=True)
    ] = None
    permutations: Annotated[int, Field(strict=True, ge=0, le=10**6)] = 999
    seed: values.Seed | None = None
    confidence: Annotated[float, Field(strict=True, gt=0, lt=1)] = 0.95
    nought: values.Flag = False

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that it is made from."""
        ring = self.displacement_control
        named = (self.treated, self.control, self.candidates, ring, self.plan)
        return tuple(one for one in named if isinstance(one, Path))


def ground_problems(tables: object, base: str | Path = ".") -> list[str]:
    """Return what is wrong with the files of operations whose set-up itself cannot be used.

    Parameters
    ----------
    tables : object
        What stands under ``[[operations]]``, unchecked.
    base : path
        The folder that relative paths start from.

    Returns
    -------
    list of str
    """
    # Loaded where something is wrong already.
    from hotspot.impact.fixed_plans import read_plan
    from hotspot.impact.planned_ground import read_ground

    listed = values.tables(tables)
    problems = []
    for number, table in enumerate(listed if isinstance(listed, list) else [], 1):
        told = table if isinstance(table, Mapping) else {}
        given = (told.get(name) for name in ("place", "crs"))
        place, crs = (one if isinstance(one, str) else None for one in given)
        for name in ("treated", "control", "candidates", "plan"):
            path = Path(base, str(told.get(name, "")))
            if not isinstance(told.get(name), str) or not path.is_file():
                continue
            try:
                read_plan(path) if name == "plan" else read_ground(path, place, crs=crs)
            except HotspotError as error:
                problems += [f"[[operations]] {number} {name}: {one}" for one in error.problems]
    return problems
