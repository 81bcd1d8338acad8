"""The public pages of the centres."""

from people import roles
from tests import make as people_make
from tests.market import make


def test_everybody_finds_the_centre_with_what_is_open(client, at, order_id):
    text = client.get("/centres").text
    assert at.centre.name in text and "1 ordine aperto" in text
    text = client.get(f"/centres/{at.centre.id}").text
    assert "Ordine di prova" in text and "Oratorio" in text and "Come si entra" in text


def test_the_page_names_who_coordinates_and_nothing_else_personal(client, session, at, order_id):
    who = people_make.person(session, name="Carla Ferrari", email="carla@privata.it")
    roles.grant(session, None, who.id, "coordinator", "centre", at.centre.id, at.now)
    session.commit()
    text = client.get(f"/centres/{at.centre.id}").text
    assert "Carla Ferrari" in text and "carla@privata.it" not in text
    assert at.first.name not in text


def test_an_unknown_centre_is_absent(client):
    assert client.get("/centres/999999").status_code == 404


def test_the_list_takes_the_same_statements_for_many_centres(client, session, at, statements):
    session.commit()
    client.get("/centres")
    few = statements(lambda: client.get("/centres"))
    for _ in range(5):
        make.world(session)
    session.commit()
    assert statements(lambda: client.get("/centres")) == few <= 4
