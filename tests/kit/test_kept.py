"""Kept values: made once, bounded, forgotten."""

from concurrent.futures import ThreadPoolExecutor

from kit.kept import Kept


def test_a_value_is_made_once_and_the_one_used_longest_ago_goes_first():
    made = []
    kept = Kept[str, str](2)

    def ask(key):
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [ask(key) for key in "abacab"] == list("ABACAB")
    assert made == ["a", "b", "c", "b"]
    kept.forget()
    assert ask("a") == "A"
    assert made[-1] == "a"


def test_none_is_a_value_too():
    made = []
    kept = Kept[int, None](2)
    assert kept.get(1, lambda: made.append(1)) is None
    assert kept.get(1, lambda: made.append(2)) is None
    assert made == [1]


def test_the_size_of_values_bounds_them_and_the_too_large_is_only_given():
    kept = Kept[str, bytes](10, size_of=len)
    assert kept.get("large", lambda: b"x" * 11) == b"x" * 11
    assert kept.get("large", lambda: b"again") == b"again"
    kept.get("more", lambda: b"y" * 6)
    assert kept.get("large", lambda: b"made anew") == b"made anew"


def test_many_threads_see_one_value_each_time():
    kept = Kept[int, int](3)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: kept.get(n % 5, lambda: n % 5), range(2000)))
    assert found == [n % 5 for n in range(2000)]


def test_many_are_made_together_and_each_is_kept():
    asked = []
    kept: Kept[str, str] = Kept(10)

    def make(keys):
        asked.append(keys)
        return {key: key.upper() for key in keys}

    assert kept.get_all(["a", "b"], make) == {"a": "A", "b": "B"}
    assert kept.get_all(["b", "c"], make) == {"b": "B", "c": "C"}
    assert kept.get_all([], make) == {}
    assert asked == [["a", "b"], ["c"]]
    assert kept.get("c", lambda: "made anew") == "C"
