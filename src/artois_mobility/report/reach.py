"""Who gets somewhere in time by car, and who without one, in any situation of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ..transit.naming import TRANSIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .._types import Flags, Floats
    from ..study.results import Comparison
    from .times import Times

CAR: Final = "car"
WALK: Final = "walk"
BICYCLE: Final = "bicycle"
# Within how many minutes a site counts as reached.
REACH_MIN: Final = 30
# Of who reaches a category in time: with a car and without; with one, or a bicycle; with a car
# alone; without one only; in no way.
REACH_NAMES: Final = ("both", "with_bicycle", "only_by_car", "only_without", "no_way")
BOTH, WITH_BICYCLE, ONLY_BY_CAR, ONLY_WITHOUT, NO_WAY = range(len(REACH_NAMES))


@dataclass(frozen=True, slots=True)
class Modes:
    """The profiles of a study by how they travel.

    Mopeds are left out: whoever has none is helped by them as little as by a car.

    Attributes
    ----------
    car
        Name of the profile that drives.
    walks, rides
        Names of those on foot and by bicycle.
    """

    car: str
    walks: tuple[str, ...]
    rides: tuple[str, ...]

    @property
    def ways(self) -> tuple[str, ...]:
        """What a car is held against, of `"walk"`, `"bicycle"` and `"transit"`."""
        asked = ((WALK, self.walks), (BICYCLE, self.rides), (TRANSIT, [TRANSIT]))
        return tuple(way for way, profiles in asked if profiles)

    @property
    def ways_without_bicycle(self) -> tuple[str, ...]:
        """The ways that everybody has."""
        return tuple(way for way in self.ways if way != BICYCLE)


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Fewest minutes of one situation with and without a car, c categories and n cells.

    Attributes
    ----------
    by_car
        Minutes by car; NaN where no site is reached, shape (c, n).
    on_two_feet, by_bicycle
        Fewest minutes on foot or by public transport, and by bicycle, of all profiles of the study
        that travel so; NaN where no site is reached or nobody does, shape (c, n).
    """

    by_car: Floats
    on_two_feet: Floats
    by_bicycle: Floats

    @property
    def without(self) -> Floats:
        """Fewest minutes without a car, shape (c, n)."""
        fewest: Floats = np.fmin(self.on_two_feet, self.by_bicycle)
        return fewest

    @property
    def kinds(self) -> npt.NDArray[np.int32]:
        """Who gets there within `REACH_MIN`: places in `REACH_NAMES`, shape (c, n)."""
        by_car, on_feet, by_bicycle = (
            minutes <= REACH_MIN for minutes in (self.by_car, self.on_two_feet, self.by_bicycle)
        )
        ways = [by_car & on_feet, by_car & by_bicycle, by_car, on_feet | by_bicycle]
        return np.select(ways, [BOTH, WITH_BICYCLE, ONLY_BY_CAR, ONLY_WITHOUT], NO_WAY).astype(
            np.int32
        )

    @property
    def only_by_car(self) -> Flags:
        """Cells that reach a category in time by car, but no other way, shape (c, n)."""
        is_only: Flags = self.kinds == ONLY_BY_CAR
        return is_only

    @property
    def with_bicycle(self) -> Flags:
        """Those by car and by bicycle, but neither on foot nor by public transport."""
        is_helped: Flags = self.kinds == WITH_BICYCLE
        return is_helped


def find_modes(result: Comparison, times: Times) -> Modes | None:
    """Sort the profiles of a comparison by how they travel.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.

    Returns
    -------
    modes
        None where the study asks for no public transport, or nobody drives in it.
    """
    drives, walks, rides = (_profiles_of(result, times, mode) for mode in (CAR, WALK, BICYCLE))
    if result.transit_times is None or not drives:
        return None
    return Modes(drives[0], walks, rides)


def reach_of(times: Times, modes: Modes, scenario: str = "") -> Reach:
    """Find the fewest minutes of a situation with and without a car.

    Parameters
    ----------
    times
        The nearest times of a comparison.
    modes
        Its profiles by how they travel.
    scenario
        Key of the situation; `""` for the base.

    Returns
    -------
    reach
        For every category and cell.
    """
    groups = ([modes.car], [TRANSIT, *modes.walks], modes.rides)
    return Reach(*(_quickest(times, profiles, scenario) for profiles in groups))


def _profiles_of(result: Comparison, times: Times, mode: str) -> tuple[str, ...]:
    """List the profiles of a comparison that travel in a way."""
    networks = result.networks
    return tuple(
        name for name in times.profiles if name in networks and networks[name].profile.mode == mode
    )


def _quickest(times: Times, profiles: Sequence[str], scenario: str) -> Floats:
    """Find the fewest minutes of some profiles, NaN without any, shape (c, n)."""
    own = times.minutes[times.scenarios[scenario] if scenario else 0]
    fewest: Floats = np.full(own.shape[1:], np.nan)
    for name in profiles:
        fewest = np.fmin(fewest, own[times.profiles[name]])
    return fewest
