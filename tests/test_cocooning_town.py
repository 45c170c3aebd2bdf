"""A small drawn town of awkward streets, each neighbour list checked by hand.

Metres; a capital letter is the first home of a street, and streets run to the right::

     y
    100   QUAY  Q2 Q4 Q6 Q8 Q10 Q12 Q14      even numbers only, the harbour in front (y > 110)
     75   - - - - gardens - - - -
     50   MILL  M2 M4 M6 M8 M10 M12 12A M14  even side; M12 is flats 1 to 3; Rose Cottage after M14
     25   ===== Mill Lane =====
      0   MILL  M1 M3 M5 --  M9 M11 M13      odd side; no number 7; M13 a shop with a flat above
    -30   BECK  B2 B4 B6 B8 B10 B12 B14      backs on to the odd side of Mill Lane
    -50   ===== Beck Lane =====
    -70   BECK  B1 B3 B5 B7 B9 B11 B13
           x = 0 12 24 36 48 60 72 84 (number 12A of Mill Lane at 68)

    A cul-de-sac at x from 300: 1 to 5 up its left side (y 0 to 48), 6 at its head, 7 to 11 back
    down its right side, 20 m across; and at x = 900 four homes with names only.
    The corner home M1 has PUMP ROW round the corner: P1, P2, P3 at x = -15, y = -6, 6, 18.
"""

import geopandas as gpd
import pandas as pd
import pytest

from hotspot import cocooning_targets
from tests.test_cocooning import AS_OF, burglaries, rings_of

ROWS = [
    *((f"Q{n}", f"{n} Quay", str(n), "Quay", 6 * n - 12, 100) for n in range(2, 16, 2)),
    *((f"M{n}", f"{n} Mill Lane", str(n), "Mill Lane", 6 * n - 12, 50) for n in (2, 4, 6, 8, 10)),
    *((f"M12/{f}", f"Flat {f}, 12 Mill Lane", f"Flat {f}, 12", "Mill Lane", 60, 50)
      for f in (1, 2, 10)),
    ("M12A", "12A Mill Lane", "12A", "Mill Lane", 68, 50),
    ("M14", "14 Mill Lane", "14", "Mill Lane", 76, 50),
    ("Rose", "Rose Cottage, Mill Lane", None, "Mill Lane", 86, 51),
    *((f"M{n}", f"{n} Mill Lane", str(n), "Mill Lane", 6 * n - 6, 0) for n in (1, 3, 5, 9, 11)),
    ("shop", "13 Mill Lane", "13", "Mill Lane", 72, 0),
    ("above", "Flat above 13 Mill Lane", "Flat above 13", "Mill Lane", 72, 0),
    *((f"B{n}", f"{n} Beck Lane", str(n), "Beck Lane", 6 * n - 12, -30) for n in range(2, 16, 2)),
    *((f"B{n}", f"{n} Beck Lane", str(n), "Beck Lane", 6 * n - 6, -70) for n in range(1, 15, 2)),
    *((f"P{n}", f"{n} Pump Row", str(n), "Pump Row", -15, 12 * n - 18) for n in (1, 2, 3)),
    *((f"C{n}", f"{n} Cul-de-sac", str(n), "Cul-de-sac", 300, 12 * n - 12) for n in range(1, 6)),
    ("C6", "6 Cul-de-sac", "6", "Cul-de-sac", 310, 58),
    *((f"C{n}", f"{n} Cul-de-sac", str(n), "Cul-de-sac", 320, 12 * (11 - n))
      for n in range(7, 12)),
    *((f"N{n}", f"{name}, The Green", None, "The Green", 900 + 15 * n, 0)
      for n, name in enumerate(("Ivy House", "The Elms", "Old Forge", "Wayside"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def town():
    frame = pd.DataFrame(ROWS, columns=["uprn", "address", "number", "street", "x", "y"])
    frame["classification"] = "RD04"
    frame.loc[frame["uprn"] == "shop", "classification"] = "CR08"
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"))
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")


def around(town, uprn):
    """Each neighbour's ring and what it is to the burgled home, by UPRN."""
    at = town.set_index("uprn").geometry[uprn]
    targets = cocooning_targets(burglaries(("X1", uprn, at.x, at.y)), town, AS_OF)
    own = town.set_index("uprn").loc[uprn, "address"]
    words = targets["reason"].str.split(f" {own}, burgled", regex=False).str[0]
    return targets, dict(zip(targets["uprn"], words, strict=True))


# What a beat officer would say, street by street.
CASES = {
    "odd side, a number missing, gardens behind": (
        "M5",
        {
            "Next door to": {"M3", "M9"},
            "2 doors from": {"M1", "M11"},
            "3 doors from": {"above"},
            "Opposite": {"M2", "M4", "M6", "M8", "M10"},
            "Backs on to": {"B4", "B6", "B8", "B2"},
        },
    ),
    "even side: flats are one step, 12A stands after 12": (
        "M8",
        {
            "Next door to": {"M6", "M10"},
            "2 doors from": {"M4", "M12/1"},
            "3 doors from": {"M2", "M12A"},
            "4 doors from": {"M14"},
            "Opposite": {"M5", "M9", "M3", "M11"},
            # Just 50 m behind; the others on the quay are farther.
            "Backs on to": {"Q8"},
        },
    ),
    "12A is next door to 12 and to 14": (
        "M12A",
        {
            "Next door to": {"M12/1", "M14"},
            "2 doors from": {"M10"},
            "3 doors from": {"M8"},
            "4 doors from": {"M6"},
            "Beside, without a house number,": {"Rose"},
            "Opposite": {"above", "M11", "M9"},
        },
    ),
    "even numbers only: nobody opposite, and it may face either way": (
        "Q8",
        {
            "Next door to": {"Q6", "Q10"},
            "2 doors from": {"Q4", "Q12"},
            "3 doors from": {"Q2", "Q14"},
            "Behind or beside": {"M8"},
        },
    ),
    "corner plot: the home round the corner is nearer than any that backs on": (
        "M1",
        {
            "Next door to": {"M3"},
            "2 doors from": {"M5"},
            "3 doors from": {"M9"},
            "4 doors from": {"M11"},
            "Opposite": {"M2", "M4", "M6"},
            "Backs on to": {"B2", "B4", "B6"},
            "Round the corner from": {"P1"},
        },
    ),
    "cul-de-sac: the numbers run round its head": (
        "C4",
        {
            "Next door to": {"C3", "C5"},
            "2 doors from": {"C2", "C6"},
            "3 doors from": {"C1", "C7"},
            "4 doors from": {"C8"},
            "Opposite": {"C9", "C10"},
        },
    ),
    "a flat above a shop has the shop's number, and the shop is no door": (
        "above",
        {
            "Next door to": {"M11"},
            "2 doors from": {"M9"},
            "3 doors from": {"M5"},
            "4 doors from": {"M3"},
            "Opposite": {"M10", "M12/1", "M12A", "M14"},
            "Opposite, without a house number,": {"Rose"},
            "Backs on to": {"B14", "B12", "B10", "B8"},
        },
    ),
    "names instead of numbers: by distance": (
        "N1",
        {"Among the nearest homes (house numbers not known) to": {"N0", "N2", "N3"}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_neighbours_are_those_that_an_officer_would_name(town, case):
    uprn, expected = CASES[case]
    _, words = around(town, uprn)
    told = {}
    for neighbour, word in words.items():
        if neighbour != uprn:
            told.setdefault(word, set()).add(neighbour)
    assert told == expected


def test_flat_3_of_12_stands_at_12_and_the_building_is_one_row(town):
    targets, _ = around(town, "M10")
    row = targets.set_index("uprn").loc["M12/1"]
    assert row["uprns"] == "M12/1; M12/2; M12/10"
    assert row["address"] == "Flats 1, 2 and 10, 12 Mill Lane"
    assert row["house_number"] == "12"
    assert row["reason"].startswith("Next door to 10 Mill Lane")


def test_a_burgled_flat_has_its_own_row_and_its_building_another(town):
    targets, words = around(town, "M12/2")
    assert list(targets.loc[targets["ring"] == 0, "uprns"]) == ["M12/2"]
    assert targets.set_index("uprn").loc["M12/1", "uprns"] == "M12/1; M12/10"
    assert words["M12/1"] == "In the same building as"
    assert {words["M10"], words["M12A"]} == {"Next door to"}
    assert rings_of(targets)["M12/10"] == 1


def test_where_names_stand_for_numbers_it_is_said(town):
    targets, _ = around(town, "N1")
    assert targets.attrs["counts"]["by_distance"] == 1
    assert any("the nearest homes are listed" in note for note in targets.attrs["notes"])


def test_a_house_alone_in_its_street_is_not_said_to_lack_a_number(town):
    alone = town[~town["uprn"].isin({"Q2", "Q4", "Q6", "Q10", "Q12", "Q14"})]
    _, words = around(alone, "Q8")
    said = set(words.values()) - {"Burgled, found Thursday 26 February 2026."}
    assert "Among the nearest homes (no house number next to it) to" in said
    assert not any("not known" in word for word in said)


def test_two_houses_of_one_number_in_two_villages_are_two_doors(town):
    far = town[town["uprn"] == "M3"].assign(uprn="M3 far", postcode="ZZ2 2ZZ")
    far = far.set_geometry(far.translate(0, 180))
    both = gpd.GeoDataFrame(
        pd.concat([town.assign(postcode="ZZ1 1ZZ"), far], ignore_index=True), crs=town.crs
    )
    targets, _ = around(both, "M5")
    assert targets.set_index("uprn").loc["M3", "uprns"] == "M3"
    assert "M3 far" not in rings_of(targets)
