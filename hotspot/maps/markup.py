"""HTML on its way into a saved map: what it would load is put inside, or refused by name."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate
from urllib.parse import urlsplit

from hotspot._checks import Problems
from hotspot.maps.packaged_files import Library, script_text, unneeded, users, why_missing
from hotspot.maps.style_sheets import style_text

_LOADING_ATTRIBUTES = {
    "audio": ("src",),
    "embed": ("src",),
    "frame": ("src",),
    "iframe": ("src", "srcdoc"),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
_PICTURES = ("image", "img", "input", "source")
_STYLE_ADDRESS = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)")
_PICTURE_NAME = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp)$", re.IGNORECASE)


@dataclass
class Tag:
    """A start tag; of a script the whole element."""

    name: str
    attributes: dict[str, str]
    start: int
    end: int
    content: str = ""

    def addresses(self) -> list[str]:
        """Return what a browser would load for it."""
        # A picture may come as its own bytes; a script or a frame from bytes would run unseen.
        harmless = ("#", "data:") if self.name in _PICTURES else ("#",)
        loaded = (self.attributes.get(name, "") for name in _LOADING_ATTRIBUTES.get(self.name, ()))
        return [address for address in loaded if address and not address.startswith(harmless)]


class _Scan(HTMLParser):
    """Finds the tags of a piece of HTML and where they stand."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[Tag] = []
        self._markup = markup
        self._line_starts = [0, *accumulate(len(line) + 1 for line in markup.split("\n"))]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._place()
        end = start + len(self.get_starttag_text() or "")
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, start, end))

    def handle_endtag(self, tag: str) -> None:
        # HTMLParser takes what is in a script for text, so that no tag comes between.
        if tag == "script" and self.tags and self.tags[-1].name == "script":
            script = self.tags[-1]
            script.content = self._markup[script.end : self._place()]
            script.end = self._markup.index(">", self._place()) + 1

    def _place(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column


def tags_of(markup: str) -> list[Tag]:
    """Return the start tags of a piece of HTML."""
    return _Scan(markup).tags


@dataclass(frozen=True)
class Page:
    """What must be known to put files into the HTML of a page.

    Parameters
    ----------
    library : Library
    asked_by : dict
        The classes of the elements that link to each address.
    by_class : list of (str, str)
        What each element gave to the page, by the name of its class.
    problems : Problems
        Gets a sentence for all that cannot be had.
    """

    library: Library
    asked_by: dict[str, set[str]]
    by_class: list[tuple[str, str]]
    problems: Problems

    def inlined(self, markup: str) -> tuple[str, list[str]]:
        """Write the content of files where they are linked to.

        Returns
        -------
        str
        list of str
            The text of each script in it, in their order.
        """
        for address in _STYLE_ADDRESS.findall(markup):
            self._refuse(f"{address} is asked for by a style, and a saved map fetches nothing.")
        parts: list[str] = []
        scripts: list[str] = []
        place = 0
        for tag in tags_of(markup):
            addresses = tag.addresses()
            if not addresses:
                scripts += [tag.content] if tag.name == "script" else []
                continue
            if tag.name in ("script", "link"):
                files = [file for file in map(self._file, addresses) if file is not None]
                content = "".join(f"<{name}>{text}</{name}>" for name, text in files)
                # Libraries are long, and to look for these in the page would take longest of all.
                scripts += [text for name, text in files if name == "script"]
            else:
                content = with_pictures(markup[tag.start : tag.end], self.library)
                if tags_of(content)[0].addresses():
                    self._refuse(self._unloadable(tag))
            parts += [markup[place : tag.start], content]
            place = tag.end
        return "".join([*parts, markup[place:]]), scripts

    def _file(self, address: str) -> tuple[str, str] | None:
        """Return a file as the name of an element and its text.

        None where nothing on the map needs it, or it cannot be had.
        """
        if unneeded(address, self.by_class):
            return None
        found = self.library.text(address)
        if found is None:
            asking = sorted(self.asked_by.get(address, ["your own HTML"]))
            names = users(address, self.by_class) or asking
            self._refuse(
                f"{address} is needed by {', '.join(names)}, but {why_missing(address)}. Put it "
                "into a folder, if you have it, and name that with files=."
            )
            return None
        if not urlsplit(address).path.endswith(".css"):
            return "script", script_text(found)
        texts = [text for _, text in self.by_class]
        return "style", style_text(found, address, self.library, texts, self.problems)

    def _unloadable(self, tag: Tag) -> str:
        address = tag.addresses()[0]
        names = sorted({name for name, text in self.by_class if address in text})
        problem = f"{address:.100} would be loaded by {', '.join(names) or 'your own HTML'}"
        problem += f" (a tag <{tag.name}>), and a saved map fetches nothing"
        if tag.name in _PICTURES:
            return f"{problem}: put the picture into a folder and name it with files=."
        return f"{problem}."

    def _refuse(self, problem: str) -> None:
        # A file that ten elements ask for is one problem.
        if problem not in self.problems.found:
            self.problems.add(problem)


def with_pictures(markup: str, library: Library) -> str:
    """Write the pictures of a piece of HTML into it, those that the user's folder holds."""
    # From the end, so that the places of the tags before it stay right.
    for tag in reversed(tags_of(markup)):
        if tag.name not in _PICTURES:
            continue
        text = markup[tag.start : tag.end]
        for address in tag.addresses():
            if held := library.picture(address):
                text = text.replace(address, held)
        markup = markup[: tag.start] + text + markup[tag.end :]
    return markup


def pictures_asked_for(markup: str) -> list[str]:
    """Return which pictures a piece of HTML would load from the web or from a disk."""
    return [
        address
        for tag in tags_of(markup)
        if tag.name in _PICTURES
        for address in tag.addresses()
        if urlsplit(address).netloc or _PICTURE_NAME.search(urlsplit(address).path)
    ]
