"""Hierarchies on disk: the same bytes, and refused when they are not what they should be."""

import json

import numpy as np
import pytest

from artois_mobility.errors import HierarchyError
from artois_mobility.graph import Graph
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize
from artois_mobility.routing.storage import open_hierarchy, save_hierarchy
from artois_mobility.routing.sweeps import sweep_lines
from artois_mobility.storage.folders import MANIFEST
from graph_worlds import make_graph, town


@pytest.fixture(scope="module")
def graph():
    return town(25, 25)


@pytest.fixture
def saved(graph, tmp_path):
    return save_hierarchy(build_hierarchy(graph), tmp_path / "town")


def times(hierarchy, graph):
    out = np.empty((70, graph.node_count), np.int32)
    sweep_lines(customize(hierarchy, graph.weight_ms), np.arange(70, dtype=np.int32), out)
    return out.tobytes()


def test_a_hierarchy_from_disk_gives_the_same_bytes(graph, saved):
    opened = open_hierarchy(saved, graph)
    assert times(opened, graph) == times(build_hierarchy(graph), graph)
    assert not opened.up_head.flags.owndata
    assert not opened.up_head.flags.writeable
    assert times(open_hierarchy(saved, verify=False), graph) == times(opened, graph)


def test_the_smallest_hierarchy_can_be_kept(tmp_path):
    nothing = make_graph(0, [])
    opened = open_hierarchy(save_hierarchy(build_hierarchy(nothing), tmp_path / "none"), nothing)
    assert opened.rank_count == 0


def test_saving_again_replaces_and_leaves_nothing_else(graph, saved):
    save_hierarchy(build_hierarchy(graph), saved)
    assert [each.name for each in saved.parent.iterdir()] == ["town"]
    open_hierarchy(saved, graph)


def test_a_folder_of_other_things_is_not_replaced(graph, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("")
    with pytest.raises(HierarchyError, match="holds no hierarchy; choose another"):
        save_hierarchy(build_hierarchy(graph), tmp_path / "photos")
    assert [each.name for each in (tmp_path / "photos").iterdir()] == ["a.jpg"]


def flip_a_byte(folder):
    path = folder / "up_head.npy"
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def cut_off(folder):
    path = folder / "depth.npy"
    path.write_bytes(path.read_bytes()[:-8])


def of_another_format(folder):
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (flip_a_byte, r"up_head.npy is missing or damaged"),
        (cut_off, r"depth.npy is missing or damaged"),
        (lambda folder: (folder / "head.npy").unlink(), r"head.npy is missing or damaged"),
        (of_another_format, r"has format 0 .* reads format 1. Save it again"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "is missing or damaged. Save one"),
        (lambda folder: (folder / MANIFEST).unlink(), "is missing or damaged. Save one"),
    ],
)
def test_what_is_damaged_is_refused(graph, saved, damage, message):
    damage(saved)
    with pytest.raises(HierarchyError, match=message):
        open_hierarchy(saved, graph)


def test_a_hierarchy_of_another_graph_is_refused(graph, saved):
    longer = Graph(graph.first_out, graph.head, np.zeros_like(graph.weight_ms))
    open_hierarchy(saved, longer)  # weights do not matter
    with pytest.raises(HierarchyError, match="made for another graph"):
        open_hierarchy(saved, town(25, 24))


def test_a_cut_file_is_refused_without_checksums_too(graph, saved):
    cut_off(saved)
    with pytest.raises(HierarchyError, match=r"depth.npy is missing or no array"):
        open_hierarchy(saved, graph, verify=False)
