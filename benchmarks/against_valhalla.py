"""Hold travel times against Valhalla's, pair by pair, and say how much each assumption explains.

Needs `pyvalhalla` or `pyvalhalla-weekly`, whichever has a wheel for the platform; they are no
dependency of the project. Writes the table that `docs/validation.md` quotes:

    python benchmarks/against_valhalla.py EXTRACT.osm.pbf ... --pairs 2000 --worst 10
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import artois_mobility as am
from artois_mobility.network.model import Network
from artois_mobility.network.profile_keys import Profile
from artois_mobility.network.profiles import read_profile
from artois_mobility.osm.extract import Extract

COSTING_OF_PROFILE = {"car": "auto", "bicycle": "bicycle", "walk": "pedestrian"}
STRUCTURE = "no delays"
SHOWN_KEYS = (
    "highway", "route", "access", "motor_vehicle", "bicycle", "foot", "oneway", "oneway:bicycle",
    "maxspeed", "surface", "service", "name",
)  # fmt: skip
SHORTEST_S = 60.0  # below a minute a rounding of seconds is a large share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extracts", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--worst", type=int, default=0, help="list so many pairs one by one")
    options = parser.parse_args()
    for path in options.extracts:
        with tempfile.TemporaryDirectory() as folder:
            for line in compare(path, options.pairs, options.worst, Path(folder)):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()


def compare(path: Path, pair_count: int, worst_count: int, folder: Path) -> Iterator[str]:
    """Compare every profile on one extract."""
    extract = am.read_osm(path)
    actor = build_tiles(path, folder)
    draw = np.random.default_rng(11)
    for name, costing in COSTING_OF_PROFILE.items():
        profile = read_profile(name)
        pairs = draw_pairs(build(extract, profile), pair_count, draw)
        theirs = np.array([ask(actor, pair, costing) for pair in pairs])
        for label, each, has_turns in variants(profile):
            network = build(extract, each, turns=has_turns)
            ours = route(network, pairs)
            yield f"{path.name:<28}{label:<36}{describe(ours, theirs)}"
            if label.endswith(STRUCTURE):
                for row in find_worst(ours, theirs)[:worst_count]:
                    theirs_only = Counter(ways_asked(actor, pairs[row], costing))
                    yield from tell_pair(network, extract, pairs[row], theirs_only)
                    yield f"      {told(ours[row])}; Valhalla {told(theirs[row])}"


def variants(profile: Profile) -> list[tuple[str, Profile, bool]]:
    """List a profile, and for cars what is left of the difference without each assumption."""
    rows = [(profile.name, profile, bool(profile.turn_delay_s))]
    # turning round stays dear: Valhalla does so at dead ends only
    free = {**profile.turn_delay_s, "across": 0.0, "aside": 0.0}
    no_turns = dataclasses.replace(profile, turn_delay_s=free)
    no_delays = dataclasses.replace(no_turns, node_delay_s={})
    if profile.name == "car":
        at_limit = dataclasses.replace(no_delays, limit_factor=(1.0, 1.0))
        rows += [
            ("car, turning takes no time", no_turns, True),
            ("car, nor do signals", no_delays, True),
            (f"car, at the limit, {STRUCTURE}", at_limit, True),
            ("car_osrm", read_profile("car_osrm"), True),
        ]
    else:
        rows.append((f"{profile.name}, {STRUCTURE}", no_delays, False))
    return rows


def build(extract: Extract, profile: Profile, *, turns: bool = False) -> Network:
    return am.build_network(extract, profile, turns=turns)


def draw_pairs(network: Network, count: int, draw: np.random.Generator) -> np.ndarray:
    """Draw pairs of points on open streets of the main part: lon, lat, lon, lat."""
    is_drawn = network.may_attach & ~network.is_limited
    if network.profile.mode == "car":  # on tracks Valhalla drives at walking pace
        is_drawn &= ~np.isin(network.class_of_arc, ["track", "service"])
    arcs = np.flatnonzero(is_drawn)
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


def find_worst(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Rank the pairs by how far their ratio lies from that of all, the farthest first."""
    known = np.isfinite(ours[:, 0]) & (theirs[:, 0] > SHORTEST_S) & (ours[:, 0] > 0)
    ratio = np.where(known, ours[:, 0] / theirs[:, 0], np.nan)
    distance = np.abs(np.log(ratio / np.nanmedian(ratio)))
    return np.argsort(-np.nan_to_num(distance), kind="stable")


def ways_asked(actor: object, pair: np.ndarray, costing: str) -> dict[int, int]:
    """Metres on each way of Valhalla's route."""
    lon, lat, other_lon, other_lat = pair.tolist()
    places = [{"lon": lon, "lat": lat}, {"lon": other_lon, "lat": other_lat}]
    query = {"locations": places, "costing": costing, "directions_type": "none"}
    shape = actor.route(query)["trip"]["legs"][0]["shape"]
    wanted = {"attributes": ["edge.way_id", "edge.length"], "action": "include"}
    trace = {"encoded_polyline": shape, "costing": costing, "filters": wanted}
    metres: Counter[int] = Counter()
    for edge in actor.trace_attributes({**trace, "shape_match": "walk_or_snap"})["edges"]:
        metres[edge["way_id"]] += round(edge["length"] * 1000)
    return metres


def tell_pair(
    network: Network, extract: Extract, pair: np.ndarray, theirs: "Counter[int]"
) -> Iterator[str]:
    """Say where a pair lies, and which ways only one of the two routes takes."""
    table = am.routes(network, [pair[:2].tolist()], [pair[2:].tolist()])
    own = [int(way) for way in filter(None, table["ways"].iloc[0].split(";"))]
    yield f"  {network.profile.name} {pair.round(5).tolist()}"
    for who, ways in (
        ("ours", [way for way in dict.fromkeys(own) if way not in theirs]),
        ("theirs", [way for way, _ in theirs.most_common() if way not in own]),
    ):
        for way in ways[:3]:
            row = int(np.searchsorted(extract.ways.osm_id, way))
            tags = {key: extract.ways.tags[row].get(key) for key in SHOWN_KEYS}
            shown = ", ".join(f"{key}={value}" for key, value in tags.items() if value)
            is_known = bool((network.way_of_arc == way).any())
            yield f"      {who} only: way {way}{'' if is_known else ' (closed to us)'}: {shown}"


def told(answer: np.ndarray) -> str:
    return f"{answer[0] / 60:.1f} min, {answer[1]:.0f} m"


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
