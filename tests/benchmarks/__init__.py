"""Ours beside the peers, on the same work, in one process tree: ``python -m tests.benchmarks``."""
