"""Columns of text read by their bytes: each answer is that of the slow way, cell by cell."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot.incidents.duplicates import case_warnings, reference_codes, reference_keys
from hotspot.incidents.free_text import is_free_text
from hotspot.incidents.references import without_lost_digits
from hotspot.reading.cells import MISSING_WORDS, to_numbers, to_text, without_missing_words
from hotspot.reading.date_parts import parse
from hotspot.reading.stray_points import _kilometres
from hotspot.reading.text_bytes import TextBytes, in_one_piece
from tests import naive

ODD = [
    "",
    " ",
    "\t",
    "a\nb",
    " x",
    "x ",
    "\x00",
    "\x7f",
    "\xa0",
    "\u2003é",
    "\u212a",
    "N/\u212a",
    "é",
]
CELLS = st.lists(
    st.one_of(
        st.sampled_from([*sorted(MISSING_WORDS), *map(str.title, sorted(MISSING_WORDS))]),
        st.sampled_from([*ODD, *["12 Mill Lane", "0012", "Unknown Road", "Test"] * 8]),
        st.none(),
    ),
    min_size=1,
    max_size=40,
)
DATES = [
    "05/03/2026", "2026-03-05T10:00", "2026-03-05 10:00", "5 March 2026", "05/03/2026 9pm", "", "T",
    "2026-03-05T10:00:00Z", "2026-03-05 22:00-06:00", "05/03/2026  10:00", "Tuesday", "45000", " ",
    "2026-03-05T10:00+01:00", "unknown", "TT 05/03/2026", "03/2026", "été 2026", "05/03/2026T",
]  # fmt: skip


NUMBERS = [
    "412345", "412345.5", "0012", ".5", "5.", ".", "1.2.3", "", " ", "-", "N/K", "here", "inf",
    "nan", "12,345", "1,5", "-0", "-5", "+5", "1e3", " 412345", "412345.1234567890123", "1_000",
]  # fmt: skip


def of_text(cells: list[str | None]) -> pd.Series:
    return pd.Series(cells, dtype=pd.Series(["a"]).dtype)


@given(CELLS)
@settings(max_examples=150, deadline=None)
def test_cells_are_cleaned_as_each_by_itself(cells: list[str | None]) -> None:
    cleaned = without_missing_words(to_text(of_text(cells)))
    assert [None if pd.isna(cell) else cell for cell in cleaned] == naive.clean_texts(cells)
    parted = in_one_piece(pd.concat([of_text(cells[:3]), of_text(cells[3:])], ignore_index=True))
    assert without_missing_words(to_text(parted)).equals(cleaned)
    assert without_missing_words(to_text(of_text(cells)[::-1])[::-1]).equals(cleaned)


@given(st.lists(st.one_of(st.sampled_from(DATES), st.none()), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_dates_held_by_arrow_are_those_held_as_objects(cells: list[str | None]) -> None:
    if all(cell is None for cell in cells):
        return
    fast, slow = parse(of_text(cells)), parse(pd.Series(cells, dtype=object))
    for part in fields(fast):
        assert getattr(fast, part.name).tolist() == getattr(slow, part.name).tolist(), part.name


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A1", "a1", "B2", "é", "É", "12", None]),
            st.sampled_from(["Kent", "kent", "Essex", None]),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_references_by_number_are_those_by_name(rows: list[tuple[str | None, str | None]]) -> None:
    references, forces = (of_text(list(column)) for column in zip(*rows, strict=True))
    for columns in ({}, {"force": forces}):
        incidents = pd.DataFrame({"crime_ref": references, **columns})
        codes = reference_codes(incidents)
        keys = reference_keys(incidents)
        assert codes.tolist() == pd.factorize(keys)[0].tolist()
        alike = keys.dropna().drop_duplicates().map(str.casefold)
        assert bool(case_warnings(incidents)) == alike.duplicated().any()


def test_places_to_the_kilometre_are_those_of_all_rows_sorted() -> None:
    x, y = np.random.default_rng(1).normal(0, 3_000, (2, 500))
    x[:3], y[:3] = -0.2, 0.2
    places = np.unique(np.round(np.column_stack((x, y)), -3), axis=0)
    assert _kilometres(x, y).tolist() == places.tolist()


def test_a_column_of_objects_has_no_bytes() -> None:
    assert TextBytes.of(pd.Series(["a"], dtype=object)) is None
    assert TextBytes.of(of_text([])) is None
    held = TextBytes.of(of_text(["a", None, "bé"]))
    if held is None:
        pytest.skip("this pandas holds text as objects")
    assert held.lengths.tolist() == [1, 0, 3]
    assert held.rows_with(held.data >= 128).tolist() == [False, False, True]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(NUMBERS),
            st.sampled_from(["412345", "340567.25", "8"]),
            st.decimals(0, 10**6, places=3).map(str),
            st.none(),
        ),
        min_size=1,
        max_size=40,
    ),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_numbers_are_read_as_those_that_no_bytes_tell(cells: list[str | None], degrees: bool):
    numbers, unreadable = to_numbers(of_text(cells), degrees)
    slow, odd = to_numbers(pd.Series(cells, dtype=object), degrees)
    np.testing.assert_array_equal(numbers, slow)
    np.testing.assert_array_equal(np.signbit(numbers), np.signbit(slow))
    np.testing.assert_array_equal(unreadable, odd)


@given(st.lists(st.sampled_from([*ODD, "1.5E+31", "4E+11", "E1", "1+e", "a" * 41, "é" * 40, None])))
@settings(max_examples=100, deadline=None)
def test_rounded_codes_and_long_methods_are_those_of_each_cell(cells: list[str | None]) -> None:
    held, slow = of_text(cells), pd.Series(cells, dtype=object)
    assert is_free_text(held).tolist() == is_free_text(slow).tolist()
    codes, warned = without_lost_digits(held, "area")
    expected, told = without_lost_digits(slow, "area")
    assert (codes.fillna("").tolist(), warned) == (expected.fillna("").tolist(), told)
