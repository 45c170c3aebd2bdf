"""Titles of offences as forces and cities write them: burglary or not, and of what building."""

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot.incidents.offences import select_offences

HOME, MIXED, SHED, BUSINESS, NONE = "home", "residential", "unconnected building", "business", ""

TITLES = {
    # England and Wales to March 2017.
    HOME: """
        BURGLARY DWG | BURG DWLG | Burglary Dwell | Burglary DWLNG | Burglary in a dwel
        28A Burg dw
        Burglary home equipped with alarm | Burglary - assisted living home
        Burglary dwelling - alarm activated
        Burglary Dwelling | BURGLARY IN A DWELLING | Burglary in dwelling - with intent to steal
        Aggravated Burglary Dwelling | Attempted burglary dwelling | Burglary Dwelling (Attempt)
        28A Burglary in a dwelling | 028A - Burglary Dwelling | 28/A | 028/B | 28C | 28D | 29
        Burglary - Dwelling - Distraction | Distraction Burglary Dwelling | BURG DWELLING
        BURGLARY DWELLING (28A) | HO 28B Attempted burglary in a dwelling | Artifice burglary
        Burglary (Dwelling) - Theft Act 1968 Sec 9 | BIAD | Burglary of Dwelling - Steal
        Distraction burglary | Bogus official burglary | Theft by housebreaking domestic dwelling
        Theft by housebreaking (dwelling house)
        Residential burglary of a home | Residential Burglary of a Home - Theft Act 1968 Sec 9
        Residential Burglary of a Home (Dwelling) | RES BURGLARY OF A HOME | DOMESTIC BURGLARY
        Burglary - Residential - Home | Burglary - Residential - Home - Attempt
        Attempted Residential Burglary of a Home | Burglary Residential Home Distraction
        Aggravated Burglary - Residential - Home | 28E Burglary - Residential - Home
        Attempted Distraction Burglary of a Home | Burglary – Residential – Home
        Burglary - Residential - Connected Building | Burglary residential (integral garage)
        BURGLARY-RESIDENCE | BURGLARY,RESIDENCE,DAY | Burglary, Residence, Forcible Entry
        BURGLARY - RESIDENCE - ATTEMPT | burglary-residence-by-force | BURGLARY OF HABITATION
        Burglary, Apartment House, Att. Force | Break & Enter - Dwelling | HOME INVASION
        Burglary, Flat, Unlawful Entry | BURGLARY OF RESIDENCE | BREAK AND ENTER - HOUSE
        BURGLARY, RESIDENCE: Night, Entry By Force | Burglary Dwelling - Aggravated | B&E Home
        Burglary - Resi - Home | Burg Res Home | BURGLARY 2ND DEGREE - DWELLING | B&E - Apartment
        BURGLARY-FORCED ENTRY-RESIDENCE | BURGLARY OF DWELLING | Burglary - unoccupied dwelling
        Break, enter and steal - dwelling | BURGLARY_DWELLING | BurglaryDwelling | B.I.A.D.
        Domestic Burglary | Burglary dwelling and theft of motor vehicle
        Burglary - Home - car keys | Housebreaking with intent to steal (dwelling)
    """,
    MIXED: """
        Burglary - goods stolen | Burglary by false representation | Burglary - soliciting at door
        Trespass with intent to burgle | Burglary with threats of violence
        Burglary - Residential | Burglary - Residential - Attempt | Burglary Residential - Attempted
        Burglary - Residential - Distraction | Aggravated Burglary - Residential | 28E | 028E | 28/E
        028E Burglary Residential | 28E Burglary - Residential | Burglary Residential (28E) | 28F
        Attempted burglary - Residential | 28G | 28H | 29A
        Attempted Distraction Burglary Residential
        28E00 Burglary Residential | HO 28F Attempted Burglary Residential | 28-E | 28e | 28I | 28L
        Burglary (Residential) - without violence | Burglary-Residential.. Attempt | BURG RES
        Residential Burglary | AGG BURGLARY RESIDENTIAL | Burgalry Residential 28E
        Burglary | BURGLARY | Burglaries | BURGLARY, ATTEMPTED | Attempted Burglary | 220
        Aggravated burglary | Burglary/Breaking & Entering | BURGLARY/BREAKING&ENTERING
        220 Burglary
        BURGLARY - FORCED ENTRY | Break and Enter | BREAKING AND ENTERING | B&E | B & E | B+E | B/E
        Break-in | Breaking & Entering | BURGLARY - UNLAWFUL ENTRY NO FORCE | BURGLARY HOT PROWL
        FORCIBLE ENTRY | UNLAWFUL ENTRY | ATTEMPT FORCIBLE ENTRY | Burglary - Other | B&E W'Intent
        Break and Enter Residential/Other | BURGLARY - RESIDENTIAL - FORCE | Burglary Residential
        28E00 | HO28E | H028E | 028/E/00 | 28 Burglary | Burglary House and Shed
        Residential burglary - home and unconnected building | BURGLARY RESIDENCE/GARAGE
        Burg Resi | Resi burglary attempt | RESIDENTIAL B&E | BREAK-IN RESIDENTIAL | Burglary 3
        Unlawful Entry With Intent/Burglary, Break and Enter | Burgl. | Attempted housebreaking
        Break and Enter Residential | Theft by housebreaking | Housebreaking | BURGLARY, RESID.
    """,
    SHED: """
        Residential Burglary of Unconnected Building | RES BURGLARY OF UNCONNECTED BUILDING
        Burglary - Residential - Unconnected Building | Residential Burglary-Unconnected Build
        Burglary - Residential - Unconnected Building - Attempt | Burglary (Unconnected Building)
        Attempted residential burglary of an unconnected building
        Burglary other than dwelling - shed
        Aggravated burglary of an unconnected building | Burglary residential garage
        28E Burglary - Residential - Unconnected Building | Burglary OTD (Shed/Garage)
        BURGLARY OF SHED/DETACHED GARAGE/STORAGE UNIT | Burglary non-connected building
        Theft by housebreaking domestic property non-dwelling | Burglary Shed | Burglary - Garage
        Residential burglary - shed/garage | Resi Burglary Unconn. Bldg | Burglary-Outbuilding
        Domestic burglary (non dwelling) | Burglary - Summer House | Burglary out-house
    """,
    BUSINESS: """
        BURGLARY NON DWG | BURGLARY OTHER THAN DWLG | Burglary O/T DWG
        Burglary - Solicitors Office
        Burglary - Business and Community | Burglary - Business and Community - Attempt | 30C | 30D
        030C Burglary Business & Community | Aggravated Burglary - Business and Community | 31 | 31A
        Attempted Burglary Business and Community | Burglary Business | 30A | 30B | 30/A | 30A/B
        Burglary Other Than Dwelling | Burglary in a building other than a dwelling | BURGLARY OTD
        Burglary Non Dwelling | Burglary Non-Dwelling Attempt | Burglary Other Than a Dwelling - 30A
        Aggravated Burglary Other Than In A Dwelling | Burglary not in a dwelling
        BURG NON DWELLING
        30C Burglary | BURGLARY-NONRES | Burglary Non-Residential | BURGLARY NON RESIDENCE
        BURGLARY-NON-RESIDENCE | Commercial Burglary | BURGLARY,COMMERCIAL,NIGHT
        Break and Enter Commercial | Break & Enter - Commercial | burglary-business-by-force
        BURGLARY, OTHER STRUCTURE: Night, Entry By Force | BURGLARY OF BUILDING | BURGLARY - STORE
        Burglary Oth Than Dwell | Burglary o/t dwelling | Burglary O.T.D. | B.O.T.D. | 30 Burglary
        Non-dwelling burglary | Non-domestic burglary | Burglary Bus & Comm | Burglary B&C
        Burg Bus/Comm Attempt | Burglary - Commercial Premises | Burglary - Licensed premises
        Burglary - Place of worship | BURGLARY-FORCED ENTRY-NON-RES | B & E BUSINESS
        BURGLARY - NO FORCE - NONRESIDENCE | Break and enter - non-dwelling | BURG NON RESI
        Theft by housebreaking - other premises | Break and Enter - School
        Break & Enter - Other Premises | Burglary, Warehouse, Forcible Entry
    """,
    NONE: """
        Going equipped for burglary | Going Equipped to Steal - Burglary | Conspiracy to burgle
        Conspiracy to commit burglary dwelling | BURGLARY TOOLS | POSSESSION OF BURGLARY TOOLS
        Possession of Burglar's Tools | BURGLAR'S TOOLS,UNCLASSIFIED | POSS BURGLARY TOOLS
        burglary-poss-of-tools | No Crime - Burglary Dwelling | Burglary (No Crime) | Burglar alarm
        BURGLARY FROM VEHICLE | BURGLARY FROM VEHICLE, ATTEMPTED | BURGLARY FROM MOTOR VEHICLE
        Burglary of motor vehicle | VEHICLE BURGLARY | Burglary - Vehicle | Auto Burglary
        Burglary, Vehicle, Attempted | Burglary - Auto | Vehicle break-in | Theft from motor vehicle
        Theft other than burglary | Robbery | 23F | Shoplifting | Assault 2 | 220 ATTEMPTED ROBBERY
        Criminal damage to a dwelling | Theft from dwelling | Interference with a motor vehicle | 45
        31 Vehicle interference | BURGLARY OF COIN-OP MACHINE | Theft in a dwelling
        Hamburger theft
        BURGLARY OF CONVEYANCE | BURG FROM VEHICLE | Burg of motor vehicle | ALARM BURGLARY
        Possession of an article (with intent to burgle, steal, demand) | Handling (burglary)
        Possession of housebreaking implements | Burglary dwelling - cancelled | Non-crime burglary
        Inciting burglary | Encouraging or assisting burglary | BURGLARY FROM LOCKED AUTO
        False report of burglary | Articles for use in burglary | Burglary (Crime Related Incident)
        Public Order Act 1986 section 29B | Racial hatred s 29B | Mischief | Theft of Bicycle
        Vehicle Collision or Pedestrian Struck (with Injury) | Other Theft | Theft From Vehicle
        Going equip burglary | Go equipped for burglary | Handling stolen goods (burglary)
        Handling goods stolen in burglary | Receiving goods from burglary | Equip for burglary
        Stolen goods from burglary | Possession of stolen property - burglary | Burglary (void)
        False burglary report | Hoax burglary call | Soliciting burglary | Preparing burglary
        Preparation for burglary | Preparatory acts burglary | Aiding and abetting burglary
        Attempting or assisting burglary | Aid abet burglary | Conspire to commit burglary
        Incite burglary | Encourage burglary | Procuring burglary | Threat to burgle
        No offence - burglary | Burglary - no offences disclosed | Burglary - Cancelled
        Cancelled burglary | Canceled burglary | Burglary cancellation | UNFOUNDED BURGLARY
        Burglary - duplicate | Burglary alarm | Burglary dwelling - no crime | Tools for burglary
        Possessing implements of burglary | Suspicious circumstances - burglary
        House to house collection | Residential parking | Pittsburg | Trespass of Real Property
    """,
}
CASES = [
    (title.strip(), kind)
    for kind, lines in TITLES.items()
    for line in lines.strip().splitlines()
    for title in line.split("|")
]


@pytest.mark.parametrize(("title", "kind"), CASES, ids=[title for title, _ in CASES])
def test_a_title_tells_whether_it_is_burglary_and_of_what(title: str, kind: str) -> None:
    selection = select_offences(pd.Series([title]), "burglary")
    assert selection.kinds.tolist() == [kind]
    assert selection.chosen.tolist() == [bool(kind)]


@pytest.mark.parametrize(
    ("group", "rows"),
    [
        ("attempted burglary", [1, 3]),
        ("distraction burglary", [2, 3]),
        ("aggravated burglary", [4]),
        ("residential burglary", [0, 1, 2, 3, 4, 5]),
        ("non-residential burglary", [6]),
        ("burglary dwelling", [4]),
        ("28E", [0, 5]),
        ("Burglary - Residential", [0, 5]),
    ],
)
def test_titles_that_no_line_has_are_chosen_by_group(group: str, rows: list[int]) -> None:
    titles = [
        "Burglary - Residential",
        "Burglary - Residential - Attempt",
        "Burglary - Residential - Distraction",
        "Attempt Distraction Burglary Residential",
        "Aggravated Burglary Dwelling",
        "028E Burglary Residential",
        "Burglary Other Than Dwelling",
    ]
    assert select_offences(pd.Series(titles), group).chosen.nonzero()[0].tolist() == rows


@given(
    words=st.permutations(["Burglary", "Residential", "Home", "Attempt"]),
    mark=st.sampled_from([" ", " - ", "/", " – ", "_", ", ", " ("]),
    code=st.sampled_from(["", "28E ", "028E - ", "28/E: "]),
    write=st.sampled_from([str, str.upper, str.lower]),
)
def test_neither_order_nor_marks_nor_case_change_what_a_title_says(
    words: list[str], mark: str, code: str, write: Callable[[str], str]
) -> None:
    title = code + write(mark.join(words))
    selection = select_offences(pd.Series([title, None, "Theft"]), "homes")
    assert selection.kinds.tolist() == ["home", "", ""]
    assert selection.counts.left == {"": 2}
