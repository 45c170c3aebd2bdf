"""``hotspot map``: print a saved map, make a public one."""

import re
import shutil
from pathlib import Path
from typing import Any

import folium
import pytest

from hotspot.cli import main
from hotspot.cli.options import DONE, UNUSABLE
from hotspot.maps import save_map
from hotspot.output.printing import find_browser

POINTS_A_MM = 72 / 25.4


def page_size_mm(pdf: Path) -> tuple[float, float]:
    """Read the size of the first page of a PDF."""
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf.read_bytes())
    assert box
    return float(box[1]) / POINTS_A_MM, float(box[2]) / POINTS_A_MM


@pytest.fixture
def sample_dir(sample_dir: Path, tmp_path: Path) -> Path:
    """Return a copy of the made-up town, for a command writes the set-up that it guesses."""
    copy = tmp_path / "sample"
    ignored = shutil.ignore_patterns("briefing", "*.toml", "*.db")
    return Path(shutil.copytree(sample_dir, copy, ignore=ignored))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    m = folium.Map([53.1, 2.2], tiles=None, zoom_start=15)
    folium.Marker([53.1, 2.2], icon=folium.Icon("red")).add_to(m)
    return save_map(m, tmp_path / "map.html")


@pytest.mark.parametrize(("paper", "size"), [("A4", (297, 210)), ("A3", (420, 297))])
def test_a_saved_map_is_printed_landscape(
    saved: Path, paper: str, size: tuple[float, float], capsys: Any
) -> None:
    if find_browser() is None:
        pytest.skip("no browser on this machine")

    status = main(["map", "print", str(saved), "--paper", paper])

    printed = saved.with_suffix(".pdf")
    assert status == DONE
    assert capsys.readouterr().out.strip() == str(printed)
    assert page_size_mm(printed) == pytest.approx(size, abs=1)


def test_a_saved_map_becomes_a_picture(saved: Path) -> None:
    if find_browser() is None:
        pytest.skip("no browser on this machine")
    out = saved.with_name("wall.png")

    assert main(["map", "print", str(saved), "--out", str(out)]) == DONE

    header = out.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")
    assert (width, height) == (2246, 1588)


def test_without_a_browser_the_command_says_what_to_do(
    saved: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSPOT_BROWSER", str(saved.parent / "none"))

    assert main(["map", "print", str(saved)]) == UNUSABLE

    assert "no Edge, Chrome or Chromium was found" in capsys.readouterr().err
    assert not saved.with_suffix(".pdf").exists()


def test_a_public_map_of_the_sample_is_made(tmp_path: Path, sample_dir: Path, capsys: Any) -> None:
    out = tmp_path / "public.html"
    arguments = ["map", "public", str(sample_dir / "burglaries.csv"), "--out", str(out)]
    places = ["--areas", str(sample_dir / "beats.geojson")]
    homes = ["--addresses", str(sample_dir / "addresses.csv")]

    assert main([*arguments, *places, *homes, "--months", "6", "--title", "Quay"]) == DONE

    said = capsys.readouterr()
    assert said.out.strip() == str(out)
    assert "a year and its quarters give hidden counts away" in said.err
    assert f"kept in {tmp_path / 'published.json'}" in said.err
    page = out.read_text(encoding="utf-8")
    assert "PUBLIC" not in page
    assert "OFFICIAL" not in page
    assert "Found from 1 July 2025 to 31 December 2025" in page


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_a_year_beside_its_half_is_refused(tmp_path: Path, sample_dir: Path, capsys: Any) -> None:
    set_up = (
        f'[incidents]\npath = "{sample_dir / "burglaries.csv"}"\n'
        f'[addresses]\npath = "{sample_dir / "addresses.csv"}"\n'
    )
    plain = tmp_path / "plain.toml"
    plain.write_text(set_up, encoding="utf-8")
    out, other = tmp_path / "half.html", tmp_path / "other.html"

    assert main(["map", "public", str(plain), "--months", "6", "--out", str(out)]) == DONE
    assert main(["map", "public", str(plain), "--out", str(other)]) == UNUSABLE
    said = capsys.readouterr().err
    assert "cannot be published beside half.html" in said
    assert "wait for a whole later period" in said
    assert not other.exists()


def test_a_public_map_without_addresses_is_not_made(
    tmp_path: Path, sample_dir: Path, capsys: Any
) -> None:
    out = tmp_path / "public.html"

    status = main(["map", "public", str(sample_dir / "burglaries.csv"), "--out", str(out)])

    assert status == UNUSABLE
    assert "Give the addresses" in capsys.readouterr().err
    assert not out.exists()
