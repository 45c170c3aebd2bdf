"""What every share tells whoever holds it: what it may be used for, and what a hash does not do."""

from collections.abc import Mapping, Sequence

from hotspot.addresses.distinct_homes import FEWEST_HOMES
from hotspot.output.handling import PLACES_NOT_PEOPLE
from hotspot.sharing.detail_levels import LEVEL_WORDS
from hotspot.sharing.manifest import NOT_STATED, Manifest

#: What the columns of our frames mean.
DEFINITIONS: Mapping[str, str] = {
    "crime_ref": "reference of the crime at the force that recorded it; text, never a number",
    "occurred_from": "the earliest time at which it may have happened",
    "occurred_to": "the latest time at which it may have happened, as a rule when it was found",
    "recorded_at": "when it was recorded",
    "offence_code": "offence as the force that recorded it codes or titles it",
    "offence_kind": "kind of burglary, worked out from the offence",
    "uprn": "Unique Property Reference Number of the address; text, with its zeros",
    "parent_uprn": "UPRN of the building of a flat",
    "address": "address as it was recorded",
    "area": "beat, ward or other area of the force that recorded it",
    "mo": "method, as a code or in a few words",
    "force": "the force that recorded it",
    "series_id": "series to which the force that recorded it assigned the crime: a lead, never "
    "evidence",
    "placed_by": "how the point was found where the file had none",
    "geometry": "place, in the CRS that is named",
    "status": "status of the record",
}
_FEW = f"none where the street has fewer than {FEWEST_HOMES} homes"
STREET_DEFINITIONS: Mapping[str, str] = {
    "address": f"name of the street, without a number; {_FEW}",
    "geometry": "middle of the street, in the CRS that is named: not where it happened; " + _FEW,
}
#: What is added to the definition of an area, where its homes were counted or could not be.
AREA_COUNTED = f"; none where the area has fewer than {FEWEST_HOMES} homes"
AREA_UNCOUNTED = "; how many homes each has was not counted: one of a few homes tells the home"
NOT_DEFINED = "not defined by the discloser: ask before it is relied on"
HOW_TO_ENCRYPT = (
    "Nothing here is encrypted. Before it leaves your systems, put the folder into a 7-Zip archive "
    "with AES-256 and encrypted file names, on a drive under BitLocker To Go, or encrypt it for "
    "the recipient with age or gpg; send the password by another way than the files (by telephone)."
)
BINDS_NOBODY = (
    "The hashes tell what was changed or copied in part by accident. They bind nobody: there is no "
    "signature, and whoever wishes can change a file and the manifest both. So does the last day: "
    "programs other than hotspot open the files after it, too."
)


def handling(manifest: Manifest, *, stopped: bool) -> list[str]:
    """Return what to heed, a sentence or two each.

    Parameters
    ----------
    manifest : Manifest
    stopped : bool
        Whether a stop list was given.

    Returns
    -------
    list of str
    """
    gaps = [
        name
        for name, value in (
            ("legal gateway", manifest.gateway),
            ("regime (Part 3 of the Data Protection Act 2018, or UK GDPR)", manifest.regime),
            ("discloser", manifest.discloser),
        )
        if value == NOT_STATED
    ]
    said = []
    if gaps:
        said.append(
            f"NOT READY TO LEAVE: no {', no '.join(gaps)} is stated. Ask the data-protection "
            "officer, and write the share anew."
        )
    said += [
        f"For {manifest.recipient} alone, and for this purpose alone: {manifest.purpose}. It may "
        "not be passed on.",
        f"It may be used until {manifest.expires}, that day included. Delete it then, with every "
        "copy and whatever was made of it that still tells of single crimes.",
        f"Level of detail: {manifest.level} ({LEVEL_WORDS[manifest.level]}).",
        "Crimes that the discloser withholds are not in it, at any level and in no count."
        if stopped
        else "No list of crimes to withhold was given by the discloser when it was made.",
        "Recorded crime changes: corrections of this share name its id. What a correction removes "
        "is to be removed by the recipient, too.",
        PLACES_NOT_PEOPLE,
        BINDS_NOBODY,
        HOW_TO_ENCRYPT,
    ]
    return said


def about_pairs(manifest: Manifest) -> list[tuple[str, str]]:
    """Return what a workbook and the text file say of a share, by what people call it."""
    pairs = [
        ("Marking", manifest.marking), ("Share", f"{manifest.share}, version {manifest.version}"),
        ("Kind", manifest.kind), ("Made", f"{manifest.made}"),
        ("May be used until", f"{manifest.expires}, that day included"),
        ("Recipient", manifest.recipient), ("Purpose", manifest.purpose),
        ("Discloser", manifest.discloser), ("Legal gateway", manifest.gateway),
        ("Regime", manifest.regime),
    ]  # fmt: skip
    pairs += [("To heed", line) for line in manifest.handling]
    for one in manifest.corrections:
        words = f"{one.changed} changed, {one.removed} removed. {one.reason}"
        pairs.append((f"Version {one.version} of {one.made}", words))
    for frame in manifest.frames:
        where = f", {frame.geometry.crs_name}" if frame.geometry else ", no geometry"
        pairs.append((f"Table {frame.name}", f"{frame.rows:,} rows{where}. {frame.date_basis}"))
        pairs += [(f"{frame.name}: {name}", text) for name, text in frame.definitions.items()]
    pairs.append(
        (
            "Cells of the workbook",
            "Text is text. A text that a cell cannot hold (empty, with control characters, with "
            "spaces at its ends, or beginning with a quotation mark) stands as JSON writes it; a "
            "number that a sheet would round, and a time it cannot hold, stands as text.",
        )
    )
    pairs.append(("Made by", manifest.software))
    return pairs


def read_me(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the text file of a share."""
    return "\n".join(f"{name}: {value}" for name, value in pairs) + (
        "\n\nTo check a file by hand: certutil -hashfile FILE SHA256 (Windows), sha256sum FILE "
        "(Linux), shasum -a 256 FILE (macOS), against manifest.json. To check and read all: "
        "hotspot share read FOLDER.\n"
    )
