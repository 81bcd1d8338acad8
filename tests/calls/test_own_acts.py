"""What calls keep of who judges and who runs them is in the copy of their own data."""

from calls import own_acts, own_data


def test_who_judges_and_who_runs_a_call_find_their_acts_in_the_copy() -> None:
    assert {*own_acts.JUDGING, *own_acts.OFFICE} <= set(own_data.CALLS)
    assert all(kept.by for kept in own_data.CALLS)
