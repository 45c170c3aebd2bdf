"""What is wrong with a set-up, in the words of whoever wrote it."""

import difflib
from collections.abc import Mapping
from typing import TypeAlias

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from hotspot._errors import quoted

# What is repeated of somebody else's sentence, and of a name.
_MOST = 200
Tables: TypeAlias = Mapping[str, type[BaseModel]]


def toml_fault_words(error: ValueError) -> str:
    """Return why a TOML file cannot be read; a Windows path in double quotes is usual."""
    text = str(error)
    text = text if len(text) <= _MOST else f"{text[:_MOST]}..."
    if "escape" in text.lower() or "hex value" in text.lower() or "\\" in text:
        return f"{text}. Write paths with / or in single quotes: 'C:\\data\\crimes.csv'."
    return f"{text}."


def fault_words(fault: ErrorDetails, whole: type[BaseModel], tables: Tables) -> str:
    """Return one fault in people's words.

    Parameters
    ----------
    fault : dict
        As pydantic tells of it.
    whole : type
        The model of the set-up.
    tables : mapping
        The models of its tables, by name.

    Returns
    -------
    str
    """
    kind, value, context = fault["type"], fault["input"], fault.get("ctx", {})
    loc = fault["loc"]
    where = _where(loc, tables)
    if kind == "extra_forbidden":
        return _unknown(loc, whole, tables)
    if kind == "missing" and loc[0] == "messages":
        return f"{where} is missing: every message names it."
    if kind == "missing":
        return f"{where} is missing: {_what_it_is(loc)}."
    if kind == "value_error":
        return f"{where} {context['error']}"
    bounds = {
        "greater_than": "more than {gt:g}",
        "greater_than_equal": "{ge:g} or more",
        "less_than": "less than {lt:,}",
        "less_than_equal": "{le:,.10g} or less",
        "float_type": "a number",
        "finite_number": "a finite number",
        "int_type": "a whole number",
        "bool_type": "true or false",
        "string_type": "text in quotes",
        "string_too_short": "text that is not empty",
        "string_too_long": "text of {max_length} letters or fewer",
        "dict_type": 'a table of names, such as {{ crime_ref = "Crime Ref" }}',
        "model_type": "a table with a line [{where}]",
        "tuple_type": "tables, each with a line [[{where}]]",
    }
    if kind not in bounds:
        return f"{where}: {fault['msg']}, not {quoted(value)}."
    wanted = bounds[kind].format(where=where.strip("[]"), **context)
    return f"{where} must be {wanted}, not {quoted(value)}."


def _where(loc: tuple[int | str, ...], tables: Tables) -> str:
    """Return a place in the file as a reader looks for it: ``[rule] distance_m``."""
    # pydantic ends the place of a faulty key so; in [messages] each language is a setting.
    within = (*("languages",) * (loc[0] == "messages"), "[key]")
    names = [str(part)[:_MOST] for part in loc if part not in within]
    if names[0] not in tables:
        return names[0]
    if names[0] == "operations" and isinstance(loc[-1], str) and len(loc) > 2:
        # Of several tables of one name the number tells which.
        return f"[[operations]] {int(loc[1]) + 1} {'.'.join(names[2:])}"
    return " ".join([f"[{names[0]}]", ".".join(names[1:])]).strip()


def _what_it_is(loc: tuple[int | str, ...]) -> str:
    """Return what a table needs: most of all a file."""
    of_operation = {
        "name": "what the operation is called",
        "treated": "it names the file of the ground where it was",
        "before": "the first and the last day, such as [2024-03-01, 2025-02-28]",
        "after": "the first and the last day, such as [2025-03-01, 2026-02-28]",
    }
    if loc[0] == "operations":
        return of_operation[str(loc[-1])]
    files = {"incidents": "burglaries", "areas": "beats or wards"}
    return f"it names the file of {files.get(str(loc[0]), str(loc[0]))}"


def _unknown(loc: tuple[int | str, ...], whole: type[BaseModel], tables: Tables) -> str:
    """Return that a setting is unknown, and which one was meant."""
    name = str(loc[-1])
    here = tables.get(str(loc[0]), BaseModel) if len(loc) > 1 else whole
    close = difflib.get_close_matches(name, here.model_fields, n=1, cutoff=0.6)
    if here is whole and close and close[0] in tables:
        return f"[{name}] is not a known table: did you mean [{close[0]}]?"
    if close:
        return f"{_where(loc, tables)} is not a known setting: did you mean {close[0]}?"
    homes = [table for table, model in tables.items() if name in model.model_fields]
    if homes:
        return f"{_where(loc, tables)} does not belong here: put it under [{homes[0]}]."
    known = ", ".join(here.model_fields)
    return f"{_where(loc, tables)} is not a known setting: known are {known}."
