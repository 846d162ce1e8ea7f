"""Hold travel times against Valhalla's, pair by pair, and say how much each assumption explains.

Needs `pyvalhalla` or `pyvalhalla-weekly`, whichever has a wheel for the platform; they are no
dependency of the project. Writes the table that `docs/validation.md` quotes:

    python benchmarks/against_valhalla.py EXTRACT.osm.pbf ... --pairs 600
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import artois_mobility as am
from artois_mobility.network.model import Network
from artois_mobility.network.profiles import Profile, read_profile
from artois_mobility.osm.extract import Extract

COSTING_OF_PROFILE = {"car": "auto", "bicycle": "bicycle", "walk": "pedestrian"}
SHORTEST_S = 60.0  # below a minute a rounding of seconds is a large share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extracts", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=2000)
    options = parser.parse_args()
    for path in options.extracts:
        with tempfile.TemporaryDirectory() as folder:
            for line in compare(path, options.pairs, Path(folder)):
                sys.stdout.write(line + "\n")


def compare(path: Path, pair_count: int, folder: Path) -> list[str]:
    """Compare every profile on one extract."""
    extract = am.read_osm(path)
    actor = build_tiles(path, folder)
    draw = np.random.default_rng(11)
    lines = []
    for name, costing in COSTING_OF_PROFILE.items():
        profile = read_profile(name)
        pairs = draw_pairs(build(extract, profile), pair_count, draw)
        theirs = np.array([ask(actor, pair, costing) for pair in pairs])
        for label, each, has_turns in variants(profile):
            ours = route(build(extract, each, turns=has_turns), pairs)
            lines.append(f"{path.name:<28}{label:<36}{describe(ours, theirs)}")
    return lines


def variants(profile: Profile) -> list[tuple[str, Profile, bool]]:
    """List a profile, and for cars what is left of the difference without each assumption."""
    rows = [(profile.name, profile, bool(profile.turn_delay_s))]
    if profile.name == "car":
        no_delays = dataclasses.replace(profile, node_delay_s={})
        at_limit = dataclasses.replace(no_delays, limit_factor=(1.0, 1.0))
        rows += [
            ("car, without turns", profile, False),
            ("car, without turns and signals", no_delays, False),
            ("car, at the limit, without delays", at_limit, False),
            ("car_osrm", read_profile("car_osrm"), True),
        ]
    return rows


def build(extract: Extract, profile: Profile, *, turns: bool = False) -> Network:
    return am.build_network(extract, profile, turns=turns)


def draw_pairs(network: Network, count: int, draw: np.random.Generator) -> np.ndarray:
    """Draw pairs of points on open streets of the main part: lon, lat, lon, lat."""
    arcs = np.flatnonzero(network.may_attach & ~network.is_limited)
    arc = draw.choice(arcs, 2 * count)
    middle = (network.first_point[arc] + network.first_point[arc + 1]) // 2
    points = np.column_stack([network.point_lon_deg[middle], network.point_lat_deg[middle]])
    return np.hstack([points[:count], points[count:]])


def route(network: Network, pairs: np.ndarray) -> np.ndarray:
    """Seconds and metres of each pair."""
    table = am.routes(network, pairs[:, :2].tolist(), pairs[:, 2:].tolist())
    return np.column_stack([table["minutes"] * 60, table["length_m"]])


def build_tiles(path: Path, folder: Path) -> object:
    """Build Valhalla's graph; its settings are the stock ones."""
    import valhalla

    (folder / "tiles").mkdir()
    (folder / "none.tar").touch()
    settings = valhalla.get_config(
        tile_extract=str(folder / "none.tar"), tile_dir=str(folder / "tiles")
    )
    (folder / "none.tar").unlink()
    settings_path = folder / "valhalla.json"
    settings_path.write_text(json.dumps(settings))
    program = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    command = [str(program), "-c", str(settings_path), str(path.resolve())]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return valhalla.Actor(settings)


def ask(actor: object, pair: np.ndarray, costing: str) -> tuple[float, float]:
    """Seconds and metres of one pair; NaN where Valhalla finds no way."""
    lon, lat, other_lon, other_lat = pair.tolist()
    places = [{"lon": lon, "lat": lat}, {"lon": other_lon, "lat": other_lat}]
    query = {"locations": places, "costing": costing, "directions_type": "none"}
    try:
        answer = actor.route(query)
    except RuntimeError:
        return float("nan"), float("nan")
    summary = answer["trip"]["summary"]
    return summary["time"], summary["length"] * 1000


def describe(ours: np.ndarray, theirs: np.ndarray) -> str:
    known = np.isfinite(ours[:, 0]) & (theirs[:, 0] > SHORTEST_S)
    mine, other = ours[known], theirs[known]
    relative = mine[:, 0] / other[:, 0] - 1
    bias = mine[:, 0].sum() / other[:, 0].sum() - 1
    length = np.median(mine[:, 1] / other[:, 1] - 1)
    middle, most = np.quantile(np.abs(relative), [0.5, 0.9])
    return (
        f"{known.sum():6d} pairs  bias {bias:+7.1%}  |difference| median {middle:6.1%}, "
        f"90 % {most:6.1%}  length {length:+6.1%}"
    )


if __name__ == "__main__":
    main()
