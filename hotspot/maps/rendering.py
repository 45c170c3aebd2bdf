"""Folium's rendering, made safe: the same page every time, and no text of the data run.

Three habits of folium are put right while a page is made, and the map is left as it was. Rendered
pieces are templates again, so that ``{{ }}`` in the data would run in Python. Popups and tooltips
stand in JavaScript template literals, so that ``${ }`` would run in the browser. And ids are
random, so that no two files are the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import folium
from branca.element import Element, Figure, Html
from jinja2 import TemplateSyntaxError

from hotspot._errors import OutputError
from hotspot.maps.elements import Panel, ScriptLayer, Verbatim
from hotspot.maps.folium_inside import children_of, text_of

_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
# Every run of these signs whole, so that none is looked at from each of its places: a map is
# mostly digits. The class by itself lets the search leap to where it may begin.
_LONG_RUN = re.compile(r"[0-9a-f][0-9a-f]{31,}")
_SCRIPT_BREAKS = re.compile(r"<(?=/script|!--)", re.IGNORECASE)
_CONTAINERS = ("header", "html", "script")


@dataclass(frozen=True)
class Pieces:
    """A rendered page in parts, and the elements that it was made of."""

    head: str
    body: str
    script: str
    # What each element gave to body and script, by the name of its class.
    by_class: list[tuple[str, str]]


def render(figure: Figure, without: Iterable[Element] = ()) -> Pieces:
    """Render a page, leaving some elements out.

    Parameters
    ----------
    figure : Figure
    without : iterable of Element
        What must not be on the page.

    Returns
    -------
    Pieces

    Raises
    ------
    OutputError
        If text in the map cannot be told from a template.
    """
    with _as_it_was(figure):
        _leave_out(figure, list(without))
        for element in elements_of(figure):
            _make_literal(element)
        later = {name: _empty_of_rendered(figure, name) for name in _CONTAINERS}
        try:
            for child in list(children_of(figure).values()):
                child.render()
        except TemplateSyntaxError as error:
            raise OutputError(
                "Text in this map holds braces that folium takes for a template "
                f"({error.message}): take {{{{, {{% and {{# out of it."
            ) from None
        # What was added after a rendering belongs after what is rendered now.
        for name, pieces in later.items():
            for key, piece in pieces.items():
                children_of(getattr(figure, name)).setdefault(key, piece)
        # Head, body and script in this order: numbers are given out as ids are met.
        stable = _stable_ids(figure)
        head, body, script = (
            _plain(stable(getattr(figure, name).render())) for name in _CONTAINERS
        )
        by_class = list(_by_class(figure))
    # In a script's strings this reads the same, and nothing in them can end the script.
    return Pieces(head, body, _SCRIPT_BREAKS.sub(r"\\x3c", script), by_class)


def elements_of(root: Element) -> Iterator[Element]:
    """Walk every element that hangs on `root`, each once: children, icons, parts of popups."""
    # By identity: elements hang on each other in circles (a map on its figure and back).
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if id(element) in seen:
            continue
        seen.add(id(element))
        yield element
        for value in vars(element).values():
            if isinstance(value, Element):
                waiting.append(value)
            elif isinstance(value, (dict, list, tuple)):
                inside = value.values() if isinstance(value, dict) else value
                waiting.extend(item for item in inside if isinstance(item, Element))


@contextmanager
def _as_it_was(figure: Figure) -> Iterator[None]:
    """Return every element to what it was, afterwards: rendering, and we, change them."""
    before = [
        (element, dict(vars(element)), dict(children_of(element)))
        for element in elements_of(figure)
    ]
    try:
        yield
    finally:
        for element, attributes, children in before:
            vars(element).clear()
            vars(element).update(attributes)
            children_of(element).clear()
            children_of(element).update(children)


def _leave_out(figure: Figure, without: list[Element]) -> None:
    for element in elements_of(figure):
        for name, child in list(children_of(element).items()):
            if any(child is unwanted for unwanted in without):
                del children_of(element)[name]


def _make_literal(element: Element) -> None:
    """Write text of a JavaScript template literal so that it is nothing but text."""
    if isinstance(element, folium.Tooltip):
        element.text = _literal(element.text)
    elif isinstance(element, folium.Popup):
        for child in children_of(element.html).values():
            if isinstance(child, Html):
                child.data = _literal(child.data)


def _literal(text: str) -> str:
    # Folium escapes backticks, but not backslashes before them. The brace is Jinja's, too.
    text = text.replace("\\`", "`").replace("\\", "\\\\")
    return text.replace("`", "\\`").replace("{", "\\x7b")


class _Collected(Element):
    """Holds rendered pieces as text, where folium would take them for templates."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self.figure = figure

    def get_root(self) -> Figure:
        return self.figure

    def add_child(
        self, child: Element, name: str | None = None, index: int | None = None
    ) -> Element:
        text = text_of(child)
        if text is not None:
            child = Verbatim(text)
        return super().add_child(child, name=name, index=index)


def _empty_of_rendered(figure: Figure, container: str) -> dict[str, Element]:
    """Replace a container by one with the user's pieces; return those added after a rendering.

    A map that was shown before holds what was rendered then.
    """
    fresh = _Collected(figure)
    later: dict[str, Element] = {}
    place = children_of(fresh)
    for name, piece in children_of(getattr(figure, container)).items():
        if _ID.search(name) and name != piece.get_name():
            place = later
        else:
            place[name] = piece
    setattr(figure, container, fresh)
    return later


def _stable_ids(figure: Figure) -> Callable[[str], str]:
    """Replace the random ids of a figure by numbers, in the order in which they are met."""
    own = {element.get_name().rpartition("_")[2] for element in elements_of(figure)}
    numbers: dict[str, str] = {}

    def stable(text: str) -> str:
        return _LONG_RUN.sub(
            lambda found: (
                numbers.setdefault(found[0], f"{len(numbers):08x}") if found[0] in own else found[0]
            ),
            text,
        )

    return stable


def _by_class(figure: Figure) -> Iterator[tuple[str, str]]:
    """Return what stands on the page with who put it there; our own layers need no other file."""
    makers = {element.get_name(): element for element in elements_of(figure)}
    for container in (figure.html, figure.script):
        for name, piece in children_of(container).items():
            maker = makers.get(name, piece)
            if not isinstance(maker, (ScriptLayer, Panel)):
                yield type(maker).__name__, piece.render()


def _plain(text: str) -> str:
    """Write text as a browser will read it, so that its hash is what the browser works out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    # What is drawn is escaped, and its text is long: no copies of it for nothing.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
