"""A small town as files: two communes either side of a canal, a bridge, sites, cells, a study.

columns 0 .. 7, 200 m apart; rows 0 .. 5; the canal runs between rows 2 and 3, and the only
bridge crosses it at column 0. Way 100 + row runs along a row, way 200 + column along a
column; way 300 is the bridge.

row 5   NORD (62002, EPCI 222222222)     pharmacy n9002 at column 7, row 5
row 3
~~~~~~~ canal
row 2   SUD (62001, EPCI 111111111)      hospital n9001 at column 7, row 0
row 0
"""

from pathlib import Path

import numpy as np

from artois_mobility.network.geodesy import unproject
from osm_files import write_osm

WEST_M, SOUTH_M, STEP_M = 688_000.0, 7_036_000.0, 200.0
COLUMNS, ROWS, BANK = 8, 6, 3

STUDY = """
name = "Deux rives"
language = "fr"

[data]
extract = "data/town.osm.pbf"
residents = "data/residents.csv"

[access]
profiles = ["car", "walk"]
categories = ["care/hospital", "care/pharmacy", "culture"]
nearest = 2
thresholds_min = [5, 10]
"""


def place(column, row):
    """Longitude and latitude of a point of the grid, which may lie between crossings."""
    lon, lat = unproject(
        np.array([WEST_M + column * STEP_M]), np.array([SOUTH_M + row * STEP_M]), "EPSG:2154"
    )
    return round(float(lon[0]), 7), round(float(lat[0]), 7)


def write_town(folder, *, has_boundaries=True):
    """Write extract, residents and study; return the study's path."""
    data = Path(folder) / "data"
    data.mkdir(parents=True, exist_ok=True)
    _write_extract(data / "town.osm.pbf", has_boundaries=has_boundaries)
    _write_residents(data / "residents.csv")
    study = Path(folder) / "town.toml"
    study.write_text(STUDY, encoding="utf-8")
    return study


def _node(column, row):
    return 1 + row * COLUMNS + column


def _write_extract(path, *, has_boundaries):
    nodes = {_node(c, r): place(c, r) for r in range(ROWS) for c in range(COLUMNS)}
    nodes |= {
        9001: (*place(7.1, 0.1), {"amenity": "hospital", "name": "Centre hospitalier"}),
        9002: (*place(6.9, 5.1), {"amenity": "pharmacy", "name": "Pharmacie du Nord"}),
        9003: (*place(0.1, 1.1), {"amenity": "pharmacy", "name": "Pharmacie du Sud"}),
        9004: (*place(3.1, 4.1), {"amenity": "library", "name": "Médiathèque"}),
    }
    street = {"highway": "residential", "maxspeed": "30"}
    ways = {
        100 + r: ([_node(c, r) for c in range(COLUMNS)], {**street, "name": f"Rue {r}"})
        for r in range(ROWS)
    }
    ways |= {200 + c: ([_node(c, r) for r in range(BANK)], street) for c in range(COLUMNS)}
    ways |= {220 + c: ([_node(c, r) for r in range(BANK, ROWS)], street) for c in range(COLUMNS)}
    bridge = {**street, "bridge": "yes", "name": "Pont du Canal"}
    ways[300] = ([_node(0, BANK - 1), _node(0, BANK)], bridge)
    for number, column in enumerate((-1, COLUMNS)):
        nodes[9100 + number] = place(column, BANK - 0.5)
    ways[400] = ([9100, 9101], {"waterway": "canal", "name": "Canal", "width": "40"})
    corners = ((-1, -1), (COLUMNS, -1), (COLUMNS, BANK - 0.5), (-1, BANK - 0.5), (COLUMNS, ROWS),
               (-1, ROWS))  # fmt: skip
    nodes |= {9200 + i: place(*corner) for i, corner in enumerate(corners)}
    ways[501] = ([9200, 9201, 9202, 9203, 9200], {})
    ways[502] = ([9203, 9202, 9204, 9205, 9203], {})
    relations = {
        600 + i: (
            [("w", 501 + i, "outer")],
            {
                "type": "boundary", "boundary": "administrative", "admin_level": "8",
                "name": name, "ref:INSEE": code, "epci:siren": epci, "epci:name": f"CA {name}",
            },
        )
        for i, (name, code, epci) in enumerate(
            [("Sud", "62001", "111111111"), ("Nord", "62002", "222222222")]
        )
    }  # fmt: skip
    write_osm(path, dict(sorted(nodes.items())), ways, relations if has_boundaries else {})


def _write_residents(path):
    rows = ["cell,lon,lat,population"]
    for r in range(ROWS):
        for c in range(COLUMNS - 1):
            lon, lat = place(c + 0.4, r + 0.05)
            rows.append(f"c{c}_{r},{lon},{lat},{10 + c}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def write_scenario(folder, key, text, name="Works"):
    path = Path(folder) / f"{key}.toml"
    path.write_text(f'name = "{name}"\n{text}', encoding="utf-8")
    return path


def link_text(*points, profiles='["walk", "car"]', more=""):
    geometry = ", ".join(str(list(place(*point))) for point in points)
    return (
        f'[[changes]]\nkind = "add_link"\nname = "Passerelle"\ngeometry = [{geometry}]\n'
        f"profiles = {profiles}\n{more}\n"
    )


def site_text(column, row, category="care/hospital"):
    return (
        f'[[changes]]\nkind = "add_site"\nname = "Nouveau"\ncategory = "{category}"\n'
        f"at = {list(place(column, row))}\n"
    )


CLOSE_BRIDGE = '[[changes]]\nkind = "close_ways"\nnames = ["Pont du Canal"]\n'
REMOVE_HOSPITAL = '[[changes]]\nkind = "remove_site"\nsite = "n9001"\n'
MOVE_PHARMACY = (
    f'[[changes]]\nkind = "move_site"\nsite = "Pharmacie du Sud"\nto = {list(place(5, 1))}\n'
)
