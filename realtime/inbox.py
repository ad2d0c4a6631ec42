"""A bounded way in from any thread to the engine's thread."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """Never waits to put: what does not fit is counted and gone."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: SimpleQueue[T] = SimpleQueue()
        self._overflows = 0

    @property
    def overflows(self) -> int:
        """Lost so far."""
        return self._overflows

    def put(self, item: T) -> bool:
        """Any thread, a device callback too. False when the item was lost.

        Looking before putting is enough of a bound: at worst each producer adds one too many.
        """
        if self._items.qsize() >= self._capacity:
            self._overflows += 1
            return False
        self._items.put(item)
        return True

    def put_always(self, item: T) -> None:
        """For the one item that ends it all."""
        self._items.put(item)

    def take(self, wait_s: float) -> T | None:
        """The oldest, or None after ``wait_s``. One consumer."""
        try:
            return self._items.get(timeout=wait_s) if wait_s > 0 else self._items.get_nowait()
        except Empty:
            return None
