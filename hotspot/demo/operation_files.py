"""The files of the sample's operations: burglaries, ground, a plan, and the truth beside them."""

from importlib.resources import files

import geopandas as gpd

from hotspot.demo.geojson_text import geojson
from hotspot.demo.operation_district import (
    AFTER,
    BEFORE,
    SEED,
    District,
    DistrictProcess,
    district_rows,
    make_district,
)
from hotspot.impact.fixed_plans import OperationPlan, checked_plan, read_days

_TRUTH = """\
# What the operations of this folder truly did

A district of 32 squares that does not exist, and two operations in it: nothing is real. Each
burglary that there had been on treated ground after the start was prevented by one chance, and
{displaced_share:.0%} of the prevented happened in the ring of {ring_m:g} m around instead.

| | treated | true rate ratio | without it, after | prevented | of these moved to the ring |
|---|---|---|---|---|---|
{rows}

Op Beacon was drawn at random within pairs of like squares, and its plan was fixed before the
start: `hotspot impact operation.toml` finds its effect, with the true ratio in the interval. Op
Ember is too small: the same command says that its effect cannot be seen, not that there was none.

`district.csv` is made with seed {seed} by `hotspot/demo/operation_district.py`. The ground of Op
Lantern (`treated.geojson`, `control.geojson`) is of Doggerby itself, with the burglaries one folder
up; its truth is in `truth.json` there.
"""


def operation_files(seed: int = SEED, process: DistrictProcess | None = None) -> dict[str, str]:
    """Return the text of each file of the sample's operations.

    Parameters
    ----------
    seed : int
    process : DistrictProcess, optional

    Returns
    -------
    dict of str to str
        By its path in the folder of the sample.
    """
    process = DistrictProcess() if process is None else process
    district = make_district(seed, process)
    set_up = files("hotspot").joinpath("_assets", "doggerby_operation.toml")
    made = {
        "operation.toml": set_up.read_text(encoding="utf-8"),
        "operation/district.csv": district_rows(district, seed).to_csv(
            index=False, lineterminator="\n"
        ),
        "operation/beacon-plan.toml": beacon_plan(district).as_toml(),
        "operation/README.md": _truth(district, process, seed),
    }
    for operation in district.operations:
        short = operation.name.split()[-1].lower()
        for role in ("treated", "control"):
            ground = district.ground(getattr(operation, role))
            made[f"operation/{short}-{role}.geojson"] = _ground(f"{short}-{role}", ground)
    return made


def beacon_plan(district: District) -> OperationPlan:
    """Return the plan of Op Beacon, as it was fixed before the start.

    Parameters
    ----------
    district : District

    Returns
    -------
    OperationPlan
    """
    beacon = district.operations[0]
    texts = {
        "name": beacon.name,
        "objective": "Fewer burglaries of homes in the worst squares of the district",
        "success": "a fall of 25 % or more against the control, beyond chance",
    }
    return checked_plan(
        texts,
        read_days(BEFORE, AFTER, "2026-04-30", "2025-02-10"),
        district.ground(beacon.treated),
        district.ground(beacon.control),
        {
            "displacement_m": 250,
            "operation_cost": 24_000,
            "unit_cost": 530,
            "chosen_on": "random",
        },
        beacon.draw,
    )


def _ground(name: str, squares: gpd.GeoDataFrame) -> str:
    rows = zip(squares["place"], squares.geometry, strict=True)
    return geojson(name, (({"place": str(place)}, shape) for place, shape in rows))


def _truth(district: District, process: DistrictProcess, seed: int) -> str:
    rows = [
        f"| {one.name} | {len(one.treated)} squares | {one.ratio:g} | {one.without} | "
        f"{one.prevented} | {one.displaced} |"
        for one in district.operations
    ]
    return _TRUTH.format(
        rows="\n".join(rows), seed=seed, ring_m=process.ring_m,
        displaced_share=process.displaced_share,
    )  # fmt: skip
