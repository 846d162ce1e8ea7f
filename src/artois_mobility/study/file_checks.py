"""What the schema of a study file cannot see: do files exist, are profiles and categories known."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..changes.faults import find_line
from ..errors import PlacesError, ProfileError
from ..network.interpreting import BOAT
from ..network.profile_keys import Profile
from ..network.profiles import read_profile
from ..places.categories import expand, use_categories
from .water_questions import WaterQuestion, WaterSection

OWN_VESSELS: Final = "choose barge, barge_freycinet, pleasure_boat or a file of your own"


@dataclass(frozen=True, slots=True)
class Checks:
    """What a schema cannot see; problems are collected as they are met.

    Attributes
    ----------
    folder
        Of the study file; paths in it are told from there.
    text
        What stands in it.
    problems
        Those found so far.
    """

    folder: Path
    text: str
    problems: list[str]

    def find_file(self, given: str, key: str, section: str = "data") -> Path:
        """Make a path whole; note a problem when nothing is there.

        Parameters
        ----------
        given
            As the file says it.
        key, section
            Where it says it.

        Returns
        -------
        path
            From the folder of the study.
        """
        path = self.folder / given
        if not path.is_file():
            folder = path.parent
            files = folder.iterdir() if folder.is_dir() else ()
            names = sorted(each.name for each in files if each.is_file())
            nearest = difflib.get_close_matches(path.name, names, n=1, cutoff=0.5)
            near = f" Did you mean {nearest[0]}?" if nearest else ""
            what = "is a folder, not a file" if path.is_dir() else "does not exist"
            self.note((section, key), f"{given!r} {what}; it is looked for from {folder}.{near}")
        return path

    def use_categories(self, path: Path | None) -> None:
        """Let everything know the categories of a file; without one those in use stay.

        Parameters
        ----------
        path
            The file, or None.
        """
        if path is None or not path.is_file():
            return
        try:
            use_categories(path)
        except PlacesError as error:
            self.note(("data", "categories"), str(error))

    def read_water(
        self, section: WaterSection | None, others: Sequence[Profile]
    ) -> WaterQuestion | None:
        """Read what is asked of the water: vessels, tables, trips.

        Parameters
        ----------
        section
            What the file says, or None.
        others
            Profiles that travel on land.

        Returns
        -------
        question
            None without a section.
        """
        if section is None:
            return None
        place = ("water", "vessels")
        vessels = self.read_profiles(section.vessels, place)
        for vessel in vessels:
            if vessel.mode != BOAT:
                self.note(place, f"{vessel.name!r} is no vessel; {OWN_VESSELS}.")
            elif vessel.name in {other.name for other in others}:
                self.note(place, f"{vessel.name!r} stands in access.profiles too: name it once.")
        locks, quays = (
            None if given is None else self.find_file(given, key, "water")
            for given, key in ((section.locks, "locks"), (section.quays, "quays"))
        )
        return WaterQuestion(vessels, locks, quays, section.trips, section.departure)

    def read_profiles(self, names: Sequence[str], place: tuple[str, str]) -> tuple[Profile, ...]:
        """Read profiles, the library's own or files beside the study.

        Parameters
        ----------
        names
            What the file lists.
        place
            Where it lists them.

        Returns
        -------
        profiles
            Those that there are.
        """
        found: dict[str, Profile] = {}
        for name in names:
            source = self.folder / name if name.endswith(".toml") else name
            try:
                profile = read_profile(source)
            except ProfileError as error:
                self.note(place, str(error))
                continue
            if profile.name in found:
                self.note(place, f"{profile.name!r} is listed twice.")
            found[profile.name] = profile
        return tuple(found.values())

    def expand_categories(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Write out the categories that a study lists.

        Parameters
        ----------
        keys
            What the file lists.

        Returns
        -------
        categories
            Each once.
        """
        listed: list[str] = []
        for key in keys:
            try:
                listed += expand(key)
            except PlacesError as error:
                self.note(("access", "categories"), str(error))
        return tuple(dict.fromkeys(listed))

    def note(self, place: tuple[str, str], sentence: str) -> None:
        """Note a problem.

        Parameters
        ----------
        place
            Section and key.
        sentence
            What is wrong with it.
        """
        line = find_line(self.text, place)
        at = f"line {line}, " if line else ""
        self.problems.append(f"{at}{'.'.join(place)}: {sentence}")
