"""The operations of a set-up, each evaluated and assessed; every fault of all of them at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd

from hotspot._errors import ConfigError, DataError, HotspotError
from hotspot.addresses import read_streets
from hotspot.briefing.burglaries import Burglaries, read_burglaries
from hotspot.briefing.config import Config
from hotspot.briefing.operation_settings import OperationSettings
from hotspot.english import some_of
from hotspot.impact.evaluation import evaluate_operation
from hotspot.impact.fixed_plans import AGREED, OperationPlan, read_plan
from hotspot.impact.matched_places import MatchedControls
from hotspot.impact.operation_assessment import (
    OperationAssessment,
    OperationGround,
    OperationWords,
    assess_operation,
)
from hotspot.impact.planned_ground import read_ground
from hotspot.impact.proposed_controls import propose_controls
from hotspot.output.files import inputs_of

_T = TypeVar("_T")
_EXAMPLE = (
    'The set-up names no operation. Write one at its end: [[operations]], name = "Op Example", '
    'treated = "treated.gpkg", control = "control.gpkg", before = [2024-03-01, 2025-02-28], '
    "after = [2025-03-01, 2026-02-28]."
)


@dataclass(frozen=True)
class AssessedOperation:
    """An operation of a set-up.

    Attributes
    ----------
    settings : OperationSettings
    result : OperationAssessment
    """

    settings: OperationSettings
    result: OperationAssessment

    @property
    def inputs(self) -> dict[str, str]:
        """Of each file of its own the name and SHA-256."""
        return inputs_of(self.settings.files)


@dataclass(frozen=True)
class _Files:
    """What the files of one operation hold; None where one is not named or cannot be read."""

    treated: gpd.GeoDataFrame | None
    control: gpd.GeoDataFrame | None
    ring: Any
    candidates: gpd.GeoDataFrame | None
    plan: OperationPlan | None


class _Faults:
    """What is wrong with files, collected so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: list[HotspotError] = []

    def attempt(self, read: Callable[[], _T], what: str = "") -> _T | None:
        """Return what is read, or keep why it cannot be."""
        try:
            return read()
        except HotspotError as error:
            kind = ConfigError if isinstance(error, ConfigError) else DataError
            self.found.append(kind([f"{what}{problem}" for problem in error.problems]))
            return None

    def raise_if_any(self) -> None:
        """Raise them together."""
        if self.found:
            of_settings = all(isinstance(fault, ConfigError) for fault in self.found)
            problems = dict.fromkeys(text for fault in self.found for text in fault.problems)
            raise (ConfigError if of_settings else DataError)(problems)


def chosen_operations(config: Config, names: Sequence[str] = ()) -> tuple[OperationSettings, ...]:
    """Return the operations of a set-up, or those that are named.

    Parameters
    ----------
    config : Config
    names : sequence of str

    Returns
    -------
    tuple of OperationSettings

    Raises
    ------
    ConfigError
        If there is none, one is not known, or two have one name.
    """
    known = [one.name for one in config.operations]
    if not known:
        raise ConfigError(_EXAMPLE)
    unknown = [name for name in names if name not in known]
    twice = sorted({name for name in known if known.count(name) > 1})
    problems = []
    if unknown:
        problems.append(
            f"No operation is called {some_of(unknown)}: the set-up has {some_of(known)}."
        )
    if twice:
        problems.append(f"Operations of one name: {some_of(twice)}. Name each otherwise.")
    if problems:
        raise ConfigError(problems)
    return tuple(one for one in config.operations if not names or one.name in names)


def assess_operations(
    config: Config,
    names: Sequence[str] = (),
    seed: int | None = None,
    permutations: int | None = None,
) -> tuple[Burglaries, list[AssessedOperation]]:
    """Evaluate the operations of a set-up, without what is on its stop list.

    Parameters
    ----------
    config : Config
    names : sequence of str
        Which of them. Default: all.
    seed, permutations : int, optional
        Before those of the set-up.

    Returns
    -------
    burglaries : Burglaries
    assessed : list of AssessedOperation

    Raises
    ------
    DataError, ConfigError
        Naming every fault of the burglaries and of all operations.
    """
    chosen = chosen_operations(config, names)
    faults = _Faults()
    burglaries = faults.attempt(lambda: read_burglaries(config))
    files = {
        one.name: _read(one, faults, f"{one.name}: " if len(chosen) > 1 else "") for one in chosen
    }
    faults.raise_if_any()
    assert burglaries is not None
    incidents = burglaries.known
    streets = _streets(config, incidents.crs, faults)
    done = []
    for one in chosen:
        seeded = one.model_copy(
            update={
                "seed": next(n for n in (seed, one.seed, config.output.seed) if n is not None),
                "permutations": one.permutations if permutations is None else permutations,
            }
        )
        prefix = f"{one.name}: " if len(chosen) > 1 else ""
        assess = partial(_assessed, incidents, seeded, files[one.name], streets)
        result = faults.attempt(assess, prefix)
        if result is not None:
            done.append(AssessedOperation(seeded, result))
    faults.raise_if_any()
    return burglaries, done


def _read(one: OperationSettings, faults: _Faults, prefix: str) -> _Files:
    """Read the files of an operation, whatever is wrong with the others."""

    def ground(path: Path | None) -> gpd.GeoDataFrame | None:
        if path is None:
            return None
        return faults.attempt(lambda: read_ground(path, one.place, crs=one.crs), prefix)

    ring, plan = one.displacement_control, one.plan
    return _Files(
        treated=ground(one.treated),
        control=ground(one.control),
        ring=ground(ring) if isinstance(ring, Path) else ring,
        candidates=ground(one.candidates),
        plan=None if plan is None else faults.attempt(lambda: read_plan(plan), prefix),
    )


def _streets(config: Config, crs: Any, faults: _Faults) -> gpd.GeoDataFrame | None:
    """Read the streets that lie under the map of a page."""
    basemap = config.basemap
    if basemap.streets is None:
        return None
    path = basemap.streets
    return faults.attempt(lambda: read_streets(path, basemap.name, crs=basemap.crs, to_crs=crs))


def _assessed(
    incidents: gpd.GeoDataFrame,
    one: OperationSettings,
    files: _Files,
    streets: gpd.GeoDataFrame | None,
) -> OperationAssessment:
    """Evaluate an operation and hold it against its plan."""

    def here(frame: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
        return None if frame is None else frame.to_crs(incidents.crs)

    treated, control, plan = here(files.treated), here(files.control), files.plan
    assert treated is not None
    ring = here(files.ring) if isinstance(files.ring, gpd.GeoDataFrame) else files.ring
    effect = evaluate_operation(
        incidents, treated, one.before, one.after, control,
        displacement_m=one.displacement_m, displacement_control=ring, chosen_on=one.chosen_on,
        transition=one.transition, harm=one.harm, operation_cost=one.operation_cost,
        unit_cost=one.unit_cost, permutations=one.permutations, seed=one.seed,
        confidence=one.confidence, planned_end=None if plan is None else plan.after[1],
        nought=one.nought,
    )  # fmt: skip
    ground = OperationGround(treated, control, streets)
    if control is None:
        ground = replace(
            ground, proposed=_proposed(incidents, one, treated, here(files.candidates))
        )
    changes = [] if plan is None else _changes(plan, one, files)
    words = {name: getattr(one, name) for name in OperationWords.__dataclass_fields__}
    return assess_operation(incidents, effect, OperationWords(**words), ground, plan, changes)


def _changes(plan: OperationPlan, one: OperationSettings, files: _Files) -> list[str]:
    """Return what is evaluated otherwise than it was planned."""
    texts = {name: getattr(one, name) for name in ("name", "objective", "success")}
    agreed = {name: getattr(one, name) for name in AGREED}
    if one.displacement_m is not None:
        # The first width is the main one; others are only set beside it.
        agreed["displacement_m"] = one.displacement_m[0]
    assert files.treated is not None
    return plan.changes(
        before=one.before,
        after=one.after,
        treated=files.treated,
        control=files.control,
        texts={name: text for name, text in texts.items() if text},
        agreed=agreed,
    )


def _proposed(
    incidents: gpd.GeoDataFrame,
    one: OperationSettings,
    treated: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame | None,
) -> MatchedControls | None:
    """Propose places as bad beforehand; they are not used unasked."""
    return propose_controls(incidents, treated, one.before, candidates)
