"""Put the coordinates that are drawn in layers into the changes of a scenario file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from .._types import WGS84
from ..changes.faults import describe_faults, find_line, name_key
from ..changes.fields import FROM, POINT_KEYS
from ..changes.schema import MODEL_OF_KIND
from ..changes.toml_files import Prepared
from ..errors import StudyError
from .layers import Drawn, LayerSource, hash_files, read_drawn

Section: TypeAlias = dict[str, Any]

# Kinds of which one block may stand for several changes, one for each feature of its layer.
MANY_KINDS: Final = frozenset(
    {
        "add_barrier",
        "add_link",
        "add_quay",
        "add_reach",
        "add_site",
        "add_stop",
        "close_ways",
        "congestion",
        "set_speed",
    }
)
# Stands for what could not be read, so that the rest of a file is checked all the same.
_STAND_IN: Final[Mapping[str, list[Any]]] = {
    "at": [0.0, 0.0],
    "geometry": [[0.0, 0.0], [1.0, 0.0]],
    "to": [0.0, 0.0],
    "within": [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
}


@dataclass(frozen=True, slots=True)
class LayerReader:
    """Fills in what layers say, and remembers which files were read.

    Attributes
    ----------
    folder
        Where the scenario file lies.
    sha256_of_file
        Hash of each file that was read; grows.
    """

    folder: Path
    sha256_of_file: dict[Path, str] = field(default_factory=dict)

    def prepare(self, table: Section, text: str) -> Prepared:
        """Write the coordinates of layers into the changes that name them.

        Parameters
        ----------
        table
            A scenario file, as TOML gives it.
        text
            The same, to find lines.

        Returns
        -------
        prepared
            With one change for each feature, where one block stands for several.
        """
        changes = table.get("changes")
        if not isinstance(changes, list):
            return Prepared(table)
        filled: list[Any] = []
        rows: list[int] = []
        problems: list[str] = []
        for row, section in enumerate(changes):
            key = _find_source(section)
            found = [section]
            if key is not None:
                found = self._fill(section, key, _At(text, row), problems)
            filled += found
            rows += [row] * len(found)
        return Prepared({**table, "changes": filled}, tuple(rows), tuple(problems))

    def _fill(self, section: Section, key: str, at: "_At", problems: list[str]) -> list[Section]:
        rest = {name: value for name, value in section.items() if name != key + FROM}
        source = _check_source(section, key, at, problems)
        drawn: list[Drawn] = []
        if source is not None:
            try:
                drawn = read_drawn(source, self.folder, key)
                self.sha256_of_file.update(hash_files(self.folder / source.file))
                _check_count(drawn, section, key)
            except StudyError as error:
                problems.append(f"{at.say(key + FROM)}: {error}")
                drawn = []
        if source is None or not drawn:
            rest.pop("crs", None)
            names = {"name": "?"} if "name" not in rest and _has_name(section) else {}
            return [{**rest, **names, key: _STAND_IN[key]}]
        return [
            {**rest, **_name_part(section, source, drawn, number), key: each.coordinates,
             "crs": WGS84}
            for number, each in enumerate(drawn)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _At:
    """Where a change stands in its file."""

    text: str
    row: int

    def say(self, *keys: str) -> str:
        place: tuple[int | str, ...] = ("changes", self.row, *keys)
        line = find_line(self.text, place)
        return f"line {line}, {name_key(place)}" if line else name_key(place)


def _find_source(section: object) -> str | None:
    """Find the key of a change whose coordinates come from a layer."""
    if not isinstance(section, dict):
        return None
    model = MODEL_OF_KIND.get(str(section.get("kind")))
    known = () if model is None else model.model_fields
    return next((key for key in POINT_KEYS if key in known and key + FROM in section), None)


def _has_name(section: Section) -> bool:
    return "name" in MODEL_OF_KIND[section["kind"]].model_fields


def _check_source(section: Section, key: str, at: _At, problems: list[str]) -> LayerSource | None:
    """Check what a change says of its layer; None when it is faulty, which is noted."""
    name = key + FROM
    place = ("changes", at.row, name)
    found = []
    source = None
    if not isinstance(section[name], dict):
        example = '{ file = "plan.gpkg", layer = "..." }'
        found = [f"{at.say(name)} is {section[name]!r}; allowed is {name} = {example}."]
    else:
        try:
            source = LayerSource.model_validate(section[name])
        except ValidationError as error:
            found = describe_faults(error, LayerSource, at.text, under=place)
    if key in section:
        found.append(f"{at.say(name)} stands beside {key}: give one of the two.")
    if "crs" in section:
        found.append(f"{at.say('crs')} is not needed: the layer has its own. Take it away.")
    if source is not None and source.name_field is not None:
        if not _has_name(section):
            found.append(f"{at.say(name)}.name_field: {section['kind']} takes no name.")
        elif "name" in section:
            found.append(f"{at.say(name)}.name_field stands beside name: give one of the two.")
    problems += found
    return None if found else source


def _check_count(drawn: list[Drawn], section: Section, key: str) -> None:
    kind = section["kind"]
    if len(drawn) > 1 and (kind not in MANY_KINDS or key == "to"):
        msg = f'{len(drawn)} are drawn there; {kind} takes one. Choose it: where = "id = 3".'
        raise StudyError(msg)
    nameless = [number for number, each in enumerate(drawn, start=1) if not each.name]
    has_field = section[key + FROM].get("name_field") is not None
    if has_field and nameless and MODEL_OF_KIND[kind].model_fields["name"].is_required():
        msg = (
            f"name_field is empty for {len(nameless)} of {len(drawn)}, first the one in row "
            f"{nameless[0]}. Name them in the layer."
        )
        raise StudyError(msg)


def _name_part(
    section: Section, source: LayerSource, drawn: list[Drawn], number: int
) -> dict[str, str]:
    """Name one of several: by its column, else by the change's name and a number."""
    if source.name_field is not None:
        return {"name": drawn[number].name}
    if "name" not in section or len(drawn) == 1:
        return {}
    return {"name": f"{section['name']} {number + 1}"}
