"""Invented addresses in the layouts that suppliers use, with the parse and the neighbours expected.

Written without a look at the parser, so that the share right is a measure: the CSV files, one a
layout, are headed as the suppliers head them; the columns ``is_...`` hold what is right. A row
without a kind is another right answer to the row above it. ``a|b`` takes either, ``*`` anything.

``python -m tests.address_cases`` prints the share right by layout and by kind, and what is wrong.
"""
