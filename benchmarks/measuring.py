"""What the comparison with peers is made of: a row, a clock, and the graphs."""

import dataclasses
import importlib.util
import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from worlds import EMBEDDED, PORTO, Plain, main_part

import artois_mobility as am
from artois_mobility.graph import Graph
from artois_mobility.network.building import build_network
from artois_mobility.network.model import Network
from artois_mobility.osm.extract import Extract

RUNS = 7
UNREACHED = am.UNREACHED_MS


@dataclass(frozen=True)
class Cost:
    """What some work of ours takes: milliseconds, and MiB of arrays at its peak."""

    ms: float
    mib: float

    def per(self, count: int) -> "Cost":
        """Share the time, not the memory, among many."""
        return Cost(self.ms / count, self.mib)


@dataclass(frozen=True)
class Row:
    """One line of the table: what both sides take, and the bar for the ratio of their times."""

    work: str
    ours: Cost
    peer: str
    peer_ms: float
    bar: str

    def text(self) -> str:
        ratio = f"{self.peer_ms / self.ours.ms:9.1f}" if self.peer_ms else "        -"
        peer = f"{self.peer_ms:11.3f}" if self.peer_ms else "          -"
        ours = f"{self.ours.ms:11.3f}{self.ours.mib:8.1f}"
        return f"{self.work:<48}{ours}  {self.peer:<22}{peer}{ratio}  {self.bar}"


def cost_of(work: Callable[[], object], runs: int = RUNS) -> Cost:
    """Time some work as `median_ms` does, after one call that only watches its memory."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Cost(median_ms(work, runs), peak / 2**20)


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """Time some work: warm call first, then the median of several."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


@dataclass(frozen=True)
class World:
    """The graphs that all rows share."""

    name: str
    extract: Extract
    merged: Network
    turned: Network
    unmerged: Plain
    draw: np.random.Generator

    @property
    def graph(self) -> Graph:
        return self.unmerged.graph


def load_world() -> World:
    path = PORTO if PORTO.is_file() else EMBEDDED
    extract = am.read_osm(path)
    merged, unmerged = (
        open_to_all(build_network(extract, "car", merge_chains=merge)) for merge in (True, False)
    )
    turned = build_network(extract, "car", turns=True)
    return World(path.name, extract, merged, turned, main_part(unmerged), np.random.default_rng(7))


def open_to_all(network: Network) -> Network:
    """Open the streets for residents to everybody: peers know no others."""
    no_limits = np.zeros_like(network.is_limited)
    return dataclasses.replace(network, is_limited=no_limits, expansion=None)


def as_matrix(graph: Graph) -> csr_array:
    order = np.lexsort((graph.weight_ms, graph.head, graph.tail))
    tail, head = graph.tail[order], graph.head[order]
    is_first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
    weight_ms = np.maximum(graph.weight_ms[order][is_first].astype(np.float64), 1e-6)
    shape = (graph.node_count, graph.node_count)
    return csr_array((weight_ms, (tail[is_first], head[is_first])), shape=shape)


def as_ms(exact: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(exact), np.rint(exact), UNREACHED).astype(np.int32)


def has_peer(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
