"""The sections of the page, each as plain values: sentences, and tables of text."""

from hotspot.briefing.sections.patterns import hours, weeks
from hotspot.briefing.sections.proof import map_proof, so_far, worth
from hotspot.briefing.sections.risk import hotspots, zones
from hotspot.briefing.sections.table_text import ListLinks, Section
from hotspot.briefing.sections.today import doors, key_numbers, new, repeats
from hotspot.briefing.sections.trust import MONTHS_ONLY, STANDING_SENTENCES, trust

__all__ = [
    "MONTHS_ONLY",
    "STANDING_SENTENCES",
    "ListLinks",
    "Section",
    "doors",
    "hotspots",
    "hours",
    "key_numbers",
    "map_proof",
    "new",
    "repeats",
    "so_far",
    "trust",
    "weeks",
    "worth",
    "zones",
]
