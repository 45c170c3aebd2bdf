"""The house: imports run downwards, public names stand once, docstrings say what is done."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from numpydoc.validate import validate

import hotspot as hs
from tests.conftest import ROOT

PACKAGE = ROOT / "hotspot"
#: Rooms by floor, the ground first: a room imports from its own floor or below.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("_kernels",),
    ("_errors", "_checks", "rule", "dates", "grid", "geo", "english", "executors", "tiling"),
    ("output",),
    ("reading",),
    ("incidents", "addresses", "areas"),
    ("near_repeat", "knox", "density", "trends", "series"),
    ("forecast", "backtesting", "impact"),
    ("cocooning", "worth", "visits", "patrol", "cameras"),
    ("sheets", "maps", "sharing"),
    ("briefing", "demo"),
    ("cli", "__main__"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
#: Verbs that begin a sentence to a person, not the summary of a function.
NO_FIRST_WORDS = frozenset(
    word + ending
    for word in (
        "Give",
        "Say",
        "Tell",
        "Put",
        "Take",
        "Turn",
        "Bring",
        "Let",
        "Make",
        "Name",
        "Know",
    )
    for ending in ("", "s")
)
MODULES = sorted(PACKAGE.rglob("*.py"))
STUBS = sorted(PACKAGE.rglob("__init__.pyi"))
# What numpydoc must find in every public docstring: a summary that begins with a verb, parameters
# and what is returned; at the top of the package an example, too.
_ASKED = {"GL08", "SS05", "PR01", "PR02", "RT01"}


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {_dotted(path): path for path in MODULES}


def _imports(path: Path) -> Iterator[str]:
    """Return the modules of ours that a module imports, also within its functions.

    What is imported for a type checker alone binds nothing to anything when the code runs.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name):
            node.body = [] if node.test.id == "TYPE_CHECKING" else node.body
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for name in node.names:
                inner = f"{node.module}.{name.name}"
                yield inner if inner in NAMES else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@cache
def _graph() -> dict[str, set[str]]:
    """Return what each module imports; not as this is imported, which every worker does."""
    return {
        name: {one for one in _imports(path) if one.split(".")[0] == "hotspot"}
        for name, path in NAMES.items()
    }


def _room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def test_every_room_stands_on_a_floor():
    rooms = {_room(name) for name in NAMES} - {""}
    assert rooms <= FLOOR.keys()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_imports_run_only_downwards(name: str):
    for other in _graph()[name]:
        if _room(name) and _room(other):
            assert FLOOR[_room(other)] <= FLOOR[_room(name)], f"{name} imports {other} above it"


def test_no_two_rooms_and_no_two_modules_import_each_other():
    by_room: dict[str, set[str]] = {}
    for name, others in _graph().items():
        by_room.setdefault(_room(name), set()).update(_room(other) for other in others)
    for graph in (by_room, _graph()):
        assert _circle(graph) == []


def _circle(graph: dict[str, set[str]]) -> list[str]:
    """Return a circle of imports, or nothing: depth-first search, each node entered once."""
    done: set[str] = set()

    def walk(node: str, way: list[str]) -> list[str]:
        if node in way:
            return [*way[way.index(node) :], node]
        if node in done:
            return []
        for other in sorted(graph.get(node, ()) - {node, "", "hotspot"}):
            if circle := walk(other, [*way, node]):
                return circle
        done.add(node)
        return []

    return next((circle for node in sorted(graph) if (circle := walk(node, []))), [])


def test_a_circle_is_seen():
    assert _circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


@pytest.mark.parametrize("stub", STUBS, ids=_dotted)
def test_the_lists_of_a_room_agree(stub: Path):
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    imported = [
        name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    ]
    package = importlib.import_module(_dotted(stub))
    assert len(imported) == len(set(imported))
    assert set(imported) == set(package.__all__) <= set(dir(package))
    for name in imported:
        assert getattr(package, name) is not None


@pytest.mark.parametrize("stub", STUBS, ids=_dotted)
def test_no_module_bears_a_public_name_of_its_package(stub: Path):
    # Imported as a module, it would take the place of what was loaded lazily under its name.
    public = importlib.import_module(_dotted(stub)).__all__
    modules = {module.name for module in pkgutil.iter_modules([str(stub.parent)])}
    taken = modules & {name for name in public if not inspect.ismodule(_named(stub, name))}
    assert not taken


def _named(stub: Path, name: str) -> object:
    return getattr(importlib.import_module(_dotted(stub)), name)


# The test above holds what makes it so; this one loads all there is.
@pytest.mark.slow
def test_a_function_answers_to_its_name_whatever_was_imported_first():
    run = "\n".join(
        [
            *(f"import {name}" for name in sorted(NAMES) if not name.endswith("__main__")),
            "import inspect, importlib",
            *(
                f"assert not inspect.ismodule({_dotted(stub)}.{name}), {name!r}"
                for stub in STUBS
                for name in importlib.import_module(_dotted(stub)).__all__
                if not inspect.ismodule(_named(stub, name))
            ),
        ]
    )
    subprocess.run([sys.executable, "-c", run], check=True, cwd=ROOT)


def test_names_of_modules_are_not_given_twice():
    stems: dict[str, list[str]] = {}
    for name, path in NAMES.items():
        if path.name != "__init__.py" and _room(name) not in ("cli", "_kernels"):
            stems.setdefault(path.stem, []).append(name)
    assert {stem: names for stem, names in stems.items() if len(names) > 1} == {}


def test_the_top_holds_the_verbs_of_every_week():
    assert len(hs.__all__) < 80


def test_a_name_that_moved_answers_and_says_where_it_is():
    with pytest.warns(DeprecationWarning, match=r"hotspot\.knox\.calibrate_rule"):
        assert hs.calibrate_rule is hs.knox.calibrate_rule  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="nonsense"):
        hs.nonsense  # type: ignore[attr-defined]  # noqa: B018


def test_nothing_is_loaded_before_it_is_used():
    heavy = "{'numpy', 'pandas', 'geopandas', 'numba', 'scipy', 'folium'}"
    # What a command needs that only reads, as `hotspot check`.
    unread = "{'numba', 'scipy', 'sklearn', 'matplotlib', 'xarray', 'sqlalchemy', 'folium'}"
    run = (
        f"import sys, hotspot; assert not {heavy} & set(sys.modules)\n"
        f"import hotspot.briefing.burglaries; assert not {unread} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", run], check=True, cwd=ROOT)


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_modules_and_functions_keep_their_measure(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 500, "a module that outgrows 500 lines becomes a folder"
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not tree.body
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
            assert length <= 60, f"{node.name} has a body of {length} lines"
            given = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
            if node.name.startswith("_") and node.name != "__init__":
                assert given <= 10, f"{node.name} takes {given} arguments: they are a record"
            first = (ast.get_docstring(node) or "Return").split()[0]
            assert first not in NO_FIRST_WORDS, f"{node.name} begins with {first}"


def _public() -> Iterator[str]:
    for stub in STUBS:
        package = importlib.import_module(_dotted(stub))
        for name in package.__all__:
            value = getattr(package, name)
            if not (inspect.isfunction(value) or inspect.isclass(value)):
                continue
            yield f"{value.__module__}.{value.__qualname__}"
            if inspect.isclass(value):
                for member, method in vars(value).items():
                    if not member.startswith("_") and inspect.isfunction(method):
                        yield f"{value.__module__}.{value.__qualname__}.{member}"


@pytest.mark.parametrize("name", sorted(set(_public())))
def test_a_public_docstring_says_what_goes_in_and_comes_out(name: str):
    asked = set(_ASKED)
    last = name.rsplit(".", 1)[-1]
    if last in hs.__all__ and inspect.isfunction(getattr(hs, last)):
        asked.add("EX01")
    found = validate(name)
    assert [error for error in found["errors"] if error[0] in asked] == []
