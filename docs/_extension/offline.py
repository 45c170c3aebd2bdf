"""What was built asks nothing of any network: what a page would fetch fails the build."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

#: What a browser fetches by itself; a link that somebody may follow is none of it.
FETCHED = re.compile(
    r"""(?:<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc\s*=\s*["']?(?:https?:)?//
    |<link\b(?=[^>]*\brel\s*=\s*["']?(?:stylesheet|icon|preload|preconnect|dns-prefetch|modulepreload))
        [^>]*?\bhref\s*=\s*["']?(?:https?:)?//
    |@import\s+(?:url\()?["']?(?:https?:)?//
    |\burl\(\s*["']?(?:https?:)?//)""",
    re.IGNORECASE | re.VERBOSE,
)


def fetched(folder: Path) -> list[str]:
    """Return what the pages, styles and scripts of a folder would fetch, each with its file."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".css", ".js", ".svg"):
            text = path.read_text(encoding="utf-8")
            found += [f"{path.name}: {match[0][:120]}" for match in FETCHED.finditer(text)]
    return found


def _check(app: Sphinx, failed: Exception | None) -> None:
    if failed is None and app.builder.format == "html":
        found = fetched(Path(app.outdir))
        if found:
            raise ExtensionError("The pages would fetch from a network:\n" + "\n".join(found))


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at what was built."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True}
