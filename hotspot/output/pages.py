"""Pages of ours: made from a template, every text of the data escaped, one file each."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from hotspot.output.files import replacing_file


def make_page(template: str, **content: Any) -> str:
    """Fill a template of `_assets`; what is missing is a fault, never a gap."""
    return environment().get_template(template).render(**content)


def write_page(text: str, path: Path) -> Path:
    """Write a page whole or not at all."""
    with replacing_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return path


def own_script(name: str) -> tuple[Markup, str]:
    """Return a script of `_assets` to stand in a page, and what its policy must say of it."""
    script = files("hotspot").joinpath("_assets", name).read_text(encoding="utf-8")
    script = script.replace("\r\n", "\n")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Markup(script), f"'sha256-{digest}'"


def css_text(text: str) -> str:
    r"""Return a text for a string in CSS of which no character means anything there.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> css_text('A"')
    '\\000041\\000022'
    """
    return "".join(f"\\{ord(character):06x}" for character in text)


@cache
def environment() -> Environment:
    """Return the one environment of all pages: what is missing is a fault, all text is escaped."""
    made = Environment(
        loader=PackageLoader("hotspot", "_assets"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["css_text"] = css_text
    return made
