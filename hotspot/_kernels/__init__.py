"""Numba kernels over plain arrays: no pandas, nothing of ours, sums that add across tiles."""
