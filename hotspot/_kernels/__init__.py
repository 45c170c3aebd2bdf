"""Numba kernels over plain arrays: no pandas, nothing of ours, sums that add across tiles."""


class NoCacheWarning(UserWarning):
    """What is compiled cannot be kept, so that every start is slower."""
