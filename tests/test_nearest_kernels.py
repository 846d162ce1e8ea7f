import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import UNREACHED_MS
from artois_mobility.graph import reverse
from artois_mobility.kernels.nearest import NO_SITE, offer, search_nearest
from artois_mobility.routing.one_to_all import travel_times
from graph_worlds import graphs


def nearest_by_kernel(graph, seeds, k):
    turned, _ = reverse(graph)
    node, extra_ms, site = np.array(seeds, np.int32).reshape(-1, 3).T.copy()
    room = k * graph.arc_count + node.size + 1
    sites = np.empty((graph.node_count, k), np.int32)
    times = np.empty((graph.node_count, k), np.int32)
    heap = np.empty(room, np.int64), np.empty(room, np.int32)
    search_nearest(
        turned.first_out, turned.head, turned.weight_ms, node, extra_ms, site, *heap, sites, times
    )
    return sites, times


def nearest_by_force(graph, seeds, k):
    table = travel_times(graph, np.arange(graph.node_count)).astype(np.int64)
    sites = np.full((graph.node_count, k), NO_SITE, np.int32)
    times = np.full((graph.node_count, k), UNREACHED_MS, np.int32)
    for node in range(graph.node_count):
        best = {}
        for at, extra_ms, site in seeds:
            time_ms = table[node, at] + extra_ms
            if time_ms < UNREACHED_MS:
                best[site] = min(time_ms, best.get(site, UNREACHED_MS))
        for rank, (time_ms, site) in enumerate(sorted((t, s) for s, t in best.items())[:k]):
            sites[node, rank], times[node, rank] = site, time_ms
    return sites, times


seed_lists = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 30), st.integers(0, 5)), max_size=8
)


@settings(max_examples=300)
@given(graphs(), seed_lists, st.integers(1, 4))
def test_the_k_nearest_equal_brute_force(graph, seeds, k):
    found = nearest_by_kernel(graph, seeds, k)
    expected = nearest_by_force(graph, seeds, k)
    assert (found[0] == expected[0]).all(), "another site"
    assert (found[1] == expected[1]).all(), "another time"


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 20)), max_size=12), st.integers(1, 5))
def test_offers_end_as_the_best_distinct_sites(offers, k):
    sites, times = np.full((1, k), NO_SITE, np.int32), np.full((1, k), UNREACHED_MS, np.int32)
    best = {}
    for site, time_ms in offers:
        offer(sites, times, 0, site, time_ms)
        best[site] = min(time_ms, best.get(site, time_ms))
    expected = sorted((time_ms, site) for site, time_ms in best.items())[:k]
    kept = [(t, s) for t, s in zip(times[0], sites[0], strict=True) if s != NO_SITE]
    assert kept == expected
