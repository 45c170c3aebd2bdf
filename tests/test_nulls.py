"""Every p-value is tried under its own null: below .05 in at most 6 of 100, with few and many."""

import pytest

from tests.nulls import MOST, P_VALUES, Null, shares_below


@pytest.mark.slow
@pytest.mark.parametrize("dense", [False, True], ids=["sparse", "dense"])
@pytest.mark.parametrize("null", P_VALUES, ids=[null.names[0] for null in P_VALUES])
def test_a_p_value_is_seldom_low_where_nothing_is(null: Null, dense: bool) -> None:
    assert (shares_below(null, dense) <= MOST).all()
