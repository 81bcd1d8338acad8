"""Templates: compiled before anybody asks, once for all processes."""

from jinja2 import DictLoader, Environment

from app import create_app
from kit.http import templates


def pages() -> list[str]:
    names = templates.environment().list_templates(extensions=["html"])
    return [name for name in names if not name.startswith("documents/")]


def test_no_page_is_compiled_by_whoever_asks_for_it_first(cluster):
    create_app()
    kept = templates.environment().cache
    assert kept is not None
    ready = {name for _loader, name in kept.keys()}  # noqa: SIM118
    assert set(pages()) <= ready


def test_a_second_process_compiles_nothing(application, monkeypatch):
    def compiled(*_args, **_options):
        raise AssertionError("compiled again")

    templates.environment.cache_clear()
    monkeypatch.setattr(Environment, "compile", compiled)
    try:
        templates.load_pages()
    finally:
        templates.environment.cache_clear()
        monkeypatch.undo()
        templates.load_pages()


def test_where_nothing_can_be_kept_pages_are_compiled_all_the_same(tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("")
    assert templates._compiled(taken / "templates") is None
    gone = templates._Compiled(str(tmp_path / "gone"))
    env = Environment(loader=DictLoader({"a.html": "{{ 1 }}"}), bytecode_cache=gone)
    assert env.get_template("a.html").render() == "1"
