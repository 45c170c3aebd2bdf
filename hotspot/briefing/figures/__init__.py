"""The numbers of the page: what the burglaries known at the cut-off come to.

A module each: what is new (`known`), weeks, hours, homes burgled again, methods.
"""
