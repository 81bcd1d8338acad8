"""What ledger keeps about a person is said in words; tests/community looks at all."""

from community import own_data
from ledger import own_data as of_house


def test_what_is_not_shown_is_no_part_of_the_copy_and_has_its_reason() -> None:
    named = {kept.name for kept in own_data.EVERYTHING}
    assert all(str(reason).strip() for reason in of_house.NOT_SHOWN.values())
    assert not named & set(of_house.NOT_SHOWN)
