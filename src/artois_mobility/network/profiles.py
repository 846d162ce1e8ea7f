"""Travel profiles read from tables, the library's and people's own, and what is wrong in them."""

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from .._toml import parse_toml
from ..errors import ProfileError, list_problems
from .profile_keys import OTHER_BARRIER, Profile

LANGUAGES: Final = ("fr", "en")
_BASE_KEY: Final = "like"


def profile_names() -> tuple[str, ...]:
    """List the names of the profiles that come with the library.

    Returns
    -------
    names
        In the order of the table.

    Examples
    --------
    >>> profile_names()  # doctest: +NORMALIZE_WHITESPACE
    ('car', 'car_peak', 'car_no_toll', 'car_osrm', 'truck', 'moped', 'bicycle', 'bicycle_calm',
     'ebike', 'cargo_bike', 'walk', 'walk_senior', 'wheelchair', 'pleasure_boat', 'barge',
     'barge_freycinet', 'barge_ii', 'barge_iii', 'barge_iv', 'barge_vb', 'passenger_boat', 'canoe')
    """
    return tuple(key for key, value in _shipped_tables().items() if isinstance(value, dict))


def read_profile(name_or_path: str | Path) -> Profile:
    """Read a travel profile, one of the library's or the user's own.

    A user's file is TOML with the attributes of `Profile` as keys, `name` being the file's stem
    unless given. `like = "car"` takes everything that the file does not say from that profile;
    tables are merged key by key.

    Parameters
    ----------
    name_or_path
        One of `profile_names()`, or the path of a TOML file.

    Returns
    -------
    profile
        Checked, with the hash of its table.

    Raises
    ------
    ProfileError
        If there is no such profile or file, or its table is faulty; all faults are listed.

    Examples
    --------
    >>> read_profile("moped").max_kmh
    45.0
    >>> read_profile("hovercraft")
    Traceback (most recent call last):
    artois_mobility.errors.ProfileError: There is no profile 'hovercraft'...
    """
    tables = _shipped_tables()
    if isinstance(name_or_path, str) and isinstance(tables.get(name_or_path), dict):
        own = {"name": name_or_path, "version": tables["version"], **tables[name_or_path]}
        return _checked_profile(_on_its_base(own, name_or_path), name_or_path)
    if not isinstance(name_or_path, str | Path):
        msg = f"A profile is named by text or a path; found {name_or_path!r}."
        raise ProfileError(msg)
    path = Path(name_or_path)
    if not path.is_file():
        raise ProfileError(_unknown_profile(str(name_or_path)))
    try:
        own = parse_toml(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        msg = f"{path} is not a TOML file: {fault}. See the documentation of read_profile."
        raise ProfileError(msg) from fault
    return _checked_profile(_on_its_base({"name": path.stem, **own}, str(path)), str(path))


@cache
def _adapter() -> TypeAdapter[Profile]:
    return TypeAdapter(Profile)


@cache
def _shipped_tables() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("profiles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _on_its_base(own: dict[str, Any], where: str) -> dict[str, Any]:
    """Fill what a table leaves out from the profile that it names as `like`."""
    base = own.pop(_BASE_KEY, None)
    if base is None:
        return own
    tables = _shipped_tables()
    if not isinstance(base, str) or not isinstance(tables.get(base), dict):
        msg = f"{where}: like = {base!r} is no profile; the choice is {', '.join(profile_names())}."
        raise ProfileError(msg)
    merged = _on_its_base({"version": tables["version"], **tables[base]}, base)
    for key, value in own.items():
        is_table = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if is_table else value
    return merged


def check_profile(profile: Profile) -> Profile:
    """Check a profile that was made from another, and give it its hash.

    Parameters
    ----------
    profile
        With an empty hash.

    Returns
    -------
    profile
        The same with the hash of its table.

    Raises
    ------
    ProfileError
        If it is faulty; all faults are listed.

    Examples
    --------
    >>> from dataclasses import replace
    >>> car = read_profile("car")
    >>> check_profile(replace(car, sha256="")).sha256 == car.sha256
    True
    """
    return _checked_profile(asdict(profile), profile.name)


def _checked_profile(table: dict[str, Any], where: str) -> Profile:
    problems = []
    try:
        profile = _adapter().validate_python(table)
    except ValidationError as fault:
        problems = [_told(error) for error in fault.errors()]
    else:
        problems = _contradictions(profile)
    if problems:
        count = f"{len(problems)} fault" + "s" * (len(problems) > 1)
        msg = f"{where}: the profile has {count}:\n{list_problems(problems)}"
        raise ProfileError(msg)
    return _with_hash(profile)


def _told(error: Any) -> str:  # noqa: ANN401
    """Say one fault that pydantic found: where, what was found, what is allowed."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"{key} is missing"
    if error["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        known = [item.name for item in fields(Profile)]
        nearest = difflib.get_close_matches(key, known, n=1)
        return f"{key} is no key of a profile" + (f"; {nearest[0]}?" if nearest else "")
    allowed = str(error["msg"]).removeprefix("Input ").replace("valid dictionary", "table")
    return f"{key} {allowed}; it is {error['input']!r}"


def _contradictions(profile: Profile) -> list[str]:
    """List what no single key shows: languages, classes and barriers that are missing."""
    problems = [f"label.{each} is missing" for each in LANGUAGES if each not in profile.label]
    for name in ("class_limit_kmh", "closed_unless_tagged", "pushed_unless_tagged"):
        problems += [
            f"{name} lists {each!r}, which class_kmh does not know"
            for each in getattr(profile, name)
            if each not in profile.class_kmh
        ]
    if profile.barrier_is_open and OTHER_BARRIER not in profile.barrier_is_open:
        problems.append(f"barrier_is_open.{OTHER_BARRIER} is missing: say what else may be passed")
    known = {item.name for item in fields(Profile)}
    problems += [
        f"sources.{each} is no key of a profile" for each in profile.sources.keys() - known
    ]
    if profile.slope_slowest > profile.slope_fastest:
        problems.append(
            f"slope_slowest ({profile.slope_slowest:g}) is above slope_fastest "
            f"({profile.slope_fastest:g}): a slope's factor lies between them"
        )
    if profile.sha256:
        problems.append("sha256 is computed from the table; remove it")
    return problems


def _with_hash(profile: Profile) -> Profile:
    table = asdict(profile)
    del table["sha256"]
    text = json.dumps(table, sort_keys=True, ensure_ascii=False)
    return Profile(**table, sha256=hashlib.sha256(text.encode()).hexdigest())


def _unknown_profile(name: str) -> str:
    names = profile_names()
    nearest = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return (
        f"There is no profile {name!r} and no such file.{hint} "
        f"The profiles are {', '.join(names)}; a path to a TOML file makes one of your own."
    )
