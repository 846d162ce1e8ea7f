"""Small worlds that scenarios are held against: streets, cells and sites made by hand."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from artois_mobility.changes.schema import AddLink, AddSite, CloseWays, MoveSite, SetSpeed
from artois_mobility.network.profiles import read_profile
from artois_mobility.osm.extract import Extract, OsmNodes, OsmRelations, OsmWays, SourceRecord
from artois_mobility.places.attaching import attach
from artois_mobility.scenarios.reading import Scenario
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.loading import Loaded
from artois_mobility.study.new_sites import attach_new_sites
from artois_mobility.study.running import compute_all
from street_worlds import Street, at, cells_at, sites_at, street_world

CATEGORY = "care/hospital"


def make_scenario(*changes, key="works", name="Works", **columns):
    """A scenario with these changes, as if read from a file."""
    values = {
        "path": Path(f"{key}.toml"),
        "sha256": "",
        "key": key,
        "name": name,
        "question": "",
        "assumptions": (),
        "focus_profiles": (),
        "focus_categories": (),
        "changes": tuple(changes),
        "lines": tuple(None for _ in changes),
    }
    return Scenario(**{**values, **columns})


def link(*positions, profiles=("walk",), **columns):
    points = tuple(at(*position) for position in positions)
    return AddLink(kind="add_link", geometry=points, profiles=profiles, **columns)


def close(*ids, **columns):
    return CloseWays(kind="close_ways", ids=ids, **columns)


def speed(**columns):
    return SetSpeed(kind="set_speed", **columns)


def site(position, name="New", category=CATEGORY, **columns):
    return AddSite(kind="add_site", category=category, name=name, at=at(*position), **columns)


def move(name, position, **columns):
    return MoveSite(kind="move_site", site=name, to=at(*position), **columns)


def make_extract(networks, bounds_deg=None):
    """An extract that knows the ways of some networks and nothing else."""
    west, south = at(-5000, -5000)
    east, north = at(9000, 9000)
    ways = np.unique(np.concatenate([network.way_of_arc for network in networks]))
    none, no_ids = np.empty(0), np.empty(0, np.int64)
    no_rows = np.zeros(1, np.int32)
    return Extract(
        OsmNodes(no_ids, none, none, {}),
        OsmWays(ways, np.zeros(ways.size + 1, np.int32), no_rows[:0], tuple({} for _ in ways)),
        OsmRelations(no_ids, (), no_rows, np.empty(0, "U1"), no_ids, ()),
        SourceRecord(
            "world.osm", "0" * 64, "", "", bounds_deg or (west, south, east, north), False
        ),
        {},
    )


def make_today(networks, sites, categories=(CATEGORY,)):
    return Today(make_extract(networks.values()), networks, sites, categories)


def make_loaded(networks, residents, sites, categories=(CATEGORY,), nearest=1):
    """What `load` would return, without a file."""
    study = SimpleNamespace(
        profiles=tuple(networks),
        travel_profiles=tuple(network.profile for network in networks.values()),
        categories=categories,
        nearest=nearest,
        thresholds_min=(10.0,),
    )
    return Loaded(
        study,
        make_today(networks, sites, categories),
        residents.assign(epci=""),
        None,
        {name: (attach(n, residents), attach(n, sites)) for name, n in networks.items()},
        0,
        pd.DataFrame(),
    )


def silent(what, done, total):
    """Progress that nobody watches."""


def run(loaded, *scenarios):
    """Access times of today and of some scenarios."""
    resolved = resolve(scenarios, loaded.today)
    return compute_all(loaded, resolved, attach_new_sites(loaded, resolved), silent).access


def minutes_of(table, key):
    return table[table["scenario"] == key]["minutes"].to_numpy()


def crooked_world(draw, columns=4, rows=4, profile=None):
    """A grid of bent streets with uneven times, some one-way; way ids count from 1."""
    nodes = [
        (c * 200 + draw.uniform(-40, 40), r * 200 + draw.uniform(-40, 40))
        for r in range(rows)
        for c in range(columns)
    ]
    streets = []
    for node in range(len(nodes)):
        for step, fits in (
            (1, node % columns + 1 < columns),
            (columns, node + columns < len(nodes)),
        ):
            if not fits:
                continue
            (x, y), (u, v) = nodes[node], nodes[node + step]
            middle = ((x + u) / 2 + draw.uniform(-30, 30), (y + v) / 2 + draw.uniform(-30, 30))
            ms = int(draw.integers(0, 200_000))
            back_ms = [ms, int(draw.integers(0, 200_000)), None][
                int(draw.choice(3, p=[0.4, 0.4, 0.2]))
            ]
            streets.append(Street(node, node + step, ms, back_ms, via=(middle,)))
    return street_world(nodes, streets, profile=profile or read_profile("walk"))


def scattered(draw, count):
    return [(draw.uniform(-30, 630), draw.uniform(-30, 630)) for _ in range(count)]


def make_crooked(seed, *, cell_count=12, site_count=3, nearest=2):
    """A crooked world with cells and sites, for properties."""
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    residents = cells_at(scattered(draw, cell_count))
    positions = scattered(draw, site_count)
    sites = sites_at({f"s{row}": each for row, each in enumerate(positions)}, CATEGORY)
    return draw, make_loaded({"walk": network}, residents, sites, nearest=nearest)
