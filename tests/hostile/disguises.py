"""Texts that make GDAL ask a network, read another file or guess another driver, under map names."""

# A case a line, so that a family can be read down.
# fmt: off

import struct
from pathlib import Path

from tests.hostile.bytes_of import lines
from tests.hostile.case import Family, refused, site

MAP = Family("disguises", "check {in}/crimes.gpkg")
_SECRET = "Crime Ref,Date From,Easting,Northing\nSECRET,01/02/2026,451000,340000\n"


def _vrt(source: str) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="crimes"><SrcDataSource>{source}</SrcDataSource>'
        "<SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
    )


_GML = (
    '<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:a="http://a">'
    "<gml:featureMember><a:crime><a:ref>A1</a:ref><a:date>2026-02-01</a:date><gml:pointProperty>"
    '<gml:Point srsName="EPSG:27700"><gml:pos>451000 340000</gml:pos></gml:Point></gml:pointProperty>'
    "</a:crime></gml:featureMember></gml:FeatureCollection>"
)
_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>{url}</href></Link></NetworkLink></Document></kml>'
#: Contents by name; {url} is the listener's, {folder} that of a file which must not be read.
CONTENTS = {
    "vrt-of-a-url": _vrt("/vsicurl/{url}/a.geojson"),
    "vrt-of-a-service": _vrt("WFS:{url}"),
    "vrt-of-another-file": _vrt("{folder}/elsewhere/secret.csv"),
    "vrt-of-sql": '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{folder}/elsewhere/secret.csv</SrcDataSource><SrcSQL>SELECT * FROM secret</SrcSQL></OGRVRTLayer></OGRVRTDataSource>',
    "vrt-raster": '<VRTDataset rasterXSize="5" rasterYSize="5"><VRTRasterBand band="1"><SimpleSource><SourceFilename>/vsicurl/{url}/a.tif</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>',
    "wfs": '<OGRWFSDataSource><URL>{url}</URL></OGRWFSDataSource>',
    "oapif": '<OGROAPIFDataSource><URL>{url}</URL></OGROAPIFDataSource>',
    "wms": '<GDAL_WMS><Service name="WMS"><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>',
    "gdalg": '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read {url}/a.geojson"}}',
    "gdalg-of-a-file": '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read {folder}/elsewhere/secret.csv"}}',
    "gml": _GML,
    "gml-with-schema": _GML.replace("<gml:FeatureCollection", '<gml:FeatureCollection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://a {url}/a.xsd"'),
    "kml-link": _KML,
    "gpx": '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="52" lon="-1"><name>A</name></wpt></gpx>',
    "osm": '<osm version="0.6"><node id="1" lat="52" lon="-1"><tag k="a" v="b"/></node></osm>',
    "georss": '<rss version="2.0"><channel><item><title>A</title></item></channel></rss>',
    "svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "csv": _SECRET,
    "url": "{url}/a.geojson",
    "geojson-url": "GeoJSON:{url}",
    "esri-service": '{{"currentVersion": 10.8, "services": [], "next": "{url}"}}',
    "stacta": '{{"stac_version": "1.0.0", "type": "Feature", "assets": {{"a": {{"href": "{url}/a.tif"}}}}}}',
    "postgres": "PG:host=127.0.0.1 dbname=a",
    "carto": "Carto:a",
    "tiger-entities": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "{url}">]><a>&e;</a>',
    "mapml": '<mapml- xmlns="http://www.w3.org/1999/xhtml"><map-head/></mapml->',
    "jml": '<JCSDataFile xmlns:gml="http://www.opengis.net/gml"><JCSGMLInputTemplate/></JCSDataFile>',
    "vdv": "mod; DD.MM.YYYY; HH:MM:SS; free\nsrc; \"x\"; \"01.01.2026\"; \"00:00:00\"\n",
    "dxf": "  0\nSECTION\n  2\nENTITIES\n  0\nPOINT\n 10\n1\n 20\n2\n  0\nENDSEC\n  0\nEOF\n",
    "shapefile": struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50).decode("latin-1") + "\x00" * 72,
}
_ENDINGS = ("geojson", "gpkg", "shp", "fgb", "kml", "tab", "mif", "json")
#: Every content under the two endings that people use most, every ending for the contents that ask.
_USUAL = ("geojson", "gpkg")


def _write(content: str, ending: str):  # type: ignore[no-untyped-def]
    def write(folder: Path) -> None:
        told = content.format(url=site(), folder=folder)
        (folder / f"crimes.{ending}").write_bytes(told.encode("latin-1"))
        (folder / "elsewhere").mkdir()
        (folder / "elsewhere" / "secret.csv").write_text(_SECRET)

    return write


for _name, _content in CONTENTS.items():
    for _ending in _ENDINGS:
        asks = "url" in _content or "folder" in _content
        if _ending not in _USUAL and not (asks and _name in ("vrt-of-a-url", "vrt-of-another-file", "wfs", "gdalg", "gml-with-schema", "kml-link")):
            continue
        if (_name, _ending) == ("kml-link", "kml"):
            # A KML of nothing but a link: there is nothing to read, and nobody is asked.
            pass
        MAP.add(f"{_name}-under-{_ending}", _write(_content, _ending), refused("crimes"), command=f"check {{in}}/crimes.{_ending}")
for _name in ("vrt-of-another-file", "wfs", "vrt-of-a-url", "gdalg", "gml"):
    for _reader in ("read_areas", "read_streets", "read_addresses", "read_outline"):
        MAP.add(f"{_name}-as-{_reader}", _write(CONTENTS[_name], "gpkg"), refused("crimes"), command=f"{_reader} {{in}}/crimes.gpkg")
for _name in ("vrt-of-another-file", "wfs", "gml", "csv"):
    MAP.add(f"{_name}-as-within", lambda f, c=CONTENTS[_name]: ((f / "good.csv").write_text(lines(20)), _write(c, "geojson")(f)), refused("crimes"), command="check {in}/good.csv --within {in}/crimes.geojson")

# Names that are no files: nothing of them is a place on a network.
for _slug, _given in {
    "url": "http://127.0.0.1:9/crimes.csv",
    "ftp": "ftp://127.0.0.1/crimes.csv",
    "file-url": "file:///etc/passwd",
    "s3": "s3://bucket/crimes.csv",
    "vsicurl": "/vsicurl/http://127.0.0.1:9/crimes.geojson",
    "vsizip-of-a-url": "/vsizip/vsicurl/http://127.0.0.1:9/a.zip/a.geojson",
    "vsistdin": "/vsistdin/",
    "vsimem": "/vsimem/a.geojson",
    "wfs": "WFS:http://127.0.0.1:9/",
    "postgres-of-gdal": "PG:host=127.0.0.1",
    "geojson-in-words": '{"type":"FeatureCollection","features":[]}',
    "share": "\\\\\\\\127.0.0.1\\\\share\\\\crimes.csv",
    "data-url": "data:text/csv,a",
    "javascript": "javascript:alert(1)",
    "blank": "",
    "spaces": "   ",
    "dash": "-",
    "tilde": "~nosuchuser/crimes.csv",
}.items():
    MAP.add(f"named-{_slug}", lambda f: None, refused(), refused(status=2), command=f"check '{_given}'")
