"""All chosen peers over all chosen takes: several processes, one peer in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any, TypeVar

from repetiteur.benchmarks.peers.process import PeerProcess
from repetiteur.benchmarks.peers.roster import Peer

Item = TypeVar("Item")
Result = TypeVar("Result")


def over_peers(
    python: Path,
    peers: Sequence[Peer],
    items: Sequence[Item],
    work: Callable[[Peer, Item, Callable[[dict[str, Any]], dict[str, Any]]], Result],
    limit_s: float,
    workers: int,
    child: Path | None = None,
) -> Iterator[Result]:
    """``work(peer, item, ask)`` for every peer and item as they get done, ``ask`` being the peer's
    process: job in, result out. A peer that dies or hangs is started again for the next item."""
    done: SimpleQueue[Result | Exception] = SimpleQueue()
    given_up = Event()

    def all_items(peer: Peer) -> None:
        with PeerProcess(python, peer.name, limit_s, child) as process:
            for item in items:
                if given_up.is_set():
                    return
                try:
                    done.put(work(peer, item, process.run))
                except Exception as error:
                    done.put(error)
                    return

    with ThreadPoolExecutor(max(1, min(workers, len(peers)))) as pool:
        for peer in peers:
            pool.submit(all_items, peer)
        try:
            for _ in range(len(peers) * len(items)):
                result = done.get()
                if isinstance(result, Exception):
                    raise result
                yield result
        finally:
            given_up.set()
            pool.shutdown(wait=True, cancel_futures=True)
