"""Text for people: cleaned, and with nothing in it that a spreadsheet would run."""

import unicodedata

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
    spaced = (" " if character in "\t\n\r" else character for character in text)
    return "".join(c for c in spaced if unicodedata.category(c) not in REMOVED)


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
    # Full-width signs count as well: Excel reads them as the plain ones.
    start = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if start and start[0] in _FORMULA_STARTS else text
