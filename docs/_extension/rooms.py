"""The reference: a page for each room, in the floors of CONTRIBUTING.md, from the rooms' own lists.

What an ``__init__.pyi`` makes public is on the page of its room, whoever added it.
"""

import ast
import importlib
import inspect
import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
#: What stands on the ground floor and is public at the top of the package alone.
GROUND = "ground"


def public_names(stub: Path) -> list[str]:
    """Return the names of functions, classes and constants that a stub lists."""
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    return [
        name.asname or name.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    ]


def rooms() -> dict[str, list[str]]:
    """Return the public names of each room, in the order of the package's own list."""
    found = {
        stub.parent.name: public_names(stub)
        for stub in sorted((ROOT / "hotspot").glob("*/__init__.pyi"))
    }
    at_the_top = public_names(ROOT / "hotspot" / "__init__.pyi")
    elsewhere = {name for names in found.values() for name in names}
    found[GROUND] = [name for name in at_the_top if name not in elsewhere]
    return found


def floors() -> list[tuple[str, list[str], str]]:
    """Return floor, its rooms and what lives there, from the top, as CONTRIBUTING.md has them."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text[text.index("| floor |") :].split("\n\n", maxsplit=1)[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()]
    return [
        (floor, re.findall(r"`(\w+)/?(?:\.py)?`", names), told) for floor, names, told in rows[2:]
    ]


def _title(room: str) -> tuple[str, str]:
    """Return the heading of a room's page and the first line of what it says of itself."""
    if room == GROUND:
        return "What stands at the top alone", "Grid, areas and errors: what every room agrees on."
    words = inspect.getdoc(importlib.import_module(f"hotspot.{room}")) or ""
    return room.replace("_", " ").capitalize(), words.splitlines()[0]


def _page(room: str, names: list[str], at_the_top: set[str]) -> str:
    """Return the page of a room, as reStructuredText."""
    title, first = _title(room)
    path = "hotspot" if room == GROUND else f"hotspot.{room}"
    lines = [f".. _room-{room}:", "", title, "=" * len(title), "", first, ""]
    if room != GROUND:
        lines += [f"Reached as ``hs.{room}``; what is marked with a star as ``hs`` alone, too.", ""]
    lines += [".. list-table::", "   :widths: 40 60", ""]
    package = importlib.import_module(path)
    blocks = []
    for name in sorted(names, key=lambda name: (not callable(getattr(package, name)), name)):
        thing = getattr(package, name)
        documented = inspect.isclass(thing) or inspect.isroutine(thing)
        told = (inspect.getdoc(thing) or "").split("\n\n")[0] if documented else "A constant."
        star = " ★" if room != GROUND and name in at_the_top else ""
        lines += [f"   * - `{name} <#{path}.{name}>`__{star}", f"     - {' '.join(told.split())}"]
        if inspect.isclass(thing):
            members = "" if issubclass(thing, Exception) else "   :members:\n"
            blocks.append(f".. autoclass:: {path}.{name}\n{members}")
        elif documented:
            blocks.append(f".. autofunction:: {path}.{name}\n")
        else:
            blocks.append(f".. data:: {path}.{name}\n   :value: {_short(thing)}\n")
    return "\n".join([*lines, "", *blocks])


def _short(thing: object) -> str:
    text = " ".join(repr(thing).split())
    return text if len(text) <= 70 else f"{text[:67]}..."


def write_reference(app: Sphinx) -> None:
    """Write a page for each room into the folder ``reference`` of the sources."""
    folder, pages = Path(app.srcdir) / "reference", {}
    left, at_the_top = rooms(), set(public_names(ROOT / "hotspot" / "__init__.pyi"))
    index = ["Reference", "=========", ""]
    index += ["Every public name, by subject: a page for each room of the package.", ""]
    placed = [(floor, [name for name in names if name in left]) for floor, names, _ in floors()]
    others = sorted(left.keys() - {name for _, names in placed for name in names} - {GROUND})
    placed += [("other rooms", others), ("ground", [GROUND])]
    seen: set[str] = set()
    for floor, names in placed:
        names = [name for name in names if name not in seen]
        if not names:
            continue
        seen.update(names)
        heading = floor.capitalize()
        index += [heading, "-" * len(heading), "", ".. toctree::", "   :maxdepth: 1", ""]
        for room in names:
            pages[f"{room}.rst"] = _page(room, left[room], at_the_top)
            index.append(f"   {_title(room)[0]} <{room}>")
        index.append("")
    pages["index.rst"] = "\n".join(index)
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        # A page that did not change is not read again.
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _skip(_app: Sphinx, _what: str, name: str, thing: object, skip: bool, _: object) -> bool:
    """Leave out what scikit-learn adds to every estimator, and fields that stand above by name."""
    if re.fullmatch(r"set_\w+_request", name):
        return True
    return skip or (inspect.getdoc(thing) or "").startswith("Alias for field number")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the reference before Sphinx looks which pages there are."""
    app.connect("builder-inited", write_reference)
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}
