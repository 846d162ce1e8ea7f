"""Small territories of communes in strips, for changes of people."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from artois_mobility.changes.people_schema import AddResidents, MoveResidents, ScaleResidents
from artois_mobility.scenarios.differences import summarise
from artois_mobility.scenarios.homes import Homes
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.new_sites import attach_new_sites
from artois_mobility.study.peopling import add_people
from artois_mobility.study.running import compute_all
from scenario_worlds import CATEGORY, crooked_world, make_loaded, scattered, silent
from street_worlds import at, cells_at, sites_at

# Three strips of 220 m, from west to east; a fourth lies beyond the territory.
STRIPS = (("62001", "1"), ("62002", "1"), ("62003", "2"), ("62004", "9"))
WIDTH_M = 220.0


def strip(number):
    """Corners of a strip, in degrees."""
    west, east = number * WIDTH_M - 50, (number + 1) * WIDTH_M - 50
    return (at(west, -100), at(east, -100), at(east, 800), at(west, 800))


def make_communes():
    return gpd.GeoDataFrame(
        {
            "insee": [code for code, _ in STRIPS],
            "name": [f"Commune {code}" for code, _ in STRIPS],
            "epci": [epci for _, epci in STRIPS],
            "epci_name": [f"CC {epci}" for _, epci in STRIPS],
            "population": np.nan,
        },
        geometry=[shapely.Polygon(strip(number)) for number in range(4)],
        crs="EPSG:4326",
    )


def make_territory(seed, *, whole=True, cell_count=12, empty=0.2):
    """A crooked world whose cells lie in three communes of two EPCI, some of them empty."""
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    spots = [(60 + 220 * number, draw.uniform(0, 600)) for number in range(3)]
    spots += [draw.uniform((-30, -30), (590, 630)) for _ in range(cell_count - 3)]
    sites = sites_at({"s0": scattered(draw, 1)[0], "s1": scattered(draw, 1)[0]}, CATEGORY)
    loaded = make_loaded({"walk": network}, cells_at(spots), sites)
    people = draw.integers(1, 40, cell_count) * (draw.random(cell_count) > empty)
    if not whole:
        people = people * draw.uniform(0.2, 1.4, cell_count)
    communes = make_communes()
    points = loaded.residents.geometry.to_numpy()
    row = [int(np.flatnonzero(shapely.intersects(communes.geometry, each))[0]) for each in points]
    residents = loaded.residents.assign(
        population=people.astype(float),
        commune=communes["insee"].to_numpy()[row],
        epci=communes["epci"].to_numpy()[row],
        ind_80p=np.arange(cell_count),
    )
    homes = Homes(residents, communes, ("1", "2"))
    own = communes[communes["epci"] != "9"].reset_index(drop=True)
    today = replace(loaded.today, homes=homes)
    return draw, replace(loaded, residents=residents, communes=own, today=today)


def add(population, position=None, **columns):
    where = {} if position is None else {"at": at(*position)}
    return AddResidents(kind="add_residents", population=population, **where, **columns)


def scale(**columns):
    return ScaleResidents(kind="scale_residents", **columns)


def shift(**columns):
    return MoveResidents(kind="move_residents", **columns)


def people_of(loaded, scenario):
    (resolved,) = resolve([scenario], loaded.today)
    return resolved.people


def sums(population, residents, column):
    return pd.Series(population).groupby(residents[column].to_numpy()).sum().to_dict()


def outcome(loaded, *scenarios):
    """Residents, times and summary of some scenarios, as `compare` makes them."""
    resolved = resolve(scenarios, loaded.today)
    peopled = add_people(loaded, resolved)
    whole = peopled.loaded
    times = compute_all(whole, resolved, attach_new_sites(whole, resolved), silent).access
    table = summarise(
        times, whole.residents, whole.communes, (2.0, 5.0), people_of=peopled.population_of
    )
    return peopled, times, table
