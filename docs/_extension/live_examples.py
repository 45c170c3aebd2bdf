"""Examples that run while the pages are built: what stands below the code is what it gave.

``{run}`` is Python, all of a page in one namespace; ``{command}`` a line of the command line. Both
run in a copy of the sample of their own for each page. What fails, fails the build.
"""

import ast
import contextlib
import io
import os
import shlex
import shutil
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any, ClassVar, cast

import matplotlib

matplotlib.use("Agg")

from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib import pyplot as plt
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import hotspot as hs
from hotspot.cli import main

ROOT = Path(__file__).resolve().parents[2]
#: Lines of a command's answer that are shown.
MOST_LINES = 14


class _Page:
    """Folder and namespace of the examples of a page."""

    def __init__(self, base: Path, name: str) -> None:
        self.folder = base / name.replace("/", "-")
        shutil.copytree(ROOT / "sample_data", self.folder)
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.pictures = 0


class _Live(SphinxDirective):
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "hide": directives.flag,  # run, and show nothing of the code
        "quiet": directives.flag,  # run, and show nothing of the answer
        "alt": directives.unchanged,  # what a picture shows, for those who do not see it
        "lines": directives.nonnegative_int,  # how many of the answer, from its beginning
        "last": directives.nonnegative_int,  # or from its end
    }

    def page(self) -> _Page:
        """Return what the examples of this page share."""
        pages = self.env.temp_data.setdefault("live_examples", {})
        if self.env.docname not in pages:
            pages[self.env.docname] = _Page(self.env.app.live_folder, self.env.docname)
        page: _Page = pages[self.env.docname]
        return page

    def shown(self, text: str, language: str) -> list[nodes.Node]:
        """Return code as a block, if it is to be shown."""
        if "hide" in self.options:
            return []
        return [nodes.literal_block(text, text, language=language)]

    def answer(self, text: str) -> list[nodes.Node]:
        """Return what was printed as a block, its first lines alone where it is long."""
        # Where these pages were built is nobody's business.
        lines = text.replace(f"{self.page().folder}{os.sep}", "").rstrip().splitlines()
        if "quiet" in self.options or not lines:
            return []
        most = self.options.get("lines", MOST_LINES)
        if last := self.options.get("last"):
            lines = ["...", *lines[-last:]] if len(lines) > last else lines
        elif len(lines) > most:
            lines = [*lines[:most], f"... and {len(lines) - most} more lines"]
        told = "\n".join(lines)
        return [nodes.literal_block(told, told, language="text", classes=["answer"])]


class Run(_Live):
    """Run Python, and show it with what it printed, gave and drew."""

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the example."""
        code, page, printed = "\n".join(self.content), self.page(), io.StringIO()
        tree = ast.parse(code)
        ends_in_value = isinstance(tree.body[-1], ast.Expr)
        last = cast(ast.Expr, tree.body.pop()) if ends_in_value else None
        value = None
        plt.close("all")
        with (
            contextlib.chdir(page.folder),
            contextlib.redirect_stdout(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore", hs.DataWarning)
            try:
                exec(compile(tree, self.env.docname, "exec"), page.names)
                if last is not None:
                    expression = ast.Expression(last.value)
                    value = eval(compile(expression, self.env.docname, "eval"), page.names)
            except Exception as error:
                raise self.error("".join(traceback.format_exception(error))) from error
        drawn = self.picture(value, page)
        table = [] if drawn else self.table(value)
        if value is not None and not drawn and not table:
            printed.write(f"{value!r}\n" if not isinstance(value, str) else f"{value}\n")
        return [*self.shown(code, "python"), *self.answer(printed.getvalue()), *table, *drawn]

    def picture(self, value: Any, page: _Page) -> list[nodes.Node]:
        """Return the picture that the last line gave, kept as a file beside the pages."""
        figure = getattr(value, "figure", value)
        if not hasattr(figure, "savefig"):
            return []
        page.pictures += 1
        name = f"{self.env.docname.replace('/', '-')}-{page.pictures}.png"
        folder = Path(self.env.srcdir) / "pictures"
        folder.mkdir(exist_ok=True)
        figure.savefig(folder / name, dpi=110, bbox_inches="tight")
        plt.close("all")
        alt = self.options.get("alt")
        if not alt:
            raise self.error("a picture needs :alt:, what it shows")
        return [nodes.image(uri=f"/pictures/{name}", alt=alt)]

    def table(self, value: Any) -> list[nodes.Node]:
        """Return a frame as a table that scrolls in itself."""
        if not hasattr(value, "to_html") or "quiet" in self.options:
            return []
        text = value.to_html(border=0, classes="docutils frame", max_rows=10)
        return [nodes.raw("", f'<div class="wide">{text}</div>', format="html")]


class Command(_Live):
    """Run commands, a line each, and show them with what they said."""

    def run(self) -> list[nodes.Node]:
        """Return the nodes of the example."""
        page, said = self.page(), io.StringIO()
        for line in self.content:
            program, *words = shlex.split(line, comments=True)
            assert program == "hotspot", line
            with (
                contextlib.chdir(page.folder),
                contextlib.redirect_stdout(said),
                contextlib.redirect_stderr(io.StringIO()) as faults,
            ):
                status = main(words)
            if status:
                raise self.error(f"{line}: exit status {status}\n{faults.getvalue()}")
        return [*self.shown("\n".join(self.content), "sh"), *self.answer(said.getvalue())]


def _start(app: Sphinx) -> None:
    os.environ.setdefault("MPLBACKEND", "Agg")
    app.live_folder = Path(tempfile.mkdtemp(prefix="hotspot-docs-"))


def _end(app: Sphinx, _: Exception | None) -> None:
    shutil.rmtree(app.live_folder, ignore_errors=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives to Sphinx."""
    app.add_directive("run", Run)
    app.add_directive("command", Command)
    app.connect("builder-inited", _start)
    app.connect("build-finished", _end)
    return {"parallel_read_safe": False}
