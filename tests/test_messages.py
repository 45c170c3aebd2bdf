"""What residents are told: from which homes it is, in whose words, and that it tells no house."""

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import hotspot as hs
from hotspot._errors import ConfigError
from hotspot.briefing.config import load_config, read_config
from hotspot.cocooning import cocooning_lists
from hotspot.sheets import MessageTexts
from tests.conftest import incidents_at

TEXT = "Burglary in {area}.\n\nTake care for {weeks} weeks.\n\n{link} or {contact}\n"
X, Y, PLOT_M = 640000.0, 370000.0, 8.0


def terraces(houses: int = 20) -> gpd.GeoDataFrame:
    """Make two streets of terraces, with plots of 8 m on both sides of each."""
    rows: list[dict[str, Any]] = []
    for street, south in (("Alma Street", 0.0), ("Raglan Street", 52.0)):
        for at in range(houses):
            for side, number in ((0.0, 2 * at + 1), (16.0, 2 * at + 2)):
                rows.append(
                    {
                        "uprn": f"1000{len(rows):05d}",
                        "address": f"{number} {street}",
                        "number": str(number),
                        "street": street,
                        "x": X + PLOT_M * at,
                        "y": Y + south + side,
                    }
                )
    frame = pd.DataFrame(rows)
    points = gpd.points_from_xy(frame.pop("x"), frame.pop("y"), crs="EPSG:27700")
    return gpd.GeoDataFrame(frame.assign(area="Quay"), geometry=points)


def burgled(homes: gpd.GeoDataFrame, at: int, day: int = 5) -> gpd.GeoDataFrame:
    place = homes.geometry.iloc[at]
    return incidents_at([place.x], [place.y], [day], uprn=homes["uprn"].iloc[at])


def for_residents(
    folder: Path, homes: gpd.GeoDataFrame, crimes: gpd.GeoDataFrame, **settings: Any
) -> dict[str, str]:
    """Return every file that residents get, and what the team is told of how many."""
    lists = cocooning_lists(crimes, homes, "2025-01-10", **settings)
    written = hs.write_targets(
        lists.targets, folder, messages=lists.messages, formats="message",
        message=MessageTexts({"en": TEXT, "pl": TEXT}, "www.quay.example", "PC 12"),
    )  # fmt: skip
    return {path.name: path.read_text(encoding="utf-8") for path in written}


def test_who_reads_a_leaflet_cannot_tell_which_house_of_a_terrace_of_8_m_plots(
    tmp_path: Path,
) -> None:
    homes = terraces()
    told = [
        for_residents(tmp_path / f"{at}-{day}", homes, burgled(homes, at, day))
        for at in (0, 1, 7, 20, 39, 40, 55, 79)
        for day in (0, 8)
    ]
    # Whichever house, whichever street, whichever day: the same words for all.
    assert all(one == told[0] for one in told)
    assert set(told[0]) == {
        "Quay message.html", "Quay leaflet round.html", "Quay - en.txt", "Quay - pl.txt",
    }  # fmt: skip
    streets = re.findall(
        r"<tr><td>(.*?)</td><td>(\d+)</td></tr>", told[0]["Quay leaflet round.html"]
    )
    assert streets == [("Alma Street", "40"), ("Raglan Street", "40")]
    for name, text in told[0].items():
        if "round" not in name:
            assert not re.search(r"\d+ (Alma|Raglan)|\b\d+ m\b|202\d|burgled at|next door", text)


def test_two_burglaries_read_as_one(tmp_path: Path) -> None:
    homes = terraces()
    one, other = burgled(homes, 3), burgled(homes, 50, 7)
    both = pd.concat([one, other.assign(crime_ref="second")], ignore_index=True)
    assert for_residents(tmp_path / "both", homes, both) == for_residents(
        tmp_path / "one", homes, one
    )


@pytest.mark.parametrize("at", [2, 38, 60])
def test_a_home_on_the_stop_list_is_told_by_no_leaflet_and_by_no_number_of_them(
    tmp_path: Path, at: int
) -> None:
    homes = terraces()
    crimes = burgled(homes, 4)
    usual = for_residents(tmp_path / "usual", homes, crimes)
    stopped = for_residents(tmp_path / "stopped", homes, crimes, exclude=[homes["uprn"].iloc[at]])
    # The round names the inputs and the settings, and with them no stop list.
    assert stopped == usual
    # Of a street of five homes, the fifth is not told by the loss of its name.
    five = homes[(homes["street"] == "Alma Street") | (homes.index >= len(homes) - 5)]
    last = five["uprn"].iloc[-1]
    assert for_residents(tmp_path / "five", five, crimes, exclude=[last]) == for_residents(
        tmp_path / "all", five, crimes
    )


def test_messages_carry_their_street_whether_a_door_was_left_over_or_only_near(
    tmp_path: Path,
) -> None:
    homes = terraces()
    lists = cocooning_lists(burgled(homes, 3), homes, "2025-01-10", max_visits=4)
    messages = lists.messages
    assert sorted(set(messages["ring"])) == [1, 2, 3]
    own = dict(zip(homes["uprn"], homes["street"], strict=True))
    assert messages["street"].tolist() == [own[uprn] for uprn in messages["uprn"]]
    hs.write_targets(lists.targets, tmp_path, messages=messages, formats="csv")
    table = pd.read_csv(tmp_path / "messages.csv", dtype=str)
    assert table["street"].value_counts().sum() == len(messages) == 80 - len(lists.targets)


def write_set_up(folder: Path, messages: str, output: str = "") -> Path:
    (folder / "crimes.csv").write_text("x\n", encoding="utf-8")
    path = folder / "b.toml"
    path.write_text(
        f'[incidents]\npath = "crimes.csv"\n[messages]\n{messages}\n[output]\n{output}\n',
        encoding="utf-8",
    )
    return path


def test_a_force_gives_its_own_texts_by_language(tmp_path: Path) -> None:
    for language in ("en", "cy"):
        (tmp_path / f"{language}.txt").write_text(f"{language} {TEXT}", encoding="utf-8-sig")
    path = write_set_up(
        tmp_path, 'en = "en.txt"\ncy = "cy.txt"\nlink = "www.quay.example"\ncontact = "PC 12"'
    )
    config = load_config(path)
    assert config.messages is not None
    assert config.messages.texts.filled("cy", "Harbour", 6) == (
        "cy Burglary in Harbour.\n\nTake care for 6 weeks.\n\nwww.quay.example or PC 12"
    )
    assert not config.messages.texts.is_example
    assert {name for name in config.input_files() if "message" in name} == {
        "message en", "message cy",
    }  # fmt: skip


def test_without_a_file_our_example_has_the_forces_link_and_contact(tmp_path: Path) -> None:
    config = load_config(write_set_up(tmp_path, 'link = "www.quay.example"\ncontact = "PC 12"'))
    assert config.messages is not None
    texts = config.messages.texts
    assert texts.is_example
    filled = texts.filled("en", "Harbour", 6)
    assert filled is not None
    assert "www.quay.example" in filled
    assert "PC 12" in filled
    assert "{" not in filled


def test_every_fault_of_the_texts_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("{area} {weeks} {link}", encoding="utf-8")
    (tmp_path / "pl.txt").write_text(TEXT + "{fone} }", encoding="utf-8")
    (tmp_path / "ur.txt").write_bytes(TEXT.encode("utf-16"))
    path = write_set_up(
        tmp_path,
        'en = "en.txt"\npl = "pl.txt"\ncy = "cy.txt"\nur = "ur.txt"\nfr = ""\n'
        'contac = "en.txt"\nlink = "a\\nb"',
        f'handling = "{"x" * 81}"',
    )
    with pytest.raises(ConfigError) as told:
        load_config(path)
    assert sorted(told.value.problems) == [
        "b.toml: [messages] contac is not a known setting and no code of a language, such as en "
        "or cy: did you mean contact?",
        "b.toml: [messages] contac names en.txt, which lacks {contact}.",
        "b.toml: [messages] contact is missing: every message names it.",
        f"b.toml: [messages] cy names cy.txt, which is not in {tmp_path}.",
        "b.toml: [messages] en names en.txt, which lacks {contact}.",
        'b.toml: [messages] fr must be the path of a file in quotes, such as "crimes.csv", not '
        "''.",
        "b.toml: [messages] link must be text on one line.",
        "b.toml: [messages] pl names pl.txt, which has {fone}: it may hold {area}, {weeks}, "
        "{link} and {contact} only. It has a brace that opens or closes no blank.",
        "b.toml: [messages] ur names ur.txt, which is not saved as UTF-8: save it so (in Notepad: "
        "Save as, Encoding, UTF-8).",
        f"b.toml: [output] handling must be text of 80 letters or fewer, not {'x' * 60!r}... "
        "(81 letters).",
    ]


def test_marking_is_official_unless_the_force_says_otherwise_and_handling_follows_it() -> None:
    plain = read_config({"incidents": __file__}).output
    assert (plain.marking, plain.handling, plain.marked) == ("OFFICIAL", "", "OFFICIAL")
    said = {"marking": "OFFICIAL-SENSITIVE", "handling": "neighbourhood teams only"}
    output = read_config({"incidents": __file__, "output": said}).output
    assert output.marked == "OFFICIAL-SENSITIVE - neighbourhood teams only"
    assert output.with_marking("SECRET").marked == "SECRET - neighbourhood teams only"
    with pytest.raises(ConfigError, match="marking must be text that is not empty"):
        read_config({"incidents": __file__, "output": {"marking": ""}})
