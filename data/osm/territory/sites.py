"""Places people go to: those of the tables, and everyday ones dealt out by population."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .facts import Town, position, read_table
from .names import of_place
from .plane import Points

SCHEMATIC = {"schematic": "yes", "note": "position and number are generated"}

SPECIALITY = {
    "psychiatry": "psychiatry",
    "rehabilitation": "rehabilitation",
    "long_stay": "long_term_care",
    "cancer": "oncology",
}

# Everyday places: tags, inhabitants per place, smallest commune that has one.
EVERYDAY: tuple[tuple[str, dict[str, str], int, int], ...] = (
    (
        "Cabinet médical",
        {"amenity": "doctors", "healthcare": "doctor", "healthcare:speciality": "general"},
        2_100,
        700,
    ),
    ("Pharmacie", {"amenity": "pharmacy", "healthcare": "pharmacy"}, 2_700, 1_100),
    ("Cabinet dentaire", {"amenity": "dentist", "healthcare": "dentist"}, 4_200, 2_000),
    ("Bibliothèque municipale", {"amenity": "library"}, 12_000, 2_500),
    (
        "EHPAD",
        {
            "amenity": "social_facility",
            "social_facility": "nursing_home",
            "social_facility:for": "senior",
        },
        9_000,
        3_000,
    ),
    (
        "Maison de santé pluriprofessionnelle",
        {"amenity": "clinic", "healthcare": "centre"},
        16_000,
        4_000,
    ),
    ("Collège", {"amenity": "school", "school:FR": "collège"}, 11_000, 4_500),
)


@dataclass(frozen=True, slots=True)
class Site:
    """A point with tags."""

    at: tuple[float, float]
    tags: dict[str, str]
    needs_street: bool = True


def hospital_sites(folder: Path) -> list[Site]:
    """Return the hospitals; those of one speciality are tagged with it."""
    found = []
    for row in read_table(folder, "hospitals"):
        tags = {
            "amenity": "hospital",
            "healthcare": "hospital",
            "name": row["name"],
            "ref:FR:FINESS": row["ref"],
            "source": row["source"].split(" (")[0],
        }
        if row["operator_type"]:
            tags["operator:type"] = row["operator_type"]
        if row["kind"] in SPECIALITY:
            tags["healthcare:speciality"] = SPECIALITY[row["kind"]]
        if row["emergency"]:
            tags["emergency"] = row["emergency"]
        if row["approximate"] == "yes":
            tags["approximate"] = row["approximate_what"].replace(" ", ";")
        x, y = position(row)
        found.append(Site((x, y), tags))
        if row["maternity"] == "yes":
            found.append(Site((x + 18.0, y + 12.0), maternity_tags(row)))
    return found


def maternity_tags(row: dict[str, str]) -> dict[str, str]:
    """Return the tags of the maternity of a hospital: a place of its own beside it."""
    tags = {
        "healthcare": "birthing_centre",
        "healthcare:speciality": "obstetrics",
        "name": f"Maternité – {row['name']}",
    }
    return tags | ({"approximate": "yes"} if "maternity" in row["approximate_what"] else {})


def fact_sites(folder: Path) -> list[Site]:
    """Return culture, training, ports and parks of the tables, and the stations."""
    found = []
    for row in read_table(folder, "sites"):
        tags = dict(pair.split("=", 1) for pair in row["tags"].split(";")) | {"name": row["name"]}
        if row["approximate"] == "yes":
            tags["approximate"] = "position"
        x, y = position(row)
        found.append(Site((x, y), tags, needs_street=row["kind"] != "park"))
    return found


def station_points(folder: Path) -> list[tuple[tuple[float, float], dict[str, str]]]:
    """Return the stations with their tags."""
    found = []
    for row in read_table(folder, "stations"):
        x, y = position(row)
        found.append(
            ((x, y), {"railway": "station", "public_transport": "station", "name": row["name"]})
        )
    return found


def everyday_sites(
    towns: list[Town], points: Points, town_of_point: np.ndarray, score: np.ndarray, seed: int
) -> list[Site]:
    """Deal out everyday places beside streets, nearer the middle of each commune.

    `points` are nodes of streets, `score` grows with the distance from the middle.
    """
    found = []
    for t, town in enumerate(towns):
        if town.is_neighbour:
            continue
        rng = np.random.default_rng([seed, 7, t])
        mine = np.flatnonzero(town_of_point == t)
        order = mine[np.argsort(score[mine], kind="stable")]
        for name, tags, per_place, least in EVERYDAY:
            if town.population < least:
                continue
            taken: list[Points] = []
            for n in range(max(1, round(town.population / per_place))):
                at = _beside_street(points[order], taken, rng)
                taken.append(at)
                x, y = at
                number = f" n° {n + 1}" if n else ""
                title = {"name": of_place(name, town.name) + number}
                found.append(
                    Site((float(x), float(y)), tags | title | SCHEMATIC, needs_street=False)
                )
    return found


def _beside_street(points: Points, taken: list[Points], rng: np.random.Generator) -> Points:
    """Return a place beside one of the points, drawn near the first, 70 m from those taken."""
    while True:
        pick = points[int(len(points) * 0.8 * rng.random() ** 1.4)]
        turn = rng.uniform(0, 2 * np.pi)
        at = pick + 13.0 * np.array([np.cos(turn), np.sin(turn)])
        if all(np.hypot(*(at - other)) > 70.0 for other in taken):
            return at
