"""Values kept in memory because making them again costs more: bounded, and never a person's."""

from collections.abc import Callable, Collection, Hashable, Mapping
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The values used last, up to `most`: pieces, or what `size_of` adds up to.

    What is kept may be gone at any moment and is the same for everybody who asks: a key names
    all that the value depends on. Safe to use from several threads.
    """

    def __init__(self, most: int, size_of: Callable[[V], int] | None = None) -> None:
        self._values: LRUCache[K, V] = LRUCache(most, size_of)
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Give the value of a key, made now where it is not kept.

        Made outside the lock: two threads may make the same at once, nobody waits. A value
        larger than the whole room is given and not kept.
        """
        with self._lock:
            if key in self._values:
                return self._values[key]
        value = make()
        with self._lock:
            if self._values.getsizeof(value) <= self._values.maxsize:
                self._values[key] = value
        return value

    def get_all(self, keys: Collection[K], make: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """Give the values of many keys; those not kept are made together, in one call."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        missing = [key for key in keys if key not in found]
        if missing:
            made = make(missing)
            found |= {key: self.get(key, partial(made.__getitem__, key)) for key in missing}
        return found

    def forget(self) -> None:
        """Let everything go."""
        with self._lock:
            self._values.clear()
