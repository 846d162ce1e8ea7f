"""How sure a study wants its minutes to be: its section `[uncertainty]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from pydantic import Field, Strict

from ..access.redrawing import SITE_M, Ranges
from ..access.uncertainty import MOST_DRAWS
from ..changes.fields import FileModel, Text

USUAL: Final = Ranges()

Part: TypeAlias = Annotated[float, Strict(), Field(ge=0, le=0.9, allow_inf_nan=False)]
Level: TypeAlias = Annotated[float, Strict(), Field(ge=0.5, le=0.99, allow_inf_nan=False)]
Metres: TypeAlias = Annotated[float, Strict(), Field(ge=0, le=100_000, allow_inf_nan=False)]


class UncertaintySection(FileModel):
    """The keys of `[uncertainty]`."""

    draws: Annotated[int, Strict(), Field(ge=10, le=MOST_DRAWS)] = 100
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 1
    level: Level = 0.9
    all_streets: Part = USUAL.all_streets
    by_class: Part = USUAL.by_class
    by_way: Part = USUAL.by_way
    walks: Part = USUAL.walks
    cell_m: Metres = USUAL.cell_m
    site_m: Mapping[Text, Metres] = {}


@dataclass(frozen=True, slots=True)
class UncertaintyQuestion:
    """How sure minutes have to be told.

    Attributes
    ----------
    draws
        How often times are drawn.
    seed
        From which.
    level
        How many of the draws lie within what is told, as a share.
    ranges
        How far speeds and positions may be from the model's.
    """

    draws: int
    seed: int
    level: float
    ranges: Ranges


def read_uncertainty(section: UncertaintySection | None) -> UncertaintyQuestion | None:
    """Make a question of a study's section.

    Parameters
    ----------
    section
        What the file says, or None.

    Returns
    -------
    question
        None without a section; radii of sites that it does not list are the library's own.

    Examples
    --------
    >>> read_uncertainty(UncertaintySection(site_m={"cadastre": 5.0})).ranges.site_m["cadastre"]
    5.0
    >>> read_uncertainty(None) is None
    True
    """
    if section is None:
        return None
    ranges = Ranges(
        section.all_streets,
        section.by_class,
        section.by_way,
        section.walks,
        section.cell_m,
        {**SITE_M, **{quality.lower(): metres for quality, metres in section.site_m.items()}},
    )
    return UncertaintyQuestion(section.draws, section.seed, section.level, ranges)
