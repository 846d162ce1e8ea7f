"""What changes on streets that are there say: who may use them, which way, and which turns."""

from collections.abc import Mapping
from typing import Literal, Self, TypeAlias

from pydantic import model_validator

from .fields import FileModel, Line, Names, Ring, Switch, Text, WayId


class Streets(FileModel):
    """Base of changes that mean streets which are there today.

    Attributes
    ----------
    ids
        OpenStreetMap ids of ways.
    names
        Names of ways as OpenStreetMap writes them; every way of that name is meant.
    """

    ids: tuple[WayId, ...] = ()
    names: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _says_which_ways(self) -> Self:
        if not self.ids and not self.names:
            msg = "says no way. Give ids = [...] or names = [...]."
            raise ValueError(msg)
        return self


class SetAccess(Streets):
    """Streets are for others than today: a pedestrian street, a bus lane, a path for bicycles.

    Who may no longer use a street and lives there walks along it, as with `close_ways`.

    Attributes
    ----------
    kind
        `"set_access"`.
    to
        Who may use them from now on: `"pedestrians"`, `"pedestrians_and_bicycles"`, `"buses"`
        (nobody with a motor of his own; on foot and by bicycle as today), `"everyone"`.
    allow, forbid
        Profiles by name, in place of `to`.

    Examples
    --------
    >>> SetAccess(kind="set_access", names=("Rue de la Paix",), to="pedestrians").allow
    ()
    """

    kind: Literal["set_access"]
    to: Literal["pedestrians", "pedestrians_and_bicycles", "buses", "everyone"] | None = None
    allow: tuple[Text, ...] = ()
    forbid: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _says_for_whom(self) -> Self:
        if (self.to is None) == (not self.allow and not self.forbid):
            msg = (
                'needs either to = "pedestrians" (or the like), or allow and forbid with profiles.'
            )
            raise ValueError(msg)
        both = sorted(set(self.allow) & set(self.forbid))
        if both:
            msg = f"both allows and forbids {', '.join(both)}. Name each profile once."
            raise ValueError(msg)
        return self


class SetOneway(Streets):
    """Streets are driven in other directions than today.

    Attributes
    ----------
    kind
        `"set_oneway"`.
    direction
        `"along"` the way as OpenStreetMap draws it, `"against"` it, or `"both"`.
    profiles
        For whom; every profile of the study that obeys one-way streets when left out. Others may
        be named, such as bicycles for a contraflow lane.

    Examples
    --------
    >>> SetOneway(kind="set_oneway", ids=(12,), direction="both").profiles is None
    True
    """

    kind: Literal["set_oneway"]
    direction: Literal["along", "against", "both"]
    profiles: Names | None = None


class SetTurn(FileModel):
    """A turn from one street into another is forbidden, or allowed.

    Attributes
    ----------
    kind
        `"set_turn"`.
    from_way, to_way
        OpenStreetMap ids of the ways; the same twice for turning round.
    via
        OpenStreetMap id of the node where they meet.
    allowed
        False to forbid the turn; True takes away what forbids it today.
    profiles
        For whom; every profile of the study that knows turns when left out.

    Examples
    --------
    >>> SetTurn(kind="set_turn", from_way=1, via=5, to_way=2, allowed=False).profiles is None
    True
    """

    kind: Literal["set_turn"]
    from_way: WayId
    via: WayId
    to_way: WayId
    allowed: Switch
    profiles: Names | None = None


class AddBarrier(FileModel):
    """Something that nobody walks across off the network: a wall, a fence, a new railway.

    Attributes
    ----------
    kind
        `"add_barrier"`.
    geometry
        Points from end to end: longitude, latitude in degrees, or x, y in `crs`.
    cuts_streets
        True where the streets that it crosses end at it, but for bridges and tunnels: each closes
        to through traffic between its junctions.
    crs
        Coordinate system of `geometry`; that of the file when left out.

    Examples
    --------
    >>> AddBarrier(kind="add_barrier", geometry=((2.83, 50.42), (2.84, 50.42))).cuts_streets
    False
    """

    kind: Literal["add_barrier"]
    geometry: Line
    cuts_streets: Switch = False
    crs: Text | None = None


class RemoveBarrier(FileModel):
    """What kept people from walking across off the network is gone: a wall, a disused railway.

    Attributes
    ----------
    kind
        `"remove_barrier"`.
    within
        Corners of a polygon: of every barrier what lies in it goes. Longitude, latitude in
        degrees, or x, y in `crs`.
    crs
        Coordinate system of `within`; that of the file when left out.

    Examples
    --------
    >>> ring = ((2.83, 50.42), (2.84, 50.42), (2.84, 50.43))
    >>> len(RemoveBarrier(kind="remove_barrier", within=ring).within)
    3
    """

    kind: Literal["remove_barrier"]
    within: Ring
    crs: Text | None = None


StreetChange: TypeAlias = SetAccess | SetOneway | SetTurn | AddBarrier | RemoveBarrier

MODEL_OF_STREET_KIND: Mapping[str, type[FileModel]] = {
    "add_barrier": AddBarrier,
    "remove_barrier": RemoveBarrier,
    "set_access": SetAccess,
    "set_oneway": SetOneway,
    "set_turn": SetTurn,
}
