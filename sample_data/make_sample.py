"""Make the files of this folder anew: python sample_data/make_sample.py [--seed 1]."""

import argparse
from pathlib import Path

from hotspot.demo import make_sample
from hotspot.demo.sample import SEED
from hotspot.output import replacing_file

parser = argparse.ArgumentParser(description="Make the sample data of Doggerby.")
parser.add_argument("--seed", type=int, default=SEED)
parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
chosen = parser.parse_args()
for name, text in make_sample(chosen.seed).items():
    with replacing_file(chosen.folder / name) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
