"""Networks with their hierarchies, from the cache where they have been built before."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import Timeout

from .._version import __version__
from ..errors import ExtractError
from ..network.barriers import Barriers
from ..network.building import build_network
from ..network.congestion import Congestion
from ..network.keeping import KIND, open_network, save_network
from ..network.model import Network
from ..network.profile_keys import Profile
from ..network.profiles import read_profile
from ..network.slopes import Heights
from ..osm.extract import Extract
from ..osm.reader import read_osm
from ..routing.engine import adopt_hierarchy, hierarchy_of
from ..routing.storage import KIND as KIND_OF_HIERARCHY
from ..routing.storage import open_hierarchy, save_hierarchy
from ..routing.ways import FEWEST_NODES
from ..storage.folders import hash_file
from .shelf import cache_folder, locked, most_bytes, take, trim

# What decides how a network comes out besides its input: our own floors, and these libraries.
FLOORS: Final = ("kernels", "network", "osm", "routing", "storage")
MODULES: Final = ("_types.py", "graph.py", "ordering.py")
LIBRARIES: Final = ("numpy", "osmium", "pymetis", "pyproj", "scipy", "shapely")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that a network is made from besides its extract.

    Attributes
    ----------
    profile
        Who travels.
    turns, merge_chains
        As in `build_network`.
    congestion, heights, barriers
        As in `build_network`.
    """

    profile: Profile
    turns: bool = False
    merge_chains: bool = True
    congestion: Congestion | None = None
    heights: Heights | None = None
    barriers: Barriers | None = None

    def build(self, extract: Extract) -> Network:
        """Build the network.

        Parameters
        ----------
        extract
            The OpenStreetMap data.

        Returns
        -------
        network
            What `build_network` gives.
        """
        return build_network(
            extract,
            self.profile,
            turns=self.turns,
            merge_chains=self.merge_chains,
            congestion=self.congestion,
            heights=self.heights,
            barriers=self.barriers,
        )

    def key(self, extract_sha256: str) -> str:
        """Hash everything that decides how the network comes out.

        Parameters
        ----------
        extract_sha256
            Hash of the extract's bytes.

        Returns
        -------
        key
            Hexadecimal; another one for each extract, profile, option, table and version.
        """
        tables = (self.congestion, self.heights, self.barriers)
        facts = [
            extract_sha256,
            [self.profile.name, self.profile.sha256],
            [self.turns, self.merge_chains],
            [None if table is None else table.sha256 for table in tables],
            None if self.congestion is None else self.congestion.period,
            code_fingerprint(),
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def load_network(
    path: str | Path,
    profile: str | Path | Profile,
    *,
    turns: bool = False,
    merge_chains: bool = True,
    congestion: Congestion | None = None,
    heights: Heights | None = None,
    barriers: Barriers | None = None,
) -> Network:
    """Give the network of an OpenStreetMap file, from the cache where it was built before.

    The extract is only read where the cache has no such network: of the same bytes, profile,
    options and version. Its arrays are then mapped into memory, and its hierarchy with them.

    Parameters
    ----------
    path
        What `read_osm` reads.
    profile, turns, merge_chains, congestion, heights, barriers
        As in `build_network`.

    Returns
    -------
    network
        The same, array by array, as `build_network(read_osm(path), profile, ...)`.

    Raises
    ------
    ExtractError
        If the file is missing or faulty.
    ProfileError
        If the profile is unknown or faulty.

    See Also
    --------
    build_network : build it anew.

    Notes
    -----
    The cache lies in the user's cache directory, or in the folder that `ARTOIS_CACHE` names in
    the environment (`off` for none), and takes up to `ARTOIS_CACHE_GIB` (4). What was not used for
    longest goes first. Several processes may use it at once.

    Examples
    --------
    >>> import artois_mobility as am
    >>> walk = am.load_network("data/osm/artois-schematic.osm.pbf", "walk")  # doctest: +SKIP
    """
    file = Path(path)
    profile = profile if isinstance(profile, Profile) else read_profile(profile)
    wanted = Wanted(profile, turns, merge_chains, congestion, heights, barriers)
    try:
        sha256 = hash_file(file)
    except OSError:
        return wanted.build(read_osm(file))  # says what is wrong with the file
    return _fetch(file, sha256, wanted, lambda: _read_same(file, sha256))


def cached_network(extract: Extract, wanted: Wanted) -> Network:
    """Give a network of an extract, from the cache where it was built before.

    Parameters
    ----------
    extract
        As `read_osm` gave it: nothing in it may have been changed since.
    wanted
        Everything else that it is made from.

    Returns
    -------
    network
        The same, array by array, as building it gives.
    """
    return _fetch(Path(extract.source.path), extract.source.sha256, wanted, lambda: extract)


@cache
def code_fingerprint() -> str:
    """Hash the code and the versions that decide how networks come out.

    Returns
    -------
    sha256
        Hexadecimal; another one as soon as a byte of the code is another.
    """
    digest = hashlib.sha256(__version__.encode())
    root = resources.files(__package__.rpartition(".")[0])
    files = [root / name for name in MODULES]
    for floor in FLOORS:
        files += sorted((root / floor).iterdir(), key=lambda each: each.name)
    for file in files:
        if file.is_file() and file.name.endswith((".py", ".toml")):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()


def _read_same(file: Path, sha256: str) -> Extract:
    extract = read_osm(file)
    if extract.source.sha256 != sha256:
        msg = f"{file} was written to while it was read. Start again when it is complete."
        raise ExtractError(msg)
    return extract


def _fetch(file: Path, sha256: str, wanted: Wanted, extract: Callable[[], Extract]) -> Network:
    """Open a network from the cache, or build it and put it there."""
    folder = cache_folder()
    if folder is None:
        return wanted.build(extract())
    key = wanted.key(sha256)
    built: list[Network] = []
    try:
        most = most_bytes()
        with locked(folder, key):
            network = _open(folder, key)
            if network is None:
                network = wanted.build(extract())
                built.append(network)
                _keep(network, folder, key)
        if built:
            trim(folder, most, frozenset({key}))
    except (OSError, NotImplementedError, Timeout) as error:
        log.warning("The cache in %s cannot be used: %s", folder, error)
        network = built[0] if built else wanted.build(extract())
    return _came_from(network, file)


def _open(folder: Path, key: str) -> Network | None:
    """Open an entry with its hierarchy; None where there is none that is whole."""
    network = take(folder / KIND / key, open_network)
    if network is not None and not _adopt(network, folder / KIND_OF_HIERARCHY / key):
        _keep_hierarchy(network, folder, key)
    return network


def _adopt(network: Network, place: Path) -> bool:
    """Take the hierarchy of a network from the cache; False where there should be one."""
    graph = network.searched.graph
    if graph.node_count < FEWEST_NODES:
        return True
    hierarchy = take(place, lambda at: open_hierarchy(at, graph))
    if hierarchy is not None:
        adopt_hierarchy(graph, hierarchy)
    return hierarchy is not None


def _keep(network: Network, folder: Path, key: str) -> None:
    save_network(network, folder / KIND / key, _origin(network))
    _keep_hierarchy(network, folder, key)


def _keep_hierarchy(network: Network, folder: Path, key: str) -> None:
    graph = network.searched.graph
    if graph.node_count >= FEWEST_NODES:
        save_hierarchy(hierarchy_of(graph), folder / KIND_OF_HIERARCHY / key, _origin(network))


def _origin(network: Network) -> dict[str, str]:
    path = Path(network.provenance.extract_path)
    return {"extract": path.name, "profile": network.profile.name}


def _came_from(network: Network, file: Path) -> Network:
    """Name the file that was asked for, whatever it was called when the network was built."""
    if network.provenance.extract_path == str(file):
        return network
    return replace(network, provenance=replace(network.provenance, extract_path=str(file)))
