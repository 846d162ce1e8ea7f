"""Changes of every kind on crooked worlds, and what combinations of them do, computed anew."""

import numpy as np

from artois_mobility.changes.schema import AddLink, RemoveSite
from scenario_worlds import close, make_crooked, make_scenario, minutes_of, move, run, site, speed


def node_link(network, *ends, **columns):
    """A link between nodes of the network, or between positions in degrees."""
    points = tuple(
        end
        if isinstance(end, tuple)
        else (float(network.lon_deg[end]), float(network.lat_deg[end]))
        for end in ends
    )
    return AddLink(kind="add_link", geometry=points, profiles=("walk",), **columns)


def draw_changes(draw, network, count):
    """Some changes that stand together: no way is named twice, and no site."""
    ways = draw.permutation(np.unique(network.way_of_arc)).tolist()
    sites = ["s0", "s1", "s2"]
    changes = []
    for number in range(count):
        kind = draw.integers(6)
        if kind == 0:
            tail, head = draw.choice(network.lon_deg.size, 2, replace=False).tolist()
            changes.append(node_link(network, tail, head, name=str(number)))
        elif kind == 1:
            changes.append(close(ways.pop(), ways.pop()))
        elif kind == 2:
            factor = float(draw.choice([0.3, 4.0]))
            changes.append(speed(factor=factor, ids=(ways.pop(), ways.pop())))
        elif kind == 3 or not sites:
            at = draw.uniform(0, 600), draw.uniform(0, 600)
            changes.append(site(at, name=f"new {number}"))
        elif kind == 4:
            at = draw.uniform(0, 600), draw.uniform(0, 600)
            changes.append(move(sites.pop(), at))
        else:
            changes.append(RemoveSite(kind="remove_site", site=sites.pop()))
    return changes


def make_world(seed, count):
    """A crooked world with uneven population, and changes on it."""
    draw, loaded = make_crooked(seed, cell_count=10, nearest=1)
    loaded.study.language = "en"
    loaded.residents["population"] = draw.integers(1, 50, len(loaded.residents)).astype(float)
    return loaded, draw_changes(draw, loaded.today.networks["walk"], count)


def compute_minutes(loaded, changes):
    """Minutes to the nearest site with some changes, as a comparison gives them."""
    if not changes:
        return minutes_of(run(loaded), "today")
    return minutes_of(run(loaded, make_scenario(*changes)), "works")
