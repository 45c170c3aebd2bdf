"""What `make_sample.py` is made of: the town, its burglaries, and the export of them."""

import numpy as np

TOWN = "Doggerby"

# The streams of numpy's legacy generator are frozen: a seed gives the same files under every
# version of numpy.
Dice = np.random.RandomState
