"""What surrounds the code: one version, links that hold, tests that are named and are there."""

import configparser
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_extension"))

PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _metadata() -> configparser.SectionProxy:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser["metadata"]


def test_one_version_stands_in_metadata_citation_and_changes() -> None:
    version = _metadata()["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {version}\n" in citation
    heading = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)[0]
    released = re.search(r"^date-released: (\S+)$", citation, re.MULTILINE)
    assert released
    assert heading in (f"{version}, {released[1]}", f"Unreleased: {version}")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_what_a_page_links_to_is_there(name: str) -> None:
    for target in _LINK.findall((ROOT / name).read_text(encoding="utf-8")):
        assert target.startswith("https://") or (ROOT / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_what_a_page_of_the_documentation_links_to_is_there(path: Path) -> None:
    for target in _LINK.findall(path.read_text(encoding="utf-8")):
        made = "reference/" in target
        assert made or target.startswith("https://") or (path.parent / target).exists(), target


def test_every_test_that_the_pages_name_is_there() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    named = set()
    for path in PAGES:
        named |= set(re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8")))
    assert len(named) > 15
    assert [name for name in sorted(named) if f"def {name}(" not in tests] == []


def test_every_function_that_computes_is_on_the_page_of_method() -> None:
    """What is left out reads, writes or draws; what is new has its formula there, or a word."""
    without = {"plot_calendar", "plot_surface", "read_plan", "write_plan", "read_places"}
    without |= {"read_patrols", "check_patrols", "read_shifts", "read_cameras", "check_cameras"}
    page = "\n".join(path.read_text("utf-8") for path in PAGES if "method" in path.as_posix())
    told = set(re.findall(r"`(?:\w+\.)?(\w+)`", page))
    rooms = "near_repeat knox density forecast backtesting trends impact series worth cocooning"
    for room in [*rooms.split(), "patrol", "cameras"]:
        stub = (ROOT / "hotspot" / room / "__init__.pyi").read_text("utf-8")
        public = set(re.findall(r"as (\w+)$", stub, re.MULTILINE))
        computes = {name for name in public if name.islower()}
        if room == "forecast":
            computes = public - {"Forecast"}
        assert computes - without <= told, room


def test_every_public_room_is_in_the_reference() -> None:
    from rooms import GROUND, floors, rooms

    assert {path.parent.name for path in (ROOT / "hotspot").glob("*/__init__.pyi")} < set(rooms())
    assert {"Grid", "read_areas", "DataError"} <= set(rooms()[GROUND])
    assert "knox" in [room for _, names, _ in floors() for room in names]


def test_what_a_page_would_fetch_is_seen(tmp_path: Path) -> None:
    from offline import fetched

    (tmp_path / "good.html").write_text(
        '<a href="https://x.example">x</a><link rel="next" href="b.html"><script src="a.js">',
        "utf-8",
    )
    assert fetched(tmp_path) == []
    (tmp_path / "bad.html").write_text(
        '<link href="https://x.example/f.css" rel="stylesheet">'
        '<script async\n src="//x.example/m.js">'
        "<style>a{background:url(http://x.example/b.png)}</style>", "utf-8",
    )  # fmt: skip
    assert len(fetched(tmp_path)) == 3


@pytest.mark.slow
def test_command_and_notebook_give_one_number_for_one_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They counted differently, by stop list and addresses: 8 and 10, -14 and +11 %."""
    from hotspot.cli import main

    stored = nbformat.read(ROOT / "notebooks" / "6-is-it-up-or-down.ipynb", as_version=4)
    told = next(
        output.text
        for cell in stored.cells
        if cell.cell_type == "code" and "table.summary()" in cell.source
        for output in cell.outputs
    )
    set_up = str(ROOT / "sample_data" / "briefing.toml")
    assert main(["trends", set_up, "--month", "2026-02", "--folder", str(tmp_path / "trends")]) == 0
    assert told.splitlines()[:3] == capsys.readouterr().out.splitlines()[:3]


@pytest.mark.slow
def test_what_git_keeps_is_in_the_source_distribution(tmp_path: Path) -> None:
    """A source distribution holds all that its tests need, and nothing that was made on the way."""
    pytest.importorskip("setuptools")
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout of git")
    kept = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    tree = tmp_path / "tree"
    for name in kept:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((ROOT / name).read_bytes())
    build = "from setuptools import build_meta; print(build_meta.build_sdist('..'))"
    told = subprocess.run(
        [sys.executable, "-c", build], cwd=tree, capture_output=True, text=True, check=True
    )
    with tarfile.open(tmp_path / told.stdout.splitlines()[-1]) as packed:
        names = {one.name.split("/", 1)[1] for one in packed.getmembers() if one.isfile()}
    made = {name for name in names if "egg-info/" in name} | {"PKG-INFO"}
    assert names - made == kept - {".gitattributes"}
