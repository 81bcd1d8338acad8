"""A press that an instant decides: which route says so, and that it is asked of no other."""

from tests.test_house import handlers


def test_only_the_sending_of_an_application_is_decided_by_an_instant(application):
    found = [
        route.path
        for method, route, handler in handlers(application)
        if method == "POST" and handler.opt["attempt"] is not None
    ]
    assert found == ["/applications/{application_id:int}/send"]
