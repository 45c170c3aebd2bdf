"""Addresses that stand in columns: Royal Mail's, land and property gazetteers', OpenStreetMap's."""

import re
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pandas as pd

from hotspot.addresses.address_parser import parse_address, parse_addresses, pieces_of_line
from hotspot.addresses.address_pieces import NUMBER, UNIT, WORDS
from hotspot.addresses.house_numbers import parse_houses
from hotspot.reading.cells import join_texts

Column: TypeAlias = "pd.Series | None"

#: Those that a line does not tell apart come last.
MODEL = (
    "unit", "building", "number", "street", "dependent_street", "locality", "town", "postcode",
)  # fmt: skip
# What a gazetteer and Royal Mail call one thing: the first goes before.
_SAME = {
    "street": ("street", "gazetteer_street"),
    "building": ("housename", "pao_text"),
    "locality": ("locality", "gazetteer_locality"),
    "town": ("town", "gazetteer_town"),
    "postcode": ("postcode", "gazetteer_postcode"),
}
# Start and end of a number as gazetteers hold them, of the house (PAO) and of the flat (SAO).
_GAZETTEER = ("start", "start_suffix", "end", "end_suffix")
_WORD = re.compile(r"(?!and\b|to\b)[^\W\d_]{2}", re.IGNORECASE)


def with_model(parts: pd.DataFrame) -> pd.DataFrame:
    """Build the columns of the one model of an address from those that a source has.

    Parameters
    ----------
    parts : DataFrame of str
        A column for each field of addresses that was found.

    Returns
    -------
    DataFrame
        `parts` with ``address`` (put together where the source has no whole one) and the fields
        of `MODEL`. What stands in a column of its own goes before what the address tells.
    """
    model = _of_columns(parts)
    if "address" in parts.columns:
        read = parse_addresses(parts["address"])
        model = {field: _either(model[field], read.get(field)) for field in MODEL}
        address: Column = parts["address"]
    else:
        address = _on_an_envelope(model)
    empty = pd.Series(None, index=parts.index, dtype=object)
    filled = {**model, "address": address}
    return parts.assign(
        **{field: empty if column is None else column for field, column in filled.items()}
    )


def _of_columns(parts: pd.DataFrame) -> dict[str, Column]:
    """Return each field of the model as the columns tell it; None where none does."""
    model: dict[str, Column] = {
        field: _either(*map(parts.get, names)) for field, names in _SAME.items()
    }
    number, its_unit, its_name = _read_each(parts.get("number"), _of_number, 3)
    # Royal Mail holds "4A" and "8-10" as the name of the building.
    unnumbered = _where_missing(parts.get("housename"), number)
    name, number_in_name, unit_in_name = _read_each(unnumbered, _of_building_name, 3)
    if unnumbered is not None:
        name = _either(name, parts["housename"].where(unnumbered.isna()))
        model["building"] = _either(name, parts.get("pao_text"))
    unit = _either(parts.get("unit"), unit_in_name, _gazetteer_flat(parts), _flats(parts), its_unit)
    number = _either(number, number_in_name, _gazetteer_number(parts, "pao"))
    number, street, main = _streets(parts.get("dependent_street"), model["street"], number)
    place = parts.get("place")
    if place is not None and number is not None:
        # Where there is no street the houses of a hamlet are numbered through.
        along = _where_missing(place.where(number.notna()), street)
        street, place = _either(street, along), _where_missing(place, along)
    localities = (parts.get("double_locality"), place, model["locality"])
    held = [part for part in localities if part is not None]
    return {
        **model,
        "unit": unit,
        "building": _either(model["building"], its_name),
        "number": number,
        "street": street,
        "dependent_street": main,
        "locality": join_texts(held) if held else None,
    }


def _streets(dependent: Column, street: Column, number: Column) -> tuple[Column, Column, Column]:
    """Return number, the street that it counts on, and the street that this one depends on."""
    main = None
    if dependent is not None:
        main = None if street is None else street.where(dependent.notna(), None)
        street = _either(dependent, street)
    in_street, first, second = _read_each(street, _of_street, 3)
    return _either(number, in_street), first, _either(main, second)


def _either(*columns: Column) -> Column:
    """Return for each row the first of some columns that holds anything."""
    held = [column for column in columns if column is not None]
    if not held:
        return None
    either = held[0].astype(object)
    for other in held[1:]:
        either = either.where(either.notna(), other)
    return either


def _where_missing(column: Column, other: Column) -> Column:
    """Return a column where another holds nothing."""
    return column if column is None or other is None else column.where(other.isna(), None)


def _read_each(
    texts: Column, read: Callable[[str], tuple[str, ...]], count: int
) -> tuple[Column, ...]:
    """Apply a reading of text once per distinct text; a column for each of what it returns."""
    if texts is None:
        return (None,) * count
    codes, distinct = pd.factorize(texts)
    results = np.full((len(distinct) + 1, count), None, dtype=object)
    for at, text in enumerate(distinct):
        results[at] = [value or None for value in read(text)]
    return tuple(
        pd.Series(results[codes, nth], index=texts.index, dtype=object) for nth in range(count)
    )


def _of_number(text: str) -> tuple[str, str, str]:
    """Read the column of a number to number, flat and name: "12 A", "Unit 3", "Rose Cottage"."""
    text = text.replace(";", ",")
    houses = parse_houses(text)
    if houses and not _WORD.search(text):
        return houses.text, "", ""
    if len(text) < 2:
        return "", text, ""
    address = parse_address(text)
    return address.number, address.unit, address.building or address.street


def _of_building_name(text: str) -> tuple[str, str, str]:
    """Split the name of a building into name, number and flat: "Rose House 4A", "8-10"."""
    pieces = pieces_of_line(text)
    kinds = [piece.kind for piece in pieces]
    if kinds == [NUMBER]:
        return "", pieces[0].text, ""
    if kinds == [WORDS, NUMBER]:
        return pieces[0].text, pieces[1].text, ""
    if kinds == [NUMBER, WORDS]:
        # A bare number has a column of its own: before a name it is that of a flat.
        number, name = (piece.text for piece in pieces)
        return (name, "", number) if number.isdecimal() else (name, number, "")
    if kinds == [UNIT]:
        return "", "", text
    return text, "", ""


def _of_street(text: str) -> tuple[str, str, str]:
    """Read a column of streets to number, street and main street: "Mill Mews, High Street"."""
    if "," not in text and not any(sign.isdigit() for sign in text):
        return "", text, ""
    address = parse_address(text)
    if address.number and address.street and not (address.unit or address.building):
        return address.number, address.street, address.dependent_street
    behind = parse_address(f"1 {text}")
    if "," in text and behind.number == "1" and not behind.locality:
        return "", behind.street, behind.dependent_street
    return "", text, ""


def _gazetteer_number(parts: pd.DataFrame, kind: str) -> Column:
    """Join start, end and suffixes of a number: 4, A, 6 are "4A-6"."""
    columns = [parts.get(f"{kind}_{name}") for name in _GAZETTEER]
    if columns[0] is None:
        return None
    empty = pd.Series(None, index=parts.index, dtype=object)
    cells = [
        empty if column is None else column.where(column != "0", None).str.upper()
        for column in columns
    ]
    return join_texts([join_texts(cells[:2], ""), join_texts(cells[2:], "")], "-")


def _gazetteer_flat(parts: pd.DataFrame) -> Column:
    """Join word and number of a flat: FLAT, 3 are "FLAT 3"; "FLAT 3" is whole."""
    text, number = parts.get("sao_text"), _gazetteer_number(parts, "sao")
    if text is None or number is None:
        return _either(text, number)
    whole = text.str.contains(r"\d", regex=True, na=False)
    return join_texts([text, number.where(~whole, None)], " ")


def _flats(parts: pd.DataFrame) -> Column:
    """Return the flats of a building that has one row: OpenStreetMap's addr:flats."""
    if "flats" not in parts:
        return None
    return ("Flats " + parts["flats"]).where(parts["flats"].notna(), None)


def _on_an_envelope(model: dict[str, Column]) -> Column:
    """Join the parts of each address as they are written on an envelope."""
    held = {field: values for field, values in model.items() if values is not None}
    line = [held[field] for field in ("number", "street") if field in held]
    if line:
        held["line"] = join_texts(line, " ")
    order = ("unit", "building", "line", *MODEL[4:])
    if not held:
        return None
    return join_texts([held[field] for field in order if field in held])
