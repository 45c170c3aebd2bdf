"""Text for people: cleaned, and with nothing in it that a spreadsheet would run."""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

# A path from a root or a drive on, up to the name of its file.
_FOLDERS = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:[\\/]|/)(?:[^\s/\\'\"]+[\\/])+")
_FORMULA_STARTS = "=+-@"
#: Categories of Unicode that text for people is without: control, format (with them the marks of
#: direction, by which a name can seem to end otherwise than it does), half pairs, line and
#: paragraph separators.
REMOVED = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def clean_text(text: str) -> str:
    r"""Remove what has no business in a cell: control, direction and broken characters.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        With a space for each tab and line break.

    Examples
    --------
    >>> clean_text("12 High\x00 St\nFlat\u202e 3")
    '12 High St Flat 3'
    """
    # Nearly every text: what is printable is of no category that is removed, and has one kind of
    # space. A force's lists are cleaned two million times.
    if text.isprintable():
        return str(text)
    spaced = (" " if character in "\t\n\r" else character for character in text)
    return "".join(c for c in spaced if unicodedata.category(c) not in REMOVED)


def without_folders(text: str, places: Iterable[str | os.PathLike[str]] = ()) -> str:
    """Return a text that names files, and never where they are: a path tells of its user.

    Parameters
    ----------
    text : str
    places : iterable of path
        Files and folders that it may name, whose folders may have spaces in their names. Other
        paths are known where they begin at the root and have none.

    Returns
    -------
    str

    Examples
    --------
    >>> without_folders("Cannot write /home/Jane Doe/c.toml.", ["/home/Jane Doe/crimes.csv"])
    'Cannot write c.toml.'
    >>> without_folders("Read /srv/x/c.csv (1/2/2026, https://a.b/c/d).")
    'Read c.csv (1/2/2026, https://a.b/c/d).'
    """
    here = Path.cwd()
    # As they were given and not resolved: so a message names them.
    told = [here / place for place in places]
    known = {here, *here.parents, *told, *(parent for place in told for parent in place.parents)}
    names = {form for folder in known for form in (str(folder), folder.as_posix())}
    names |= {str(folder.relative_to(here)) for folder in known if folder.is_relative_to(here)}
    for name in sorted(names - {".", here.anchor}, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name.rstrip('/'))}[/\\]+", "", text)
    return _FOLDERS.sub("", text)


def safe_cell(text: str) -> str:
    r"""Return text that a spreadsheet which opens a CSV file will not take for a formula.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Cleaned as by `clean_text`; where it begins, after any spaces, with ``=``, ``+``, ``-``
        or ``@`` or their full-width forms, an apostrophe is put before it.

    Notes
    -----
    This is the defence that OWASP gives against "CSV injection".

    Examples
    --------
    >>> safe_cell('=HYPERLINK("http://x")'), safe_cell("\t@SUM(A1)"), safe_cell("12 High St")
    ('\'=HYPERLINK("http://x")', "' @SUM(A1)", '12 High St')
    """
    text = clean_text(text)
    start = text.lstrip()[:1]
    if not start.isascii():
        # Full-width signs count as well: Excel reads them as the plain ones.
        start = unicodedata.normalize("NFKC", start)[:1]
    return f"'{text}" if start and start in _FORMULA_STARTS else text
