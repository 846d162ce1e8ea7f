"""What changes of people say, and changes of what a site offers: one small model per kind."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, Strict, model_validator

from ..network.hours import is_timetable
from .fields import FileModel, Number, Point, Ring, Text, TextOrEmpty

# More people than live in any one territory.
MOST_PEOPLE = 10**9

People: TypeAlias = Annotated[int, Strict(), Field(gt=0, le=MOST_PEOPLE)]
SomeOrNobody: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=MOST_PEOPLE)]
Capacity: TypeAlias = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
Codes: TypeAlias = tuple[Text, ...]


class AddResidents(FileModel):
    """People come to live in a new quarter.

    A polygon is filled with places `apart_m` from each other, and the people are shared out over
    them to the person.

    Attributes
    ----------
    kind
        `"add_residents"`.
    population
        How many people.
    at
        The one place where they live: longitude, latitude in degrees, or x, y in `crs`.
    within
        Corners of the polygon in which they live; one of `at` and `within` is needed.
    name
        What the quarter is called.
    columns
        Other counts of the table of residents, such as `{ind_80p = 40}`, for the whole quarter;
        they are shared out as the people are.
    apart_m
        Metres between the places in a polygon.
    crs
        Coordinate system of `at` and `within`; that of the file when left out.

    Examples
    --------
    >>> AddResidents(kind="add_residents", population=300, at=(2.83, 50.43)).apart_m
    200.0
    """

    kind: Literal["add_residents"]
    population: People
    at: Point | None = None
    within: Ring | None = None
    name: TextOrEmpty = ""
    columns: dict[Text, Annotated[Number, Field(ge=0)]] = Field(default_factory=dict)
    apart_m: Annotated[float, Strict(), Field(ge=10, le=10_000, allow_inf_nan=False)] = 200.0
    crs: Text | None = None

    def __hash__(self) -> int:
        return hash((self.kind, self.population, self.at, self.within, self.name))

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if (self.at is None) == (self.within is None):
            msg = "needs exactly one of at (a point) and within (the corners of a polygon)."
            raise ValueError(msg)
        return self


class ScaleResidents(FileModel):
    """More or fewer people live where people live today.

    Everybody is meant, or those of some `communes`, or those `within` a polygon, or of both who
    are in both. Where two changes mean the same cell, the one that names it more closely counts:
    a polygon before communes before everybody.

    Attributes
    ----------
    kind
        `"scale_residents"`.
    factor
        What today's people are multiplied by; one of `factor` and `population` is needed.
    population
        How many people there are afterwards, all cells meant taken together.
    communes
        INSEE codes.
    within
        Corners of a polygon: longitude, latitude in degrees, or x, y in `crs`.
    crs
        Coordinate system of `within`; that of the file when left out.

    Examples
    --------
    >>> ScaleResidents(kind="scale_residents", factor=1.05).communes
    ()
    """

    kind: Literal["scale_residents"]
    factor: Annotated[float, Strict(), Field(ge=0, le=20, allow_inf_nan=False)] | None = None
    population: SomeOrNobody | None = None
    communes: Codes = ()
    within: Ring | None = None
    crs: Text | None = None

    @model_validator(mode="after")
    def _says_one_size(self) -> Self:
        if (self.factor is None) == (self.population is None):
            msg = "needs exactly one of factor and population."
            raise ValueError(msg)
        return self


class MoveResidents(FileModel):
    """People who live in the territory today come to live elsewhere.

    They leave the cells meant by `communes` and `within` in proportion to who lives there, after
    any `scale_residents`.

    Attributes
    ----------
    kind
        `"move_residents"`.
    population
        How many people; one of `population` and `share` is needed.
    share
        Which part of those who live there, above 0 and up to 1.
    communes
        INSEE codes of where they leave.
    within
        Corners of a polygon that they leave; one of `communes` and `within` is needed, with both
        they leave the cells that are in both.
    to
        The one new place where they live then: longitude, latitude in degrees, or x, y in `crs`.
    to_within
        Corners of a polygon in which they live then: among those who live there, or where nobody
        does, in places 200 m from each other.
    to_communes
        INSEE codes of communes in which they live then, among those who live there. One of `to`,
        `to_within` and `to_communes` is needed.
    crs
        Coordinate system of `within`, `to` and `to_within`; that of the file when left out.

    Examples
    --------
    >>> MoveResidents(kind="move_residents", share=0.1, communes=("62498",), to=(2.8, 50.4)).share
    0.1
    """

    kind: Literal["move_residents"]
    population: People | None = None
    share: Annotated[float, Strict(), Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    communes: Codes = ()
    within: Ring | None = None
    to: Point | None = None
    to_within: Ring | None = None
    to_communes: Codes = ()
    crs: Text | None = None

    @model_validator(mode="after")
    def _says_who_and_where(self) -> Self:
        msg = ""
        if (self.population is None) == (self.share is None):
            msg = "needs exactly one of population and share."
        elif not self.communes and self.within is None:
            msg = "says not whence. Give communes = [...] or a polygon within."
        elif [bool(self.to), bool(self.to_within), bool(self.to_communes)].count(True) != 1:
            msg = "needs exactly one of to (a point), to_within (a polygon) and to_communes."
        if msg:
            raise ValueError(msg)
        return self


class _SetSite(FileModel):
    """Base of changes of what a site offers where it is."""

    site: Text
    category: Text | None = None


class SetCapacity(_SetSite):
    """A site serves more or fewer.

    Attributes
    ----------
    kind
        `"set_capacity"`.
    site
        Id of the site (`"w123"`), or its exact name.
    category
        Only sites of this category and below it are meant; needed where a name is shared, and
        where the site is of several categories, for each counts in its own unit.
    capacity
        How many it serves then, in the unit of its category; one of `capacity` and `factor`.
    factor
        What today's capacity is multiplied by.

    Examples
    --------
    >>> SetCapacity(kind="set_capacity", site="w123", capacity=40).capacity
    40.0
    """

    kind: Literal["set_capacity"]
    capacity: Capacity | None = None
    factor: Annotated[float, Strict(), Field(ge=0, le=20, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _says_one_size(self) -> Self:
        if (self.capacity is None) == (self.factor is None):
            msg = "needs exactly one of capacity and factor."
            raise ValueError(msg)
        return self


class SetHours(_SetSite):
    """A site is open at other hours.

    Attributes
    ----------
    kind
        `"set_hours"`.
    site
        Id of the site (`"w123"`), or its exact name.
    category
        Only sites of this category and below it are meant; needed where a name is shared.
    hours
        As OpenStreetMap writes `opening_hours`, for instance `"Mo-Fr 08:00-20:00; PH off"`.

    Examples
    --------
    >>> SetHours(kind="set_hours", site="w123", hours="Mo-Sa 09:00-19:00").category is None
    True
    """

    kind: Literal["set_hours"]
    hours: Text

    @model_validator(mode="after")
    def _is_a_timetable(self) -> Self:
        if not is_timetable(self.hours):
            msg = (
                f"hours is {self.hours!r}, which cannot be read. Write them as OpenStreetMap's "
                'opening_hours, for instance "Mo-Sa 09:00-19:00; PH off".'
            )
            raise ValueError(msg)
        return self


PeopleChange: TypeAlias = AddResidents | ScaleResidents | MoveResidents
SiteSetting: TypeAlias = SetCapacity | SetHours

MODEL_OF_PEOPLE_KIND: Mapping[str, type[FileModel]] = {
    "add_residents": AddResidents,
    "move_residents": MoveResidents,
    "scale_residents": ScaleResidents,
    "set_capacity": SetCapacity,
    "set_hours": SetHours,
}
