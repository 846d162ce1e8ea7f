"""What each kind of change says: one small model per kind, told apart by `kind`.

Changes name things as planners do: by coordinates, names and OpenStreetMap ids, never by internal
numbers. Coordinates are longitude and latitude in degrees unless `crs`, of the change or of its
file, says otherwise.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, Strict, model_validator

from .fields import (
    Day,
    FileModel,
    Line,
    Names,
    Point,
    Ring,
    SpeedFactor,
    SpeedKmh,
    Switch,
    Text,
    TextOrEmpty,
    TimeFactor,
    WayId,
)
from .people_schema import MODEL_OF_PEOPLE_KIND, PeopleChange, SiteSetting
from .street_schema import (
    MODEL_OF_STREET_KIND,
    AddBarrier,
    RemoveBarrier,
    SetAccess,
    SetOneway,
    SetTurn,
)
from .transit_schema import MODEL_OF_TRANSIT_KIND, LineChange
from .water_schema import (
    MODEL_OF_WATER_KIND,
    AddQuay,
    AddReach,
    AddStop,
    CloseReach,
    LockHours,
    LockTime,
    SetClass,
    SetDimension,
    check_days,
)


class AddSite(FileModel):
    """A new place of care, culture or training opens.

    Attributes
    ----------
    kind
        `"add_site"`.
    category
        Key in the tree of categories, for instance `"care/maison_de_sante"`.
    name
        What the place is called in tables and on maps.
    at
        Position: longitude, latitude in degrees, or x, y in `crs`.
    capacity
        How many it serves, in the unit of its category; unknown when left out.
    crs
        Coordinate system of `at`; that of the file when left out.

    Examples
    --------
    >>> AddSite(kind="add_site", category="care/pharmacy", name="Officine", at=(2.83, 50.43)).at
    (2.83, 50.43)
    """

    kind: Literal["add_site"]
    category: Text
    name: Text
    at: Point
    capacity: Annotated[float, Strict(), Field(ge=0, le=1e9, allow_inf_nan=False)] | None = None
    crs: Text | None = None


class MoveSite(FileModel):
    """A place that exists today moves.

    Attributes
    ----------
    kind
        `"move_site"`.
    site
        Id of the site (`"w123"`), or its exact name.
    to
        New position: longitude, latitude in degrees, or x, y in `crs`.
    category
        Only sites of this category and below it are meant; needed where a name is shared.
    crs
        Coordinate system of `to`; that of the file when left out.

    Examples
    --------
    >>> MoveSite(kind="move_site", site="Centre hospitalier", to=(2.84, 50.44)).category is None
    True
    """

    kind: Literal["move_site"]
    site: Text
    to: Point
    category: Text | None = None
    crs: Text | None = None


class RemoveSite(FileModel):
    """A place that exists today closes.

    Attributes
    ----------
    kind
        `"remove_site"`.
    site
        Id of the site (`"w123"`), or its exact name.
    category
        Only sites of this category and below it are meant; needed where a name is shared.

    Examples
    --------
    >>> RemoveSite(kind="remove_site", site="w123").site
    'w123'
    """

    kind: Literal["remove_site"]
    site: Text
    category: Text | None = None


class AddLink(FileModel):
    """A new street, path or bridge, joined to the network at both ends.

    Attributes
    ----------
    kind
        `"add_link"`.
    geometry
        Points from end to end: longitude, latitude in degrees, or x, y in `crs`.
    profiles
        Who may use it.
    name
        What it is called on maps; `""` when it has no name.
    speed_kmh
        Speed on it, from 0.5 to 300; that of a new link of each profile when left out.
    oneway
        True when it is open only in the direction it is drawn; on foot one goes both ways.
    bridge
        True for a bridge or a tunnel: nobody gets on or off it between its ends.
    joins_crossings
        True where it is joined to the streets that it crosses too, but for bridges and tunnels.
    crs
        Coordinate system of `geometry`; that of the file when left out.

    Examples
    --------
    >>> ends = ((2.9290, 50.4668), (2.9291, 50.4702))
    >>> AddLink(kind="add_link", geometry=ends, profiles=("walk",)).oneway
    False
    """

    kind: Literal["add_link"]
    geometry: Line
    profiles: Names
    name: TextOrEmpty = ""
    speed_kmh: SpeedKmh | None = None
    oneway: Switch = False
    bridge: Switch = False
    joins_crossings: Switch = False
    crs: Text | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.bridge and self.joins_crossings:
            msg = "is a bridge, which crosses streets without joining them. Leave one of the two."
            raise ValueError(msg)
        if len(set(self.geometry)) < 2:
            msg = f"has all its points at {list(self.geometry[0])}. Give two ends that differ."
            raise ValueError(msg)
        return self


class CloseWays(FileModel):
    """Streets or waterways close to through traffic; who lives there walks along them.

    A stretch is meant as in `SetSpeed`: when one of `ids`, `names` or `classes` names its way (any
    way, when none of the three is given) and, where a polygon is given, the middle of the stretch
    lies `within` it. A waterway closes to vessels whole when any of its stretches is meant.

    Attributes
    ----------
    kind
        `"close_ways"`.
    ids
        OpenStreetMap ids of ways.
    names
        Names of ways as OpenStreetMap writes them; every way of that name closes.
    profiles
        For whom; every profile of the study when left out.
    classes
        Values of `highway` or `waterway`, for instance `"residential"`.
    within
        Corners of a polygon: longitude, latitude in degrees, or x, y in `crs`.
    begin, end
        First and last day, both included; without a day on one side, for good. They count against
        the study's `date`; without a date, the closure counts.
    crs
        Coordinate system of `within`; that of the file when left out.

    Examples
    --------
    >>> CloseWays(kind="close_ways", ids=(4711,)).names
    ()
    """

    kind: Literal["close_ways"]
    ids: tuple[WayId, ...] = ()
    names: tuple[Text, ...] = ()
    profiles: Names | None = None
    classes: tuple[Text, ...] = ()
    within: Ring | None = None
    begin: Day | None = None
    end: Day | None = None
    crs: Text | None = None

    @model_validator(mode="after")
    def _says_which_ways(self) -> Self:
        if not (self.ids or self.names or self.classes or self.within):
            msg = "says no way to close. Give ids, names, classes or a polygon within."
            raise ValueError(msg)
        check_days(self.begin, self.end)
        return self


class SetSpeed(FileModel):
    """Ways are travelled at another speed.

    A stretch is meant when one of `ids`, `names` or `classes` names its way (any way, when none of
    the three is given) and, where a polygon is given, the middle of the stretch lies `within` it.
    Where two changes mean the same stretch, the one that names it more closely counts: `ids` before
    `names` before `classes` before a polygon alone.

    Attributes
    ----------
    kind
        `"set_speed"`.
    kmh
        The new speed as driven, from 0.5 to 300; one of `kmh`, `limit_kmh` and `factor` is needed.
    limit_kmh
        The new speed limit: the driven speed follows as it does from the tag `maxspeed`, for the
        profiles that limits bind.
    factor
        What today's speed is multiplied by, from 0.01 to 100.
    only
        `"slower"` leaves ways as they are that are slower already, `"faster"` those that are
        faster already; both are changed when left out.
    ids
        OpenStreetMap ids of ways.
    names
        Names of ways as OpenStreetMap writes them.
    classes
        Values of `highway` or `waterway`, for instance `"residential"`.
    within
        Corners of a polygon: longitude, latitude in degrees, or x, y in `crs`.
    profiles
        For whom; every profile of the study when left out.
    crs
        Coordinate system of `within`; that of the file when left out.

    Examples
    --------
    >>> SetSpeed(kind="set_speed", kmh=30, classes=("residential",)).kmh
    30.0
    """

    kind: Literal["set_speed"]
    kmh: SpeedKmh | None = None
    limit_kmh: SpeedKmh | None = None
    factor: SpeedFactor | None = None
    only: Literal["faster", "slower"] | None = None
    ids: tuple[WayId, ...] = ()
    names: tuple[Text, ...] = ()
    classes: tuple[Text, ...] = ()
    within: Ring | None = None
    profiles: Names | None = None
    crs: Text | None = None

    @model_validator(mode="after")
    def _says_one_speed_and_which_ways(self) -> Self:
        given = [each for each in (self.kmh, self.limit_kmh, self.factor) if each is not None]
        if len(given) != 1:
            msg = "needs exactly one of kmh, limit_kmh and factor."
            raise ValueError(msg)
        if not (self.ids or self.names or self.classes or self.within):
            msg = "says no way. Give ids, names, classes or a polygon within."
            raise ValueError(msg)
        return self


class Congestion(FileModel):
    """Traffic makes every trip along some ways take longer, or shorter; waiting times stay.

    Stretches are meant, and two changes that mean the same one are held against each other, as in
    `SetSpeed`.

    Attributes
    ----------
    kind
        `"congestion"`.
    factor
        What times are multiplied by, from 0.5 to 10.
    ids
        OpenStreetMap ids of ways.
    names
        Names of ways as OpenStreetMap writes them.
    classes
        Values of `highway`, for instance `"primary"`.
    within
        Corners of a polygon: longitude, latitude in degrees, or x, y in `crs`.
    profiles
        For whom; every profile with a motor on the road when left out.
    crs
        Coordinate system of `within`; that of the file when left out.

    Examples
    --------
    >>> Congestion(kind="congestion", factor=1.3, classes=("primary",)).profiles is None
    True
    """

    kind: Literal["congestion"]
    factor: TimeFactor
    ids: tuple[WayId, ...] = ()
    names: tuple[Text, ...] = ()
    classes: tuple[Text, ...] = ()
    within: Ring | None = None
    profiles: Names | None = None
    crs: Text | None = None

    @model_validator(mode="after")
    def _says_which_ways(self) -> Self:
        if not (self.ids or self.names or self.classes or self.within):
            msg = "says no way. Give ids, names, classes or a polygon within."
            raise ValueError(msg)
        return self


Change: TypeAlias = Annotated[
    AddSite
    | MoveSite
    | RemoveSite
    | AddLink
    | CloseWays
    | SetSpeed
    | SetClass
    | SetDimension
    | LockTime
    | LockHours
    | CloseReach
    | AddReach
    | AddQuay
    | AddStop
    | PeopleChange
    | SiteSetting
    | Congestion
    | SetAccess
    | SetOneway
    | SetTurn
    | AddBarrier
    | RemoveBarrier
    | LineChange,
    Field(discriminator="kind"),
]

MODEL_OF_KIND: Mapping[str, type[FileModel]] = {
    "add_link": AddLink,
    "add_site": AddSite,
    "close_ways": CloseWays,
    "move_site": MoveSite,
    "remove_site": RemoveSite,
    "set_speed": SetSpeed,
    **MODEL_OF_WATER_KIND,
    "congestion": Congestion,
    **MODEL_OF_STREET_KIND,
    **MODEL_OF_PEOPLE_KIND,
    **MODEL_OF_TRANSIT_KIND,
}
