"""A made-up list of doors, and the eyes that tests have for the files that come of it."""

from html.parser import HTMLParser

import geopandas as gpd
import openpyxl
import pandas as pd

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "  =1+1",
    "＝1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "http://evil.example",
    "{{ 7*7 }}",
    "a\u202eb\x00c",
    "00123",
    "1e5",
]


def made_targets(**columns):
    """Make doors of each ring in two beats, in no order."""
    frame = pd.DataFrame(
        {
            "visit_id": ["V-A", "V-B", "V-C", "V-D"],
            "uprn": ["000123", None, "000125", "000126"],
            "address": ["10 Mill Lane", "The Old Forge", "2 Mill Lane", "1 Quay"],
            "house_number": ["10", None, "2", "1"],
            "street": ["Mill Lane", None, "Mill Lane", "Quay"],
            "ring": [1, 0, 0, 2],
            "reason": ["Next door to 2 Mill Lane", "Burgled.", "Burgled.", "Opposite 2 Mill Lane"],
            "at_the_door": [
                "A burglary on your street this week",
                "Your report of a burglary",
                "Your report of a burglary",
                "A burglary near here this week",
            ],
            "act_by": pd.to_datetime(["2026-02-28 08:00", "2026-03-03 09:00"] * 2),
            "expires": pd.to_datetime(["2026-03-12 23:59:59.999999"] * 4),
            "area": ["Harbour", "Harbour", "Harbour", None],
            "crime_refs": ["0926/7", "0926/9", "0926/7; 0926/8", "0926/7"],
            "burglaries_12m": [0, 1, 2, 1],
            "distance_m": [31.0, 0.0, 0.0, 55.5],
            "newest": pd.to_datetime(["2026-02-26 18:00"] * 4),
        }
    ).assign(**columns)
    points = gpd.points_from_xy([0, 1, 2, 3], [0, 0, 0, 0])
    targets = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")
    targets.attrs.update(
        as_of="2026-03-02",
        parameters={"visit_days": 14, "distance_m": 400.0, "window_days": 42, "max_visits": None},
        notes=["12 other homes get a message."],
    )
    return targets


def cells(path, sheet="Doors"):
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows()]


def values(path, sheet="Doors"):
    return [[cell.value for cell in row] for row in cells(path, sheet)]


class Page(HTMLParser):
    """What a browser would see: tags and text, nothing unescaped."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.text, self._inside = [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if tag not in ("meta", "input", "col"):
            self._inside.append((tag, set((attrs.get("class") or "").split())))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if data.strip() and not self._within({"style", "script"}):
            self.text.append((" ".join(data.split()), set().union(*(c for _, c in self._inside))))

    def _within(self, tags):
        return any(tag in tags for tag, _ in self._inside)

    def of(self, name):
        """Give the texts that stand in elements of a class."""
        return [text for text, classes in self.text if name in classes]

    @property
    def words(self):
        return " ".join(text for text, _ in self.text)

    def policy(self):
        metas = [attrs for tag, attrs in self.tags if tag == "meta"]
        return next(m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy")
