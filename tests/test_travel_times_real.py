import numpy as np
import pytest

import artois_mobility as am
from certificates import assert_shortest, scipy_times
from network_worlds import KINDS

EXTRACTS = (
    "nantes-centre.osm.pbf",
    "newport.osm.pbf",
    "porto.osm.pbf",
    "malta.osm.pbf",
    "hamburg-hafen.osm.pbf",
    "luxembourg-city.osm",
)


@pytest.fixture(scope="module", params=EXTRACTS)
def extract(request, realdata):
    return am.read_osm(realdata / "osm" / request.param)


@pytest.mark.realdata
@pytest.mark.parametrize("profile", KINDS)
def test_times_equal_scipys_to_the_millisecond_and_are_proven(extract, profile):
    graph = am.build_network(extract, profile).graph
    if not graph.node_count:
        assert profile == "pleasure_boat", "only boats may find nothing to go on"
        return
    sources = np.random.default_rng(1).choice(graph.node_count, min(4, graph.node_count), False)
    table = am.travel_times(graph, sources)
    assert (table == scipy_times(graph, sources)).all()
    for source, row in zip(sources, table, strict=True):
        assert_shortest(graph, source, row)


@pytest.mark.realdata
@pytest.mark.parametrize("profile", KINDS)
def test_merging_chains_changes_no_time(extract, profile):
    merged = am.build_network(extract, profile)
    whole = am.build_network(extract, profile, merge_chains=False)
    # a barrier across a street leaves two nodes of the same OSM id, one on either side
    ids, row, count = np.unique(whole.osm_node, return_index=True, return_counts=True)
    single = np.flatnonzero(np.isin(merged.osm_node, ids[count == 1])).astype(np.int32)
    kept = row[np.searchsorted(ids, merged.osm_node[single])].astype(np.int32)
    assert merged.graph.node_count <= whole.graph.node_count
    assert single.size > 0.9 * merged.graph.node_count or not single.size
    chosen = np.arange(0, kept.size, max(kept.size // 3, 1))[:3]
    here = am.travel_times(merged, single[chosen])[:, single]
    there = am.travel_times(whole, kept[chosen])[:, kept]
    assert (here == there).all()
