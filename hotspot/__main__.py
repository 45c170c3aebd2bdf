"""``python -m hotspot``."""

import sys

from hotspot.cli import main

if __name__ == "__main__":
    sys.exit(main())
