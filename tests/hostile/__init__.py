"""Hostile inputs of our own, each with the answer wanted, and the runner that gives them to us.

``python -m tests.hostile`` runs them all, ``python -m tests.hostile PATTERN...`` those whose name
holds a pattern; ``--list`` names them. Every case is written by a small function (nothing large is
kept in git), read in a process of its own without a network and with bounded memory, and judged:
the exit status, the rows counted, no traceback, nothing raw on the terminal, the input unchanged,
nothing new beside it, nothing left in the temp folder, no connection and no program started.
"""
