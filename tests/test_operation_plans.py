"""The plan of an operation: fixed whole, never written over, and every later change told."""

import hashlib
import itertools
import random
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.impact.planned_ground import outline_sha256

BEFORE, AFTER = ("2023-03-01", "2025-02-28"), ("2025-03-01", "2026-02-28")
PAIRS = [("Alma", "Mill"), ("Quay", "Sea"), ("Park", "Dock"), ("High", "Low")]


def ground(*names: str, east: float = 0.0, side: float = 100.0) -> gpd.GeoDataFrame:
    boxes = [shapely.box(east, 500 * n, east + side, 500 * n + side) for n in range(len(names))]
    return gpd.GeoDataFrame({"place": list(names)}, geometry=boxes, crs="EPSG:27700")


def told(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Op Lantern", "objective": "Fewer burglaries in the terraces",
        "success": "a fall of 25 % or more against the control", "treated": ground("A", "B"),
        "control": ground("C", "D", east=2000), "before": BEFORE, "after": AFTER,
        "review": "2026-04-30", "made": "2025-02-10",
        "agreed": {"displacement_m": 250, "operation_cost": 5560}, **changed,
    }  # fmt: skip


def used(**changed: Any) -> dict[str, Any]:
    names = ("before", "after", "treated", "control", "agreed")
    return {**{name: told()[name] for name in names}, **changed}


@pytest.fixture
def plan(tmp_path: Path) -> hs.impact.OperationPlan:
    hs.impact.write_plan(tmp_path / "plan.toml", **told())
    return hs.impact.read_plan(tmp_path / "plan.toml")


def test_what_is_done_as_planned_is_no_change(plan: hs.impact.OperationPlan) -> None:
    assert plan.changes(**used()) == []
    assert plan.cautions() == []
    again = used(
        treated=ground("A", "B").iloc[::-1], control=ground("C", "D", east=2000).iloc[::-1]
    )
    assert plan.changes(**again) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"after": ("2025-03-01", "2026-03-31")},
         "The end of the period after was 2026-02-28 in the plan of 2025-02-10 and is 2026-03-31 "
         "now."),
        ({"before": ("2024-03-01", "2025-02-28")},
         "The start of the period before was 2023-03-01 in the plan of 2025-02-10 and is "
         "2024-03-01 now."),
        ({"treated": ground("A")}, "B was treated in the plan of 2025-02-10 and is not now."),
        ({"control": ground("C", "D", "E", east=2000)},
         "E is control now and was not in the plan of 2025-02-10."),
        ({"control": None}, "There was control ground in the plan of 2025-02-10 and there is none "
         "now."),
        ({"treated": ground("A", "B", side=110.0)},
         "The treated ground has another outline than in the plan of 2025-02-10: A (1 ha then, "
         "1.21 ha now), B (1 ha then, 1.21 ha now)."),
        ({"agreed": {"displacement_m": 400, "operation_cost": 5560}},
         "The width of the ring for displacement was 250 m in the plan of 2025-02-10 and is 400 m "
         "now."),
        ({"agreed": {"displacement_m": 250}},
         "The cost of the operation was 5,560 in the plan of 2025-02-10 and is not fixed now."),
        ({"texts": {"success": "any fall"}},
         "The success measure was 'a fall of 25 % or more against the control' in the plan of "
         "2025-02-10 and is 'any fall' now."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_each_change_is_told(
    plan: hs.impact.OperationPlan, changed: dict[str, Any], sentence: str
) -> None:
    found = plan.changes(**used(**changed))
    if "outline" in sentence:
        sentence = sentence.replace("outline", "outlines")
    assert found == [sentence]


def test_no_format_and_no_order_of_points_changes_ground(tmp_path: Path) -> None:
    sample = Path("sample_data/operation/treated.geojson")
    frame = gpd.read_file(sample)
    frame.to_file(tmp_path / "treated.gpkg")
    plan = hs.impact.write_plan(tmp_path / "p.toml", **told(treated=sample, control=None))
    assert plan.changes(**used(treated=tmp_path / "treated.gpkg", control=None)) == []
    turned = frame.set_geometry(shapely.reverse(frame.geometry.to_numpy())).iloc[::-1]
    assert plan.changes(**used(treated=turned.set_crs(27700), control=None)) == []
    moved = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), lambda at: at + 0.02))
    assert plan.changes(**used(treated=moved.set_crs(27700), control=None))


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=3, max_size=9))
def test_an_outline_has_one_hash_wherever_it_begins(points: list[tuple[int, int]]) -> None:
    shape = shapely.convex_hull(shapely.multipoints(points))
    if shape.geom_type != "Polygon":
        return
    ring = list(shape.exterior.coords)[:-1]
    turns = [ring[n:] + ring[:n] for n in range(len(ring))]
    hashes = {outline_sha256(shapely.Polygon(one)) for turn in turns for one in (turn, turn[::-1])}
    assert len(hashes) == 1


def test_a_plan_that_was_edited_says_so(plan: hs.impact.OperationPlan, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    text = file.read_text(encoding="utf-8")
    # Line ends and comments are none of its content.
    file.write_bytes(text.replace("\n", "\r\n").encode() + b"# seen by the board\r\n")
    assert hs.impact.read_plan(file).cautions() == []
    assert hs.impact.read_plan(file).fingerprint == plan.fingerprint
    file.write_text(text.replace("2026-02-28", "2026-03-31"), encoding="utf-8")
    edited = hs.impact.read_plan(file)
    assert edited.fingerprint != plan.fingerprint
    assert "edited after it was written" in edited.cautions()[0]


def test_a_plan_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(hs.OutputError, match="never written over"):
        hs.impact.write_plan(file, **told())
    assert file.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.toml"]


def test_every_fault_of_a_plan_is_told_at_once(tmp_path: Path) -> None:
    wrong = told(
        name=" ", before=("2023-03-01", "2025-03-15"), review="2025-01-01", made="2025-03-01",
        agreed={"displacment": 3},
    )  # fmt: skip
    with pytest.raises(hs.ConfigError) as raised:
        hs.impact.write_plan(tmp_path / "plan.toml", **wrong)
    words = str(raised.value)
    for part in ("name must be", "overlap", "before the start", "review 2025-01-01", "displacment"):
        assert part in words
    for changed, part in (
        ({"before": "2024"}, "first day, last day"),
        ({"after": ("03/04/2025", "2026-01-01")}, "whichever is meant"),
        ({"control": ground("A", east=2000)}, "Treated and control at once: A"),
        (
            {"draw": hs.impact.randomised_plan([("A", "Z")], 1)},
            "in no pair that was drawn",
        ),
    ):
        with pytest.raises(ValueError, match=part):
            hs.impact.write_plan(tmp_path / "plan.toml", **told(**changed))
    assert not list(tmp_path.iterdir())


def test_a_plan_of_today_for_an_operation_that_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(hs.ConfigError, match="made before the start"):
        hs.impact.write_plan(tmp_path / "plan.toml", **told(made=None))


@pytest.mark.parametrize(
    "text", ["", "[plan", "a = 1", "fingerprint = 3\n[plan]\nname = 1\n", "\x00", "plan = 3"]
)
def test_what_is_no_plan_is_refused_in_words(text: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(hs.ConfigError, match=r"plan\.toml is no plan"):
        hs.impact.read_plan(file)
    with pytest.raises(hs.ConfigError, match="cannot be read"):
        hs.impact.read_plan(tmp_path / "none.toml")


def naive_draw(pairs: list[tuple[str, str]], seed: int) -> dict[frozenset[str], str]:
    """Draw by hand, as the docstring says it."""
    drawn = {}
    for pair in pairs:
        one, other = sorted(pair)
        first = hashlib.sha256(f"{seed}\n{one}\n{other}".encode()).hexdigest()[0]
        drawn[frozenset(pair)] = one if int(first, 16) >= 8 else other
    return drawn


@settings(max_examples=30)
@given(st.integers(0, 2**63), st.randoms(use_true_random=False))
def test_one_seed_is_one_draw_in_any_order(seed: int, dice: random.Random) -> None:
    pairs = [pair if dice.random() < 0.5 else pair[::-1] for pair in PAIRS]
    dice.shuffle(pairs)
    drawn = hs.impact.randomised_plan(pairs, seed)
    pd.testing.assert_frame_equal(drawn.table, hs.impact.randomised_plan(PAIRS, seed).table)
    rows = drawn.table.to_dict("records")
    assert {frozenset(row.values()): row["treated"] for row in rows} == naive_draw(PAIRS, seed)
    fewer = hs.impact.randomised_plan(pairs[1:], seed).table
    assert set(fewer["treated"]) < set(drawn.table["treated"])
    frame = pd.DataFrame(pairs, columns=["one", "other"])
    assert hs.impact.randomised_plan(frame, seed).treated == drawn.treated


def test_each_place_is_treated_in_half_of_the_draws() -> None:
    draws = [hs.impact.randomised_plan(PAIRS, seed).treated for seed in range(400)]
    for place in itertools.chain(*PAIRS):
        # 400 tosses: 200 give or take 3.5 standard deviations.
        assert 165 <= sum(place in draw for draw in draws) <= 235
    assert len({tuple(draw) for draw in draws}) == 2 ** len(PAIRS)


def test_a_seed_that_nobody_gave_is_kept() -> None:
    drawn = hs.impact.randomised_plan(PAIRS)
    assert hs.impact.randomised_plan(PAIRS, drawn.seed).treated == drawn.treated
    assert f"seed {drawn.seed}." in drawn.summary()


@pytest.mark.parametrize(
    ("pairs", "part"),
    [
        ([], "no pair"),
        ([("A",)], "number 1"),
        ([("A", "B"), ("B", "C"), ("D", " ")], "more than once"),
        ([("A", "A")], "more than once"),
        (["AB"], "number 1"),
    ],
)
def test_pairs_that_are_none_are_refused(pairs: Any, part: str) -> None:
    with pytest.raises(hs.DataError, match=part):
        hs.impact.randomised_plan(pairs, 1)
    with pytest.raises(hs.ConfigError, match="seed"):
        hs.impact.randomised_plan(PAIRS, -1)


def test_a_draw_is_kept_and_departing_from_it_is_told(tmp_path: Path) -> None:
    draw = hs.impact.randomised_plan([("A", "C"), ("B", "D")], 5)
    frames = {"treated": ground(*draw.treated), "control": ground(*draw.control, east=2000)}
    hs.impact.write_plan(tmp_path / "plan.toml", **told(draw=draw, **frames))
    plan = hs.impact.read_plan(tmp_path / "plan.toml")
    assert plan.draw is not None
    assert plan.draw.treated == draw.treated
    assert plan.cautions() == []
    assert plan.changes(**used(**frames)) == []
    crossed = plan.changes(**used(treated=frames["control"], control=frames["treated"]))
    assert any(one.startswith("Drawn as control in the plan of 2025-02-10") for one in crossed)
    text = (tmp_path / "plan.toml").read_text(encoding="utf-8")
    (tmp_path / "plan.toml").write_text(text.replace("seed = 5", "seed = 6"), encoding="utf-8")
    again = hs.impact.read_plan(tmp_path / "plan.toml").cautions()
    assert any("edited" in one for one in again)
