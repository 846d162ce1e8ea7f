"""Read a study file: what today is, and what is asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, Strict, StringConstraints

from ..changes.fields import Day, FileModel, Names, Text
from ..changes.toml_files import raise_problems, read_toml
from ..drawing import draw_facts
from ..errors import InputError
from ..network.profile_keys import Profile
from ..network.profiles import profile_names, read_profile
from ..places.categories import label
from ..transit.naming import LABEL, TRANSIT
from .certainty_questions import UncertaintyQuestion, UncertaintySection, read_uncertainty
from .file_checks import Checks
from .transit_questions import TransitContext, TransitQuestion, TransitSection, read_transit
from .water_questions import WaterQuestion, WaterSection

OSM: Final = "osm"

Siren = Annotated[str, StringConstraints(pattern=r"^\d{9}$")]
Minutes = Annotated[float, Strict(), Field(gt=0, le=1440, allow_inf_nan=False)]


class _Data(FileModel):
    """Where the data lies."""

    extract: Text
    residents: Text
    communes: Text = OSM
    sites: Names = (OSM,)
    congestion: Text | None = None
    heights: Text | None = None
    barriers: Text | None = None
    covers: Text | None = None
    categories: Text | None = None


class _Territory(FileModel):
    """Whose residents count."""

    epci: tuple[Siren, ...] = ()
    buffer_min: Annotated[float, Strict(), Field(ge=0, le=1440, allow_inf_nan=False)] = 45.0


class _Access(FileModel):
    """What is asked."""

    profiles: Names = ("car", "bicycle", "walk")
    categories: Names = ("care", "culture", "training")
    nearest: Annotated[int, Strict(), Field(ge=1, le=100)] = 1
    turns: Annotated[bool, Strict()] = True
    period: Text | None = None
    thresholds_min: Annotated[tuple[Minutes, ...], Field(min_length=1)] = (10.0, 20.0, 30.0)
    date: Day | None = None


class _StudyFile(FileModel):
    """The keys of a study file."""

    name: Text
    language: Literal["fr", "en"] = "fr"
    data: _Data
    territory: _Territory = _Territory()
    access: _Access = _Access()
    water: WaterSection | None = None
    transit: TransitSection | None = None
    uncertainty: UncertaintySection | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """What a study file says, with every path made whole.

    Attributes
    ----------
    path
        The study's file.
    sha256
        Hash of its bytes, hexadecimal.
    name
        Its title.
    language
        `"fr"` or `"en"`, of the report.
    extract, residents
        Files of the OpenStreetMap extract and of the table of residents.
    communes
        `"osm"` for the communes of the extract, or a file.
    sites
        `"osm"` for the sites of the extract, and files.
    congestion
        Table of traffic, or None.
    heights
        Raster of heights, or None.
    barriers
        Table of what nobody walks across, or None.
    covers
        Table of areas in which the extract holds every street, or None for what its header says.
    category_file
        File of categories of one's own, or None.
    epci
        SIREN of each agglomeration whose residents count; empty for everybody.
    buffer_min
        The extract should reach this far beyond the territory.
    profiles
        Names of the travel profiles, `"transit"` for public transport.
    travel_profiles
        Those that travel on streets, in the same order.
    categories
        One entry for each category of the tables; `care/*` is written out.
    nearest
        How many sites of each category.
    turns
        Whether vehicles obey turn restrictions and lose time by turning.
    period
        Which period of the table of traffic, or `""`.
    thresholds_min
        Minutes within which people are counted, ascending.
    water
        What is asked of the water, or None.
    uncertainty
        How sure minutes have to be told, or None.
    transit
        What is asked of public transport, or None.
    day
        The day that it is about: closures and sites count that are in force on it; None for any.
    """

    path: Path
    sha256: str
    name: str
    language: Literal["fr", "en"]
    extract: Path
    residents: Path
    communes: str | Path
    sites: tuple[str | Path, ...]
    congestion: Path | None
    heights: Path | None
    barriers: Path | None
    covers: Path | None
    category_file: Path | None
    epci: tuple[str, ...]
    buffer_min: float
    profiles: tuple[str, ...]
    travel_profiles: tuple[Profile, ...]
    categories: tuple[str, ...]
    nearest: int
    turns: bool
    period: str
    thresholds_min: tuple[float, ...]
    water: WaterQuestion | None
    uncertainty: UncertaintyQuestion | None
    transit: TransitQuestion | None = None
    day: date | None = None

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<Study {self.path}: {self.name}>"

    @property
    def street_profiles(self) -> tuple[Profile, ...]:
        """Everybody whose network is built: who travels on streets, and who walks to stops."""
        if self.transit is None or self.transit.walk in self.travel_profiles:
            return self.travel_profiles
        return (*self.travel_profiles, self.transit.walk)

    def label_of(self, profile: str, language: str) -> str:
        """Name a profile of the study as people read it.

        Parameters
        ----------
        profile
            One of `profiles`.
        language
            `"fr"` or `"en"`.

        Returns
        -------
        label
            Its name in that language.
        """
        if profile == TRANSIT:
            return LABEL[language]
        return find_profile(self, profile).label[language]

    def _repr_html_(self) -> str:
        """Show in a notebook what is asked."""
        language = self.language
        facts = {
            "name": self.name,
            "file": self.path.name,
            "extract": self.extract.name,
            "residents": self.residents.name,
            "profiles": ", ".join(self.label_of(name, language) for name in self.profiles),
            "categories": ", ".join(label(key, language) for key in self.categories),
            "thresholds": ", ".join(f"{minutes:g}" for minutes in self.thresholds_min),
        }
        return draw_facts("study", facts, language=language)


def read_study(path: str | Path) -> Study:
    """Read a study file.

    Parameters
    ----------
    path
        A TOML file with `name`, `[data]`, and optionally `language`, `[territory]`, `[access]`,
        `[water]`, `[transit]`, `[uncertainty]`.
        Paths in it are relative to the file. Its file of categories is known to the whole process
        from then on (`am.use_categories`).

    Returns
    -------
    study
        Checked: its files exist, its profiles and categories are known.

    Raises
    ------
    StudyError
        If the file is missing or faulty; the message lists all its problems.

    Examples
    --------
    >>> read_study("no-such-folder/artois.toml")
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: ...artois.toml has 1 problem:
      there is no such file, nor its folder.
    """
    path = Path(path)
    file = read_toml(path, _StudyFile)
    if file.content is None:
        raise_problems([(path, file.problems)])
    content = file.content
    assert content is not None  # otherwise there are problems, and they were raised
    checks = Checks(path.parent, path.read_text(encoding="utf-8-sig"), [])
    data = content.data
    extract = checks.find_file(data.extract, "extract")
    residents = checks.find_file(data.residents, "residents")
    communes = (
        data.communes if data.communes == OSM else checks.find_file(data.communes, "communes")
    )
    sources = tuple(s if s == OSM else checks.find_file(s, "sites") for s in data.sites)
    congestion, heights, barriers, covers, own = (
        None if given is None else checks.find_file(given, key)
        for given, key in (
            (data.congestion, "congestion"),
            (data.heights, "heights"),
            (data.barriers, "barriers"),
            (data.covers, "covers"),
            (data.categories, "categories"),
        )
    )
    checks.use_categories(own)
    listed = content.access.profiles
    profiles = _read_profiles(listed, checks)
    categories = checks.expand_categories(content.access.categories)
    water = checks.read_water(content.water, profiles)
    transit = _read_transit(content, profiles, checks)
    raise_problems([(path, checks.problems)])
    return Study(
        path=path,
        sha256=file.sha256,
        name=content.name,
        language=content.language,
        extract=extract,
        residents=residents,
        communes=communes,
        sites=tuple(dict.fromkeys(sources)),
        congestion=congestion,
        heights=heights,
        barriers=barriers,
        covers=covers,
        category_file=own,
        epci=tuple(dict.fromkeys(content.territory.epci)),
        buffer_min=content.territory.buffer_min,
        profiles=_name_profiles(listed, profiles),
        travel_profiles=profiles,
        categories=categories,
        nearest=content.access.nearest,
        turns=content.access.turns,
        period=content.access.period or "",
        thresholds_min=tuple(sorted(set(content.access.thresholds_min))),
        water=water,
        uncertainty=read_uncertainty(content.uncertainty),
        transit=transit,
        day=content.access.date,
    )


def _read_profiles(listed: Sequence[str], checks: Checks) -> tuple[Profile, ...]:
    """Read the profiles that travel on streets."""
    streets = [name for name in listed if name != TRANSIT]
    return checks.read_profiles(streets, ("access", "profiles"))


def _read_transit(
    content: _StudyFile, profiles: tuple[Profile, ...], checks: Checks
) -> TransitQuestion | None:
    """Read what is asked of public transport, beside what is asked of everybody."""
    asked = content.access
    context = TransitContext(checks.folder, asked.profiles, profiles, asked.date, checks.note)
    return read_transit(content.transit, context)


def on_streets(study: Study) -> tuple[str, ...]:
    """List the profiles of a study that travel on streets.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    names
        All but public transport.
    """
    return tuple(each for each in study.profiles if each != TRANSIT)


def streets_of(study: Study, profile: str) -> str:
    """Tell on whose network a profile of a study travels.

    Parameters
    ----------
    study
        The study.
    profile
        One of its profiles.

    Returns
    -------
    name
        Its own; for public transport, who walks to stops.
    """
    return study.transit.walk.name if profile == TRANSIT and study.transit else profile


def _name_profiles(listed: Sequence[str], profiles: Sequence[Profile]) -> tuple[str, ...]:
    """Name the profiles of a study in the order in which it lists them."""
    names = iter(profile.name for profile in profiles)
    return tuple(TRANSIT if name == TRANSIT else next(names) for name in listed)


def find_profile(study: Study, name: str | None = None) -> Profile:
    """Find who travels: a profile of a study, or one that comes with the library.

    Parameters
    ----------
    study
        The study; its own profiles come first.
    name
        Name of the profile; the study's first when left out.

    Returns
    -------
    profile
        The profile.

    Raises
    ------
    InputError
        If neither the study nor the library has one of this name; the message lists both.
    """
    if name == TRANSIT:
        msg = (
            "Public transport is not answered here: this computes on streets alone. Choose one of "
            f"{', '.join(p.name for p in study.travel_profiles)}."
        )
        raise InputError(msg)
    if name is None:
        return study.travel_profiles[0]
    for profile in study.travel_profiles:
        if profile.name == name:
            return profile
    built_in = profile_names()
    if name in built_in:
        return read_profile(name)
    msg = (
        f"There is no profile {name!r}. {study.path.name} has {', '.join(study.profiles)}; the "
        f"library has {', '.join(built_in)}. To use a file of your own, name it in [access] "
        "profiles of the study."
    )
    raise InputError(msg)
