"""Cases that are not answered as wanted yet, with who is to mend each.

Strict: a case that stands here and is answered as wanted fails the suite until its line is removed.
"""

# fmt: off
AWAITED: dict[str, str] = {
    "areas/ring-1e300": "layers",
    "folders/fifo-in-it": "layers",
    "options/knox-distances-tiny": "doors",
    "outputs-on-inputs/knox-folder-is-the-input": "doors",
    "outputs-on-inputs/map-print-of-no-map": "doors",
}
