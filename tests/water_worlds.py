"""A made canal, 2 km from west to east, with everything that crosses it and runs along it.

::

    y = 200   ----------------- street (way 40) -------------------------------
    y =  10   ----------------- towpath (way 30), from x = 0 to x = 2000 ------
    y =   0   ==== canal (ways 1, 2: the lock, 3) =============================
                  |        |     |        |          |         |         |
    x =          200      220   600      1000       1400      1600      1800
                bridge  footway lock    ferry     bridge     tunnel    closed
"""

from network_worlds import make_extract

CANAL = {"waterway": "canal", "name": "Canal d'Aire"}
LOCK = {**CANAL, "lock": "yes", "lock_name": "Écluse de Cuinchy"}
STREET = {"highway": "residential"}

# x in metres -> way, tags of what crosses there from y = -50 to y = 50
CROSSINGS = {
    200: (11, {**STREET, "bridge": "yes", "name": "Rue du Pont"}),
    220: (12, {"highway": "footway", "bridge": "yes"}),
    600: (13, {"highway": "footway", "name": "Sentier"}),
    1000: (14, {"route": "ferry", "name": "Bac de Béthune", "foot": "yes", "motor_vehicle": "no"}),
    1400: (15, {**STREET, "bridge": "yes", "bridge:name": "Pont Neuf", "name": "Rue Basse"}),
    1600: (16, {"highway": "secondary", "tunnel": "yes", "name": "Tunnel d'Essars"}),
    1800: (17, {**STREET, "bridge": "yes", "access": "no"}),
}


def canal_world(ways=None, node_tags=None, relations=None, positions=None):
    """Make the canal with its crossings, towpath and street, and more ways where given."""
    places = {1: (0, 0), 2: (580, 0), 3: (620, 0), 4: (2000, 0)}
    drawn = {1: ([1, 2], CANAL), 2: ([2, 3], LOCK), 3: ([3, 4], CANAL)}
    for x_m, (way, tags) in CROSSINGS.items():
        places |= {10 * way: (x_m, -50), 10 * way + 1: (x_m, 50), 10 * way + 2: (x_m, 200)}
        drawn[way] = ([10 * way, 10 * way + 1], tags)
        drawn[way + 50] = ([10 * way + 1, 10 * way + 2], {"highway": "residential"})
    places |= {301: (0, 10), 302: (2000, 10), 401: (0, 200), 402: (2000, 200)}
    drawn[30] = ([301, 302], {"highway": "track", "motor_vehicle": "no", "surface": "gravel"})
    drawn[40] = ([401, *[10 * way + 2 for way, _ in CROSSINGS.values()], 402], STREET)
    gates = {2: {"waterway": "lock_gate"}, 3: {"waterway": "lock_gate"}}
    return make_extract(
        places | (positions or {}), drawn | (ways or {}), gates | (node_tags or {}), relations
    )


def line_world(*ways, relations=None):
    """Make an extract of ways: pairs of corners in metres and tags, ids from 1 on.

    Ways with a corner at the same place meet there.
    """
    node_of_place, drawn = {}, {}
    for way, (corners, tags) in enumerate(ways, 1):
        nodes = [node_of_place.setdefault(tuple(each), 1 + len(node_of_place)) for each in corners]
        drawn[way] = (nodes, tags)
    places = {node: place for place, node in node_of_place.items()}
    return make_extract(places, drawn, relations=relations)
