"""Addresses that stand in columns: Royal Mail's, land and property gazetteers', OpenStreetMap's."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from hotspot.addresses.address_parser import Address, parse_address, parse_addresses
from hotspot.addresses.address_pieces import NUMBER, UNIT, WORDS, pieces_of
from hotspot.addresses.house_numbers import parse_houses
from hotspot.reading.cells import join_texts

# Start and end of a number as gazetteers hold them, of the house (PAO) and of the flat (SAO).
_GAZETTEER = ("start", "start_suffix", "end", "end_suffix")


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
        of `Address`. What stands in a column of its own goes before what the address tells.
    """
    model = _of_columns(parts)
    if "address" in parts.columns:
        read = parse_addresses(parts["address"])
        model = {
            field: read[field] if values is None else values.where(values.notna(), read[field])
            for field, values in model.items()
        }
        address = parts["address"]
    else:
        address = _on_an_envelope(model)
    empty = pd.Series(None, index=parts.index, dtype=object)
    filled = {field: empty if values is None else values for field, values in model.items()}
    return parts.assign(**filled, address=address)


def _of_columns(parts: pd.DataFrame) -> dict[str, pd.Series | None]:
    """Return each field of the model as the columns tell it; None where none does."""

    def first(*fields: str) -> pd.Series | None:
        found = [parts[field] for field in fields if field in parts]
        return _either(*found) if found else None

    unit, building = first("unit", "sao_text"), first("housename", "pao_text")
    number, street = first("number"), first("street", "gazetteer_street")
    unit = _either(unit, _gazetteer_number(parts, "sao"), _flats(parts))
    number, other = _read_columns(number, _number_or_unit)
    unit = _either(unit, other)
    number = _either(number, _gazetteer_number(parts, "pao"))
    if building is not None:
        # Royal Mail holds "4A" and "8-10" as the name of the building.
        bare = building.where(number.isna()) if number is not None else building
        name, its_number, its_unit = _read_columns(bare, _of_building_name, 3)
        building = building.where(bare.isna(), name)
        number, unit = _either(number, its_number), _either(unit, its_unit)
    dependent, main = first("dependent_street"), None
    if dependent is not None:
        main = None if street is None else street.where(dependent.notna())
        street = _either(dependent, street)
    if street is not None:
        bare = street.where(number.isna()) if number is not None else street
        its_number, its_street = _read_columns(bare, _number_in_street)
        number, street = _either(number, its_number), _either(its_street, street)
    place = first("place")
    if place is not None and number is not None:
        # Where there is no street the houses of a hamlet are numbered through.
        along = place.where(number.notna() if street is None else number.notna() & street.isna())
        street, place = _either(street, along), place.where(along.isna())
    located = [part for part in (place, first("locality"), first("town")) if part is not None]
    return {
        "unit": unit,
        "building": building,
        "number": number,
        "street": street,
        "dependent_street": main,
        "locality": join_texts(located) if located else None,
        "postcode": first("postcode"),
    }


def _either(*columns: pd.Series | None) -> pd.Series | None:
    """Return for each row the first of some columns that holds anything."""
    held = [column.astype(object) for column in columns if column is not None]
    if not held:
        return None
    either = held[0]
    for other in held[1:]:
        either = either.where(either.notna(), other)
    return either


def _read_columns(
    texts: pd.Series | None, read: Callable[[str], tuple[str, ...]], count: int = 2
) -> tuple[pd.Series | None, ...]:
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


def _number_or_unit(text: str) -> tuple[str, str]:
    """Read the column of a number: "12 A" is a house, "Unit 3" and "D" are not."""
    houses = parse_houses(text.replace(";", ","))
    pieces = pieces_of([text])
    if houses and all(piece.kind != UNIT or "/" in text for piece in pieces):
        return houses.text, ""
    return "", text


def _of_building_name(text: str) -> tuple[str, str, str]:
    """Split the name of a building into name, number and flat: "Rose House 4A", "8-10"."""
    pieces = pieces_of([text])
    kinds = [piece.kind for piece in pieces]
    if kinds == [NUMBER]:
        return "", pieces[0].text, ""
    if kinds == [WORDS, NUMBER]:
        return pieces[0].text, pieces[1].text, ""
    if kinds == [UNIT]:
        return "", "", text
    return text, "", ""


def _number_in_street(text: str) -> tuple[str, str]:
    """Read "12 High Street" out of a column of streets."""
    if not any(sign.isdigit() for sign in text):
        return "", text
    address = parse_address(text)
    if address.number and address.street and not address.unit and not address.building:
        return address.number, address.street
    return "", text


def _gazetteer_number(parts: pd.DataFrame, kind: str) -> pd.Series | None:
    """Join start, end and suffixes of a number: 4, A, 6 are "4A-6"."""
    columns = [parts.get(f"{kind}_{name}") for name in _GAZETTEER]
    if columns[0] is None:
        return None
    empty = pd.Series(None, index=parts.index, dtype=object)
    cells = [empty if column is None else column.replace("0", None) for column in columns]
    return join_texts([join_texts(cells[:2], ""), join_texts(cells[2:], "")], "-")


def _flats(parts: pd.DataFrame) -> pd.Series | None:
    """Return the flats of a building that has one row: OpenStreetMap's addr:flats."""
    if "flats" not in parts:
        return None
    return ("Flats " + parts["flats"]).where(parts["flats"].notna(), None)


def _on_an_envelope(model: dict[str, pd.Series | None]) -> pd.Series:
    """Join the parts of each address as they are written on an envelope."""
    held = {field: values for field, values in model.items() if values is not None}
    line = [held[field] for field in ("number", "street") if field in held]
    held["line"] = join_texts(line, " ")
    order = ("unit", "building", "line", *Address._fields[4:])
    return join_texts([held[field] for field in order if field in held])
