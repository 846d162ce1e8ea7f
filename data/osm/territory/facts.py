"""The tables of facts, read."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .plane import Points, to_plane


@dataclass(frozen=True, slots=True)
class Town:
    """A commune of the territory, or a neighbour, whose `population` is then unknown (0)."""

    insee: str
    name: str
    population: int
    epci_siren: str
    epci_name: str
    place: str
    radius_m: float
    centre: tuple[float, float]

    @property
    def is_neighbour(self) -> bool:
        """True outside the territory: streets are coarse there and nobody is counted."""
        return not self.epci_siren


def read_table(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of one table of facts."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_towns(folder: Path) -> list[Town]:
    """Return the communes by INSEE code, then the neighbours."""
    towns = []
    for row in [*read_table(folder, "communes"), *read_table(folder, "neighbours")]:
        population = int(row.get("population", 0))
        x, y = to_plane((float(row["lon"]), float(row["lat"])))[0]
        place = row.get("place") or (
            "city" if population >= 20_000 else "town" if population >= 5_000 else "village"
        )
        towns.append(
            Town(
                insee=row["insee"],
                name=row["name"],
                population=population,
                epci_siren=row.get("epci_siren", ""),
                epci_name=row.get("epci_name", ""),
                place=place,
                radius_m=float(row.get("radius_m", 0)),
                centre=(float(x), float(y)),
            )
        )
    return towns


def read_waypoints(folder: Path, name: str, key: str) -> dict[str, list[dict[str, str]]]:
    """Return the rows of a table of waypoints by line, in the order of the file."""
    rows_of_line: dict[str, list[dict[str, str]]] = {}
    for row in read_table(folder, name):
        rows_of_line.setdefault(row[key], []).append(row)
    return rows_of_line


def position(row: dict[str, str]) -> Points:
    """Return x, y in metres of a row with `lon` and `lat`."""
    return to_plane((float(row["lon"]), float(row["lat"])))[0]


def positions(rows: list[dict[str, str]]) -> Points:
    """Return x, y in metres of rows with `lon` and `lat`, shape (n, 2)."""
    return np.vstack([position(row) for row in rows])
