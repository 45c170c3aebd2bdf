r"""Formulas as MathML, which browsers draw by themselves: no script, no font and no LaTeX.

No browser breaks a formula into lines. So a display is cut where it may be broken on a narrow
screen: at ``\qquad``, between two formulas, and at ``\allowbreak``, within one.
"""

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

_BREAK = re.compile(r"\\(qquad|allowbreak)\b")


def _mathml(formula: str, as_block: bool) -> str:
    try:
        return str(tex2mathml(formula, as_block=as_block))
    except MathError as error:
        raise SphinxError(f"The formula {formula!r} cannot be drawn: {error}") from error


def _parts(formula: str) -> list[tuple[str, str]]:
    """Return the parts of a display, each after the word of the break before it."""
    pieces = ["qquad", *_BREAK.split(formula)]
    return [(word, part.strip()) for word, part in zip(pieces[::2], pieces[1::2], strict=True)]


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    parts = "\n".join(
        f'<span class="{"part" if word == "qquad" else "part goes-on"}">'
        f"{_mathml(part, as_block=True)}</span>"
        for word, part in _parts(node.astext())
    )
    writer.body.append(f'<div class="formula">{parts}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the renderer to Sphinx, and take it."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True}
