"""What an operator may set of a provider, and what is refused at the start, in words."""

import pytest

from kit.settings import UnsafeSettings
from people.providers import settings
from tests.people.providers import made, real

HTTPS = "https://id.example.org"


def read(folder, *, old="", new="", trying=False):
    path = made.write(folder, HTTPS, asked='"https://www.spid.gov.it/SpidL2"')
    path.write_text(path.read_text().replace(old, new))
    return settings.read(path, trying=trying)


def test_a_provider_is_read_with_its_levels_and_attributes(tmp_path):
    found = read(tmp_path)["spid"]
    assert (found.name, found.issuer, found.least) == ("SPID", HTTPS, 2)
    assert found.secret.reveal() == real.CLIENT_SECRET and found.algorithm == ""
    assert found.level_of("https://www.spid.gov.it/SpidL3") == 3
    assert found.level_of("unheard of") == 1
    assert found.attributes["tax_code"] == "fiscal_number"
    assert real.CLIENT_SECRET not in repr(found)


def test_several_stand_in_the_order_in_which_they_were_set(tmp_path, monkeypatch):
    path = made.write(tmp_path, HTTPS)
    other = path.read_text().replace("[spid", "[cie").replace(HTTPS, HTTPS + "/cie")
    path.write_text(path.read_text() + other.replace('"SPID"', '"CIE"'))
    with made.set_to(path):
        assert [each.name for each in settings.ways_in()] == ["SPID", "CIE"]
        assert settings.called("cie") == "CIE" and settings.called("gone") == "gone"
        assert settings.of_mean("provider:cie") == settings.providers()["cie"]
        assert settings.of_mean("provider:gone") is None and settings.of_mean("password") is None


def test_without_the_variable_there_is_none():
    assert settings.providers() == {}


def test_a_key_signs_instead_of_a_secret(tmp_path):
    (tmp_path / "key.pem").write_bytes(real.CLIENT_KEY.as_pem(private=True))
    found = read(tmp_path, old='client_secret_file = "secret"', new='private_key_file = "key.pem"')[
        "spid"
    ]
    assert found.algorithm == "RS256"


@pytest.mark.parametrize("trying", [True, False])
def test_an_issuer_without_tls_is_for_trying_only(tmp_path, trying):
    def act():
        return read(tmp_path, old=HTTPS, new="http://127.0.0.1:9", trying=trying)

    if trying:
        assert act()["spid"].issuer.startswith("http://")
        return
    with pytest.raises(UnsafeSettings, match="issuer must begin with https://"):
        act()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "SPID"\n', "", r"\[spid\]: name must be a text"),
        ('"SPID"', '"Sistema pubblico di identità digitale"', "name is longer than 30"),
        ('"SPID"', "7", "name must be a text"),
        ("[spid]", "[Spid]", "a key is small letters"),
        ("\n[spid]\n", "cie = 7\n[spid]\n", "must be a table"),
        (HTTPS, "id.example.org", "issuer must be a whole address"),
        (HTTPS, HTTPS + "?x=1", "issuer must be a whole address"),
        ('client_secret_file = "secret"\n', "", "set client_secret_file or private_key_file"),
        ('file = "secret"', 'file = "absent"', "client_secret_file cannot be read"),
        ('client_secret_file = "secret"', 'private_key_file = "secret"', "holds no private key"),
        ('"openid", ', "", "scopes must name openid"),
        ('scopes = ["openid"', 'scopes = [7, "openid"', "scopes must be a list of words"),
        ('SpidL1" = 1', 'SpidL1" = 4', "the number 1, 2 or 3"),
        ('SpidL1" = 1', 'SpidL1" = true', "the number 1, 2 or 3"),
        ('"https://www.spid.gov.it/SpidL2" = 2\n', "", "does not say which level"),
        ("tax_code =", "taxcode =", "taxcode is no attribute"),
        ("scopes", "scope", "scope is not a setting of a provider"),
        ("[spid]", "[spid", "is not TOML"),
    ],
)
def test_what_cannot_be_meant_is_said_to_the_operator(tmp_path, old, new, said):
    with pytest.raises(UnsafeSettings, match=said):
        read(tmp_path, old=old, new=new)


def test_two_of_one_issuer_are_refused(tmp_path):
    path = made.write(tmp_path, HTTPS)
    path.write_text(path.read_text() + path.read_text().replace("[spid", "[cie"))
    with pytest.raises(UnsafeSettings, match="same issuer"):
        settings.read(path, trying=False)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UnsafeSettings, match="cannot be read"):
        settings.read(tmp_path / "absent.toml", trying=False)
