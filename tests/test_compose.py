"""The deployment described in docker-compose.yml: its structure, and what it promises.

No container engine runs in this suite. The structure is held against the published compose
schema, the script that makes the roles runs on a real server.
"""

import copy
import json
import os
import re
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import psycopg
import pytest
import yaml

from kit.postgres import clusters

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, Any] = COMPOSE["services"]


def schema() -> dict[str, Any]:
    """The compose specification's schema, as the package check-jsonschema carries it."""
    vendored = resources.files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json"
    found: dict[str, Any] = json.loads(vendored.read_text(encoding="utf-8"))
    return found


def test_the_file_keeps_to_the_published_compose_schema() -> None:
    jsonschema.Draft202012Validator(schema()).validate(COMPOSE)


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [("web", "volumes", 7), ("database", "healthchek", {}), ("proxy", "ports", 80)],
)
def test_the_schema_refuses_a_broken_file(service: str, key: str, value: object) -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"][service][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(broken)


def test_everything_that_a_service_names_is_declared() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        mounted = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert mounted <= set(COMPOSE["volumes"]), name
        used = {config["source"] for config in service.get("configs", [])}
        assert used <= set(COMPOSE["configs"]), name


def test_only_the_proxy_is_reached_from_outside() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("proxy") == ["80:80", "443:443", "443:443/udp"]
    for name, ports in published.items():
        assert all(str(port).startswith("127.0.0.1:") for port in ports), name
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["web"]["networks"] == ["inside"]
    assert SERVICES["database"]["networks"] == ["inside"]


def test_only_the_migration_knows_the_owner() -> None:
    knowing = {name for name, service in SERVICES.items() if "DATABASE_OWNER_URL" in str(service)}
    assert knowing == {"migrate"}


def test_the_application_runs_without_privileges() -> None:
    for name in ("web", "worker", "migrate"):
        service = SERVICES[name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "no-new-privileges:true" in service["security_opt"]
    assert re.search(r"^USER farelegami$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_web_waits_for_the_migration_and_the_proxy_for_web() -> None:
    wanted = {"condition": "service_completed_successfully"}
    assert SERVICES["web"]["depends_on"]["migrate"] == wanted
    assert SERVICES["worker"]["depends_on"]["migrate"] == wanted
    assert SERVICES["proxy"]["depends_on"]["web"] == {"condition": "service_healthy"}


def test_web_believes_only_the_network_of_the_proxy() -> None:
    inside = COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert SERVICES["web"]["environment"]["FORWARDED_ALLOW_IPS"] == inside


def test_the_mail_catcher_comes_with_the_trial_only() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["mail"]
    assert SERVICES["mail"]["profiles"] == ["trial"]


def test_every_variable_is_explained_in_the_guide() -> None:
    guide = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    variables = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    assert variables
    assert [name for name in sorted(variables) if f"`{name}`" not in guide] == []


def test_everything_the_image_copies_exists_and_is_not_ignored() -> None:
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"]
    houses = {"kit", "people", "ledger", "market", "calls", "community", "demo"}
    assert houses | {"app.py", "worker.py", "templates", "locale", "migrations"} <= set(kept)
    assert [name for name in kept if not (ROOT / name).exists()] == []
    assert "--require-hashes" in (ROOT / "Dockerfile").read_text()


def test_the_script_of_the_roles_makes_an_owner_and_a_user_of_the_tables() -> None:
    script = COMPOSE["configs"]["roles"]["content"].replace("$$", "$")
    with clusters.start_temporary() as cluster:
        cluster.drop_database("farelegami")
        admin = ["host=" + str(cluster.sockets), "user=postgres", "dbname=postgres"]
        with psycopg.connect(" ".join(admin), autocommit=True) as connection:
            connection.execute("DROP ROLE farelegami_owner")
            connection.execute("DROP ROLE farelegami_app")
        environment = os.environ | {
            "PATH": f"{cluster.programs.folder}:{os.environ['PATH']}",
            "PGHOST": str(cluster.sockets),
            "OWNER_PASSWORD": 'it\'s "odd" $1',
            "APP_PASSWORD": "another",
        }
        subprocess.run(["sh", "-euc", script], env=environment, check=True, capture_output=True)
        app = cluster.app_url.replace("+psycopg", "", 1)
        owner = cluster.owner_url.replace("+psycopg", "", 1)
        with psycopg.connect(owner) as connection:
            connection.execute("CREATE TABLE owned (id int)")
        with psycopg.connect(app) as connection, pytest.raises(psycopg.errors.Error):
            connection.execute("CREATE TABLE mine (id int)")
