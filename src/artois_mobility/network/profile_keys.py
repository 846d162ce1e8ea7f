"""What a travel profile says: who travels, every constant used for it, and what each may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field

from .dimensions import Dimension

Mode: TypeAlias = Literal["car", "moped", "bicycle", "walk", "boat"]
Speed: TypeAlias = Annotated[float, Field(gt=0, le=150, strict=True)]
Share: TypeAlias = Annotated[float, Field(gt=0, le=1.5, strict=True)]
Factor: TypeAlias = Annotated[float, Field(gt=0, le=10, strict=True)]
ClosingKey: TypeAlias = Literal[
    "highway",
    "smoothness",
    "surface",
    "toll",
    "toll:motor_vehicle",
    "toll:motorcar",
    "tracktype",
    "tunnel",
    "wheelchair",
]
# What the rules of access read; another key would be passed over in silence.
AccessKey: TypeAlias = Literal[
    "access", "vehicle", "motor_vehicle", "motorcar", "moped", "hgv", "bicycle", "foot",
    "wheelchair", "boat", "motorboat", "ship", "canoe",
]  # fmt: skip
OnewayKey: TypeAlias = Literal[
    "oneway", "oneway:vehicle", "oneway:motor_vehicle", "oneway:motorcar", "oneway:moped",
    "oneway:bicycle", "oneway:foot", "oneway:boat", "oneway:motorboat",
]  # fmt: skip
# What signs limit on roads: the first three in metres, the weights in tonnes.
LimitKey: TypeAlias = Literal["maxheight", "maxwidth", "maxlength", "maxweight", "maxweightrating"]
Metres: TypeAlias = Annotated[float, Field(gt=0, le=500, strict=True)]
Stress: TypeAlias = Annotated[int, Field(ge=1, le=4)]
SlopeLaw: TypeAlias = Literal["", "tobler", "linear"]
Turn: TypeAlias = Literal["across", "aside", "u_turn"]
Amount: TypeAlias = Annotated[float, Field(ge=0, strict=True)]
Delay: TypeAlias = Annotated[float, Field(ge=0, le=24 * 3600, strict=True)]

OTHER_BARRIER: Final = "other"
_STRICT: Final = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """Who travels, and every constant used for it.

    A *class* is the value of `highway` or `waterway`. Pairs are (rural, urban).

    Attributes
    ----------
    name
        Name of the profile.
    mode
        Kind of traveller; the rules of access and one-way streets follow it.
    label
        Name shown to people, for each of the languages `fr` and `en`.
    version
        Version of the table.
    access_keys
        Access keys that concern the traveller, from general to specific.
    oneway_keys
        One-way keys that concern the traveller, from general to specific.
    class_kmh
        Speed on each class that the profile can use, where no limit is tagged.
    closed_unless_tagged
        Classes that are open only where an access key of the traveller's own opens them.
    pushed_unless_tagged
        Classes on which a vehicle is pushed unless an access key of its own opens them.
    pushing_kmh
        Speed where a vehicle is pushed.
    max_kmh
        The traveller is never faster on the flat, ferries apart.
    limit_factor
        Share of a tagged limit that is driven.
    class_limit_kmh
        Legal limit of the traveller by class, where that of others may be higher.
    limit_kmh_of_code
        Limit behind each value such as `FR:urban`.
    surface_cap_kmh, tracktype_cap_kmh, service_cap_kmh
        Highest speed by `surface`, by `tracktype` and by `service`.
    surface_factor
        Factor on the speed by `surface`.
    time_factor
        How many times longer everything but ferries takes than at these speeds, (rural, urban).
    closed_by
        Values of tags that close a way to the traveller whatever else its tags say, by key.
    least_limits
        What signs must allow at least, by `maxheight`, `maxwidth`, `maxlength` in metres and
        `maxweight`, `maxweightrating` in tonnes; a way whose tag says less is closed.
    barrier_is_open
        Whether a barrier without access tags lets the traveller pass; `other` speaks for every
        value that is not listed.
    closed_kerbs
        Values of `kerb` on a node that the traveller does not get over. A node of a crossing says
        it of both its sides, and closes nothing: the carriageway runs through it too.
    avoids_motorroads
        True where `motorroad=yes` closes a way to the traveller.
    uses_areas
        True where an `area=yes` is used as a street: along its outline, and straight across.
    ferry_kmh
        Speed of ferries without a `duration`; 0 when the traveller takes none.
    attaches_not_to
        Classes that no place attaches to.
    urban_junctions_per_km2
        From this density of street junctions on, a street counts as urban.
    link_kmh
        Speed on a new link that a scenario gives none.
    offroad_kmh, offroad_limit_m
        The walk between a place and the network: its speed and its greatest length.
    closed_kmh
        Speed along a closed street for those who live on it.
    node_delay_s
        Seconds lost at nodes, by tag, such as `highway=stop`.
    turn_delay_s
        Seconds for turning at junctions: `across` the oncoming traffic, `aside` to the other
        side, `u_turn`.
    turn_most_s, turn_bias
        Where the first is not 0, turning takes seconds by its angle: half of it about a right
        angle, all of it for turning back, and by the bias more across the oncoming traffic;
        `u_turn` comes on top, the other two of `turn_delay_s` do not count.
    slope_law
        How slopes change the speed where a raster of heights is given: `""` not at all,
        `"tobler"` as those of walkers, `"linear"` by the four that follow.
    slope_uphill, slope_downhill
        Share of the speed lost with each percent up, and gained with each percent down.
    slope_slowest, slope_fastest
        Shares of the speed on the flat that slopes leave at least and at most.
    steepest
        Steeper streets are closed, in metres up per metre, by the raster of heights and by
        `incline`; 0 closes none.
    most_stress
        Cyclists keep off streets with a higher level of traffic stress than this, from 1 to 4.
    lock_min
        Minutes in a lock, where neither its tags nor its size tell otherwise.
    carries_round_locks
        True for boats that people carry round a lock, whatever it says of time and hours.
    convoy_units
        Barges of equal length one behind the other; more than one is locked in parts where the
        chamber is too short for all.
    current_kmh
        Current by class of way: it carries downstream, which is as a river is drawn, and brakes.
    vessel_m
        Length, beam, draught and air draught of a vessel in metres; what is missing fits anywhere.
    is_freight
        True for vessels that go only where `ship`, a class or `usage=transportation` says so.
    cemt_kmh
        Cruising speed by the waterway's `CEMT` class.
    sources
        Source and date of each constant above, by its name.
    sha256
        Hash of the table, hexadecimal.

    References
    ----------
    OpenStreetMap wiki: Key:access, Key:oneway, Key:maxspeed, OSM tags for routing.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> car = read_profile("car")
    >>> car.class_kmh["motorway"], car.limit_factor
    ((110.0, 90.0), (0.9, 0.8))
    >>> read_profile("walk").oneway_keys
    ('oneway:foot',)
    """

    __pydantic_config__ = _STRICT

    name: Annotated[str, Field(min_length=1)]
    mode: Mode
    label: Mapping[str, str] = field(hash=False)
    access_keys: Annotated[tuple[AccessKey, ...], Field(min_length=1)]
    class_kmh: Mapping[str, tuple[Speed, Speed]] = field(hash=False)
    max_kmh: Speed
    link_kmh: Speed
    version: str = ""
    oneway_keys: tuple[OnewayKey, ...] = ()
    closed_unless_tagged: tuple[str, ...] = ()
    pushed_unless_tagged: tuple[str, ...] = ()
    pushing_kmh: Speed = 5.0
    limit_factor: tuple[Share, Share] = (1.0, 1.0)
    class_limit_kmh: Mapping[str, Speed] = field(default_factory=dict, hash=False)
    limit_kmh_of_code: Mapping[str, Speed] = field(default_factory=dict, hash=False)
    surface_cap_kmh: Mapping[str, Speed] = field(default_factory=dict, hash=False)
    tracktype_cap_kmh: Mapping[str, Speed] = field(default_factory=dict, hash=False)
    service_cap_kmh: Mapping[str, Speed] = field(default_factory=dict, hash=False)
    surface_factor: Mapping[str, Share] = field(default_factory=dict, hash=False)
    time_factor: tuple[Factor, Factor] = (1.0, 1.0)
    closed_by: Mapping[ClosingKey, tuple[str, ...]] = field(default_factory=dict, hash=False)
    least_limits: Mapping[LimitKey, Metres] = field(default_factory=dict, hash=False)
    barrier_is_open: Mapping[str, bool] = field(default_factory=dict, hash=False)
    closed_kerbs: tuple[str, ...] = ()
    avoids_motorroads: bool = False
    uses_areas: bool = False
    ferry_kmh: Amount = 0.0
    attaches_not_to: tuple[str, ...] = ()
    urban_junctions_per_km2: Amount = 60.0
    offroad_kmh: Speed = 3.0
    offroad_limit_m: Amount = 300.0
    closed_kmh: Speed = 3.0
    node_delay_s: Mapping[str, Delay] = field(default_factory=dict, hash=False)
    turn_delay_s: Mapping[Turn, Delay] = field(default_factory=dict, hash=False)
    turn_most_s: Delay = 0.0
    turn_bias: Factor = 1.0
    slope_law: SlopeLaw = ""
    slope_uphill: Amount = 0.0
    slope_downhill: Amount = 0.0
    slope_slowest: Share = 1.0
    slope_fastest: Factor = 1.0
    steepest: Annotated[float, Field(ge=0, le=1, strict=True)] = 0.0
    most_stress: Stress = 4
    lock_min: Annotated[float, Field(ge=0, le=24 * 60, strict=True)] = 0.0
    carries_round_locks: bool = False
    convoy_units: Annotated[int, Field(ge=1, le=12, strict=True)] = 1
    current_kmh: Mapping[str, Amount] = field(default_factory=dict, hash=False)
    vessel_m: Mapping[Dimension, Metres] = field(default_factory=dict, hash=False)
    is_freight: bool = False
    cemt_kmh: Mapping[str, Speed] = field(default_factory=dict, hash=False)
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)
    sha256: str = ""
