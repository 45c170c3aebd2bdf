"""One model of an address: what lines and columns of every layout are read to."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hotspot as hs
from hotspot.addresses.address_parser import Address, parse_address, parse_addresses
from hotspot.addresses.address_words import street_key, unit_key
from hotspot.addresses.house_numbers import parse_houses, same_houses

# A line, and unit | building | number | street | street it depends on | locality | postcode.
LINES = """
12 High Street :||12|High Street|||
12A High Street, Anytown, AB1 2CD :||12A|High Street||Anytown|AB1 2CD
12 A High Street, Anytown :||12A|High Street||Anytown|
2 A HIGH STREET BARWELL LE9 8DQ :||2A|HIGH STREET||BARWELL|LE9 8DQ
THE LODGE 39 A AIR BALLOON RD BRISTOL BS5 8LD :|THE LODGE|39A|AIR BALLOON RD||BRISTOL|BS5 8LD
12 - 14 High Street :||12-14|High Street|||
12 & 14 High Street :||12-14|High Street|||
22, 24 High Street, Anytown :||22-24|High Street||Anytown|
22, 24, 26 High Street :||22-26|High Street|||
12A-14B High Street :||12A-14B|High Street|||
2,2a,2b Strand Street :||2-2B|Strand Street|||
12½ High Street :||12½|High Street|||
12 1/2 High Street :||12½|High Street|||
No. 12 High Street :||12|High Street|||
High Street 12 :||12|High Street|||
Flat 3, 12 High Street : Flat 3||12|High Street|||
Flat 3 12 High St : Flat 3||12|High St|||
12 High Street, Flat 3 : Flat 3||12|High Street|||
12 High Street Flat 3 Anytown : Flat 3||12|High Street||Anytown|
12 High Street (Flat 3), Anytown : Flat 3||12|High Street||Anytown|
Flat 12, High Street : Flat 12|||High Street|||
Flat 1, 12, High Street : Flat 1||12|High Street|||
Flats 1-6, 12 High Street : Flats 1-6||12|High Street|||
1st Floor Flat, 22 High Street : 1st Floor Flat||22|High Street|||
Ground Floor Flat 22 High Street : Ground Floor Flat||22|High Street|||
Basement Flat, 9 Quay : Basement Flat||9|Quay|||
Annexe 12 High Street : Annexe||12|High Street|||
12/3 High Street : 3||12|High Street|||
12/14 High Street :||12-14|High Street|||
2/1, 14 High Street, Glasgow : 2/1||14|High Street||Glasgow|
0/1 12 Dumbarton Road : 0/1||12|Dumbarton Road|||
2F1, 12 Marchmont Road, Edinburgh EH9 1HZ : 2F1||12|Marchmont Road||Edinburgh|EH9 1HZ
PF1 12 Marchmont Road : PF1||12|Marchmont Road|||
GF 12 Marchmont Road : GF||12|Marchmont Road|||
TFL, 12 Dumbarton Road : TFL||12|Dumbarton Road|||
Top Left, 12 Dumbarton Road : Top Left||12|Dumbarton Road|||
Flat 2 The Old Mill, 4 Mill Lane : Flat 2|The Old Mill|4|Mill Lane|||
Apartment 12 Kings Court 8-10 Queen Street : Apartment 12|Kings Court|8-10|Queen Street|||
12 Albert House, High Street : 12|Albert House||High Street|||
12 Kings Court, Town :||12|Kings Court||Town|
Kings Court, Queen Street, Town :|Kings Court||Queen Street||Town|
Rose Cottage, Mill Lane, Anytown :|Rose Cottage||Mill Lane||Anytown|
Rose Cottage Mill Lane Anytown :|Rose Cottage||Mill Lane||Anytown|
Rose Cottage, The Green, Anytown :|Rose Cottage||The Green||Anytown|
Plot 5, Mill Lane, Anytown : Plot 5|||Mill Lane||Anytown|
Rear of 12 High Street : Rear of||12|High Street|||
Opposite 12 High Street :|Opposite 12||High Street|||
2 MILL MEWS, HIGH STREET, ANYTOWN :||2|MILL MEWS|HIGH STREET|ANYTOWN|
2 MILL MEWS HIGH STREET ANYTOWN :||2|MILL MEWS|HIGH STREET|ANYTOWN|
12 Station Road, Mill Hill, London NW7 2JU :||12|Station Road||Mill Hill, London|NW7 2JU
12 Station Road West, Oxted :||12|Station Road West||Oxted|
12 Avenue Road :||12|Avenue Road|||
12 Park Hill Road Croydon :||12|Park Hill Road||Croydon|
12 High St St Albans AL1 3AB :||12|High St||St Albans|AL1 3AB
12 Upper St Johns Road Ely :||12|Upper St Johns Road||Ely|
12 Broadway London :||12|Broadway||London|
12 The Green Anytown :||12|The Green||Anytown|
12 Strand London WC2R 0AA :||12|Strand||London|WC2R 0AA
12 Heol y Deri Cardiff CF14 6UH :||12|Heol y Deri||Cardiff|CF14 6UH
12 Close Quayle, Peel :||12|Close Quayle||Peel|
3 First Avenue, Anytown :||3|First Avenue||Anytown|
"""


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_a_line_is_read_to_its_parts(line):
    text, _, parts = line.partition(" :")
    assert parse_address(text) == Address(*(part.strip() for part in parts.split("|")))


@given(
    st.lists(st.sampled_from([line.partition(" :")[0] for line in LINES.strip().splitlines()])),
    st.sampled_from(["7", "19", "204"]),
)
def test_a_column_is_read_as_its_lines_are(lines, number):
    # The column reads once what a street shares: a number in front changes nothing else.
    lines = [line.replace("12", number) for line in lines] + ["", "12"]
    read = parse_addresses(pd.Series(lines, index=range(5, 5 + len(lines))))
    assert read.fillna("").values.tolist() == [list(parse_address(line)) for line in lines]


def test_a_column_tells_where_streets_end_that_have_no_word_for_it():
    lines = ["1 MILL LANE DOUGLAS", "3 HIGH STREET DOUGLAS", "5 PARK ROAD DOUGLAS"]
    read = parse_addresses(pd.Series([*lines, "7 CRONK CULLYN DOUGLAS", "THIE VEG MILL LANE"]))
    read = read[["building", "number", "street", "locality"]].fillna("").values.tolist()
    assert read[3:] == [["", "7", "CRONK CULLYN", "DOUGLAS"], ["THIE VEG", "", "MILL LANE", ""]]


@given(st.text(max_size=40) | st.text("12ABab ,/-&½'flatstrod", max_size=30))
def test_any_text_is_read_without_a_fault_and_its_number_stands_in_it(text):
    address = parse_address(text)
    assert all(isinstance(part, str) for part in address)
    houses = parse_houses(address.number) if address.number else None
    assert houses is None or str(houses.first.number) in text or houses.first.number == 0


def test_4_and_4a_and_4b_are_three_houses_and_a_range_holds_its_side():
    def same(one, other):
        return same_houses(parse_houses(one), parse_houses(other))

    alike = [("14", "12-16"), ("12-16", "14"), ("12a", "12 A"), ("14", "13-16"), ("23B", "23A-C")]
    other = [("4", "4A"), ("4A", "4B"), ("12", "12A"), ("13", "12-16"), ("12A", "12-16")]
    other += [("18", "12-16"), ("23", "23A-C")]
    assert [pair for pair in alike if not same(*pair)] == []
    assert [pair for pair in other if same(*pair)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Station Rd", "STATION ROAD"), ("High St.", "High Street"), ("Elm Ave", "Elm Avenue"),
        ("Mount Cres", "Mount Crescent"), ("Kings Ct", "King's Court"), ("Gt North Rd",
        "Great North Road"), ("St John's Sq", "Saint Johns Square"), ("Abbey Gdns",
        "Abbey Gardens"), ("Rail Ter", "Rail Terrace"), ("High St N", "High Street North"),
        ("Lôn y Bryn", "Lon-y-Bryn"), ("1st Ave", "First Avenue"),
    ],
)  # fmt: skip
def test_a_street_is_the_same_however_it_is_spelled(one, other):
    assert street_key(one) == street_key(other)
    assert street_key(one) != street_key(f"{other} Close")


def test_a_flat_is_the_same_however_it_is_spelled():
    assert unit_key("Flat 3") == unit_key("APT. 3") == unit_key("3") != unit_key("Flat 3A")
    assert unit_key("GFF") == unit_key("Ground Floor Flat")


def frame(columns, *rows):
    places = [(451_000 + 8 * at, 340_000) for at in range(len(rows))]
    table = pd.DataFrame(
        [[f"{at}", *row, *place] for at, (row, place) in enumerate(zip(rows, places, strict=True))],
        columns=["UPRN", *columns, "Easting", "Northing"],
    )
    return hs.read_addresses(table)


PAF = (
    "SUB_BUILDING_NAME", "BUILDING_NAME", "BUILDING_NUMBER", "DEPENDENT_THOROUGHFARE",
    "THOROUGHFARE", "POST_TOWN",
)  # fmt: skip
LPI = (
    "SAO_TEXT", "SAO_START_NUMBER", "PAO_START_NUMBER", "PAO_START_SUFFIX", "PAO_END_NUMBER",
    "PAO_TEXT", "STREET_DESCRIPTION",
)  # fmt: skip


def test_royal_mails_columns_give_the_street_that_numbers_count_on():
    read = frame(
        PAF,
        ("", "4A", "", "", "HIGH STREET", "ANYTOWN"),
        ("", "8-10", "", "", "HIGH STREET", "ANYTOWN"),
        ("", "", "2", "MILL MEWS", "HIGH STREET", "ANYTOWN"),
        ("FLAT 3", "ROSE HOUSE 12B", "", "", "HIGH STREET", "ANYTOWN"),
        ("", "ROSE COTTAGE", "", "", "HIGH STREET", "ANYTOWN"),
    )
    assert read["address"].tolist() == [
        "4A HIGH STREET, ANYTOWN",
        "8-10 HIGH STREET, ANYTOWN",
        "2 MILL MEWS, HIGH STREET, ANYTOWN",
        "FLAT 3, ROSE HOUSE, 12B HIGH STREET, ANYTOWN",
        "ROSE COTTAGE, HIGH STREET, ANYTOWN",
    ]
    assert read["number"].fillna("").tolist() == ["4A", "8-10", "2", "12B", ""]
    assert read["street"].tolist()[1:3] == ["HIGH STREET", "MILL MEWS"]
    assert read["dependent_street"].fillna("").tolist()[1:3] == ["", "HIGH STREET"]


def test_a_gazetteers_columns_give_suffixes_ranges_and_flats():
    read = frame(
        LPI,
        ("", "", "4", "", "", "", "HIGH ST"),
        ("", "", "4", "A", "", "", "HIGH ST"),
        ("", "1", "12", "", "", "", "HIGH ST"),
        ("FLAT 2", "", "12", "", "", "ASH COURT", "HIGH ST"),
        ("", "", "8", "", "10", "", "HIGH ST"),
    )
    assert read["address"].tolist() == [
        "4 HIGH ST", "4A HIGH ST", "1, 12 HIGH ST", "FLAT 2, ASH COURT, 12 HIGH ST",
        "8-10 HIGH ST",
    ]  # fmt: skip
    assert read["unit"].fillna("").tolist() == ["", "", "1", "FLAT 2", ""]


def test_openstreetmaps_columns_give_no_unit_as_a_house():
    columns = ("addr:housenumber", "addr:substreet", "addr:street", "addr:place", "addr:flats")
    read = frame(
        columns,
        ("12;14", "", "High Street", "", ""),
        ("Unit 3", "", "Mill Lane", "", ""),
        ("5", "Mill Mews", "High Street", "", ""),
        ("7", "", "", "The Hope", ""),
        ("9", "", "High Street", "", "1-6"),
    )
    assert read["number"].fillna("").tolist() == ["12-14", "", "5", "7", "9"]
    assert read["street"].tolist()[2:4] == ["Mill Mews", "The Hope"]
    assert read["unit"].fillna("").tolist() == ["", "Unit 3", "", "", "Flats 1-6"]
