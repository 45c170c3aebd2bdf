"""Text for people: cleaned, and with nothing in it that a spreadsheet would run."""

import unicodedata

_FORMULA_STARTS = "=+-@"


def clean_text(text: str) -> str:
    r"""Take out what has no business in a cell: control, direction and broken characters.

    Examples
    --------
    >>> clean_text("12 High\x00 St\nFlat\u202e 3")
    '12 High St Flat 3'
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character in "\t\n\r":
            kept.append(" ")
        elif category not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            kept.append(character)
    return "".join(kept)


def safe_cell(text: str) -> str:
    r"""Make text that a spreadsheet which opens a CSV file will not take for a formula.

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
    start = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if start and start[0] in _FORMULA_STARTS else text
