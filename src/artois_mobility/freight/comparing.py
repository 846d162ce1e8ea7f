"""Road against truck, barge and truck: time, kilometres, locks and greenhouse gases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import MS_PER_MIN, UNREACHED_MS, Floats, WideMilliseconds
from ..errors import FreightError, ProfileError
from ..network.locks import NO_LOCK
from ..network.model import Network
from ..places.naming import names_of
from ..places.starts import Places
from ..routing.ends import minutes_of
from ..routing.route_lines import pair_places, say_why
from ..routing.trips import Side, Trip, find_trips, hang
from .chains import FAR_MS, NO_CHAIN, Chains, Legs, find_chains
from .factors import NEEDED_MODES, EmissionFactor, read_emission_factors
from .hinterlands import M_PER_KM, time_all
from .transfers import take_quays, time_transfers

Tonnes: TypeAlias = "float | Sequence[float] | npt.NDArray[np.float64] | pd.Series[float] | None"
Pairs: TypeAlias = list[tuple[int, int]]
Texts: TypeAlias = npt.NDArray[np.object_]

# [assumed] Minutes for one transfer: the truck's wait and its part of loading or unloading.
HANDLING_MIN: Final = 60.0
G_PER_KG: Final = 1000.0
BOAT: Final = "boat"

TOO_FEW: Final = "fewer than two quays"
NOT_REACHED: Final = "no quay can be reached from the origin by road"
NOT_LEFT: Final = "the destination can be reached from no quay by road"
NOT_JOINED: Final = "no voyage joins a quay of the origin to another of the destination"
TOO_SHORT: Final = "no voyage of {km:g} km or more joins a quay of the origin to another"


def road_or_water(  # noqa: PLR0913  a public question is its options
    roads: Network,
    water: Network,
    quays: Places,
    origins: Places,
    destinations: Places,
    *,
    handling_min: float = HANDLING_MIN,
    least_barge_km: float = 0.0,
    tonnes: Tonnes = None,
    factors: Mapping[str, EmissionFactor] | None = None,
) -> pd.DataFrame:
    """Compare the truck with truck, barge and truck from each origin to the destination beside it.

    The chain by water is the quickest over any two different quays: road, a transfer, water, a
    transfer, road. It is given also where the truck alone is quicker or shorter.

    Parameters
    ----------
    roads, water
        The network of a profile on land, such as `truck`, and of a vessel, such as `barge`.
    quays
        What `find_quays` or `read_quays` gives, any table of points, or pairs of longitude and
        latitude. A quay with a `reason` does not count.
    origins, destinations
        Any table of points, or pairs of longitude and latitude; as many of the one as of the
        other, or a single one of either, which is then paired with each.
    handling_min
        Minutes of one transfer, whatever the tonnes; a quay's own column `handling_min` comes
        first.
    least_barge_km
        Shortest voyage that counts. Trucks are quicker than barges, so that of many quays the
        quickest chain takes two that lie side by side; ask for the kilometres that are worth
        loading a barge.
    tonnes
        Carried by each pair: one number for all, or one for each; 1 when None. With 0 nothing is
        moved and nothing emitted, the times stay.
    factors
        What `read_emission_factors` gives; the library's own when None.

    Returns
    -------
    comparison
        One row per pair: `origin`, `destination`; `road_min`, `road_km` of the truck alone;
        `water_min` of the whole chain, `pre_km` by road to the first quay, `barge_km`, `post_km`
        by road from the last, `first_quay`, `last_quay`, `locks` passed (NaN where a scenario
        changed the water), `handling_min` of both transfers; `tonnes`; `moved_tkm`, tonne-km
        taken off the road: `tonnes` times (`road_km` - `pre_km` - `post_km`), below 0 where
        the ways to the quays are longer than the way itself; `road_co2_kg` and `water_co2_kg`, CO2
        equivalent of the truck alone and of the whole chain; `reason`. Where one of the two ways
        does not exist its columns are NaN (names `""`) and `reason` says why. Minutes hold the
        way to the street and to the water at each end, kilometres do not.
        `attrs["emission_factors"]` holds grams per tonne-km, source and date of each mode.

    Raises
    ------
    ProfileError
        If `roads` is of a vessel, or `water` is not.
    PlacesError
        If the numbers of origins and destinations do not fit, or coordinates are wrong.
    FreightError
        If tonnes, the time of a transfer, the shortest voyage or the factors are faulty.
    BudgetError
        If the times to and from all quays take more memory than is allowed.

    See Also
    --------
    hinterlands : the nearest quay of each place.

    References
    ----------
    European Environment Agency (2021). Rail and waterborne: best for low-carbon motorised
    transport. Briefing.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> roads, water = (build_network(crossroads(), name) for name in ("car", "barge"))
    >>> table = road_or_water(roads, water, [], [(2.8302, 50.42)], [(2.8325, 50.42)], tonnes=1000)
    >>> table[["road_km", "water_min", "road_co2_kg", "reason"]].round(2).values.tolist()
    [[0.16, nan, 22.39, 'water: fewer than two quays']]
    """
    _check_modes(roads, water)
    pairs = pair_places(len(origins), len(destinations))
    carried = _read_tonnes(tonnes, len(pairs))
    factors = _check_factors(factors)
    taken = take_quays(quays)
    handling_ms = time_transfers(taken.places, handling_min)
    ends = hang(roads, origins), hang(roads, destinations)
    on_both = hang(roads, taken.places), hang(water, taken.places)
    world = _World(roads, water, *ends, *on_both, _check_voyage(least_barge_km))
    legs = _time_legs(world, handling_ms)
    chains = find_chains(legs, pairs)
    trucks = find_trips(roads, *ends, pairs)
    here, there = (
        names_of(each)[[pair[side] for pair in pairs]]
        for side, each in enumerate((origins, destinations))
    )
    columns = {
        "origin": here,
        "destination": there,
        **_tell_trucks(roads, trucks),
        **_tell_chains(world, chains, pairs, taken.name),
        "handling_min": _add_handling(chains, handling_ms),
        "tonnes": carried,
    }
    table = _emit(pd.DataFrame(columns), factors)
    table["reason"] = [
        _say_why(world, legs, pair, (truck.ms < UNREACHED_MS, first != NO_CHAIN))
        for pair, truck, first in zip(pairs, trucks, chains.first, strict=True)
    ]
    table.attrs["emission_factors"] = {mode: each._asdict() for mode, each in factors.items()}
    return table


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """Both networks, and where origins, destinations and quays hang on them."""

    roads: Network
    water: Network
    here: Side
    there: Side
    on_road: Side
    on_water: Side
    least_barge_km: float


def _time_legs(world: _World, handling_ms: WideMilliseconds) -> Legs:
    barge_ms = time_all(world.water, world.on_water, world.on_water)
    if world.least_barge_km:
        pairs = [(first, last) for first, last in np.argwhere(barge_ms < UNREACHED_MS).tolist()]
        voyages = find_trips(world.water, world.on_water, world.on_water, pairs)
        for pair, voyage in zip(pairs, voyages, strict=True):
            if _km(world.water, voyage) < world.least_barge_km:
                barge_ms[pair] = UNREACHED_MS
    return Legs(
        time_all(world.roads, world.here, world.on_road),
        barge_ms,
        time_all(world.roads, world.on_road, world.there),
        handling_ms,
    )


def _check_modes(roads: Network, water: Network) -> None:
    for name, network, is_fitting, example in (
        ("roads", roads, roads.profile.mode != BOAT, "truck"),
        ("water", water, water.profile.mode == BOAT, "barge"),
    ):
        if not is_fitting:
            msg = (
                f"{name} is a network of the profile {network.profile.name!r}; give one of "
                f"{example!r} or the like, roads first."
            )
            raise ProfileError(msg)


def _check_voyage(least_barge_km: float) -> float:
    if not 0 <= least_barge_km < np.inf:
        msg = f"least_barge_km must be finite kilometres from 0 on; found {least_barge_km}."
        raise FreightError(msg)
    return least_barge_km


def _read_tonnes(tonnes: Tonnes, pair_count: int) -> Floats:
    try:
        values = np.asarray(1.0 if tonnes is None else tonnes, np.float64)
    except (TypeError, ValueError) as error:
        msg = f"tonnes must be a number, or one for each of {pair_count} pairs; found {tonnes!r}."
        raise FreightError(msg) from error
    if values.shape not in {(), (pair_count,)}:
        msg = (
            f"tonnes must be a number, or one for each of {pair_count} pairs; "
            f"found shape {values.shape}."
        )
        raise FreightError(msg)
    values = np.broadcast_to(values, pair_count).copy()
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if wrong.size:
        msg = (
            f"tonnes must be finite numbers from 0 on; {wrong.size} of {pair_count} are not, "
            f"first row {wrong[0]}: {values[wrong[0]]:g}."
        )
        raise FreightError(msg)
    return values


def _check_factors(factors: Mapping[str, EmissionFactor] | None) -> Mapping[str, EmissionFactor]:
    factors = read_emission_factors() if factors is None else factors
    lacking = [mode for mode in NEEDED_MODES if mode not in factors]
    if lacking:
        msg = f"factors has no {' and no '.join(lacking)}; give what read_emission_factors gives."
        raise FreightError(msg)
    return factors


def _tell_trucks(roads: Network, trips: Sequence[Trip]) -> dict[str, Floats]:
    is_found = np.array([trip.ms < UNREACHED_MS for trip in trips], np.bool_)
    return {
        "road_min": minutes_of(np.array([trip.ms for trip in trips], np.int32)),
        "road_km": np.where(is_found, [_km(roads, trip) for trip in trips], np.nan),
    }


def _tell_chains(
    world: _World, chains: Chains, pairs: Pairs, names: Texts
) -> dict[str, Floats | Texts]:
    """Give the columns of the chains: time, kilometres of the three legs, quays, locks."""
    found = np.flatnonzero(chains.first != NO_CHAIN)
    first, last = chains.first[found].tolist(), chains.last[found].tolist()
    here, there = ([pairs[row][side] for row in found] for side in (0, 1))
    before = _ride(world.roads, world.here, world.on_road, list(zip(here, first, strict=True)))
    barge = _ride(world.water, world.on_water, world.on_water, list(zip(first, last, strict=True)))
    after = _ride(world.roads, world.on_road, world.there, list(zip(last, there, strict=True)))
    told: dict[str, Floats | Texts] = {
        "water_min": np.where(chains.ms < FAR_MS, chains.ms / MS_PER_MIN, np.nan)
    }
    for column, values in (
        ("pre_km", [_km(world.roads, trip) for trip in before]),
        ("barge_km", [_km(world.water, trip) for trip in barge]),
        ("post_km", [_km(world.roads, trip) for trip in after]),
        ("first_quay", names[first]),
        ("last_quay", names[last]),
        ("locks", [_count_locks(world.water, trip) for trip in barge]),
    ):
        is_name = column.endswith("quay")
        whole = np.full(len(pairs), "" if is_name else np.nan, object if is_name else np.float64)
        whole[found] = values
        told[column] = whole
    return told


def _ride(network: Network, here: Side, there: Side, pairs: Pairs) -> list[Trip]:
    """Find the trip of each pair, of equal pairs once."""
    once = list(dict.fromkeys(pairs))
    trip_of_pair = dict(zip(once, find_trips(network, here, there, once), strict=True))
    return [trip_of_pair[pair] for pair in pairs]


def _km(network: Network, trip: Trip) -> float:
    return float(trip.metres(network).sum() / M_PER_KM)


def _count_locks(water: Network, trip: Trip) -> float:
    if water.fairway is None:
        return np.nan
    lock = water.fairway.lock_of_arc[trip.arc]
    return float(np.unique(lock[lock != NO_LOCK]).size)


def _add_handling(chains: Chains, handling_ms: WideMilliseconds) -> Floats:
    """Add up the two transfers of each chain, in minutes."""
    is_found = chains.first != NO_CHAIN
    minutes = np.full(is_found.size, np.nan)
    first, last = chains.first[is_found], chains.last[is_found]
    minutes[is_found] = (handling_ms[first] + handling_ms[last]) / MS_PER_MIN
    return minutes


def _emit(table: pd.DataFrame, factors: Mapping[str, EmissionFactor]) -> pd.DataFrame:
    """Add tonne-kilometres moved, and the greenhouse gases of both ways."""
    tonnes, by_road_km = table["tonnes"], table["pre_km"] + table["post_km"]
    road, water = (factors[mode].g_per_tkm / G_PER_KG for mode in NEEDED_MODES)
    table["moved_tkm"] = tonnes * (table["road_km"] - by_road_km)
    table["road_co2_kg"] = tonnes * table["road_km"] * road
    table["water_co2_kg"] = tonnes * (by_road_km * road + table["barge_km"] * water)
    return table


def _say_why(world: _World, legs: Legs, pair: tuple[int, int], found: tuple[bool, bool]) -> str:
    """Say why the truck alone or the chain does not exist; what holds for both is said once."""
    words = []
    is_hung = world.here.attachments.reason_of_place[pair[0]] == ""
    is_hung &= world.there.attachments.reason_of_place[pair[1]] == ""
    if not all(found) and not is_hung:
        return say_why(world.here, world.there, pair)
    if not found[0]:
        words.append(f"road: {say_why(world.here, world.there, pair)}")
    if not found[1]:
        words.append(f"water: {_say_why_not_by_water(legs, pair, world.least_barge_km)}")
    return "; ".join(words)


def _say_why_not_by_water(legs: Legs, pair: tuple[int, int], least_barge_km: float) -> str:
    if legs.handling_ms.size < 2:
        return TOO_FEW
    if (legs.before_ms[pair[0]] == UNREACHED_MS).all():
        return NOT_REACHED
    if (legs.after_ms[:, pair[1]] == UNREACHED_MS).all():
        return NOT_LEFT
    return TOO_SHORT.format(km=least_barge_km) if least_barge_km else NOT_JOINED
