"""What `artois-mobility validate` does once its options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .outputs import trip_writer, write_whole
from .texts import Answer, write_json
from .timetables import describe_departures

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .._types import Progress
    from ..changes.sentences import Language
    from ..network.model import Network
    from ..osm.extract import Extract
    from ..quality.validating import Validation
    from ..study.files import Study
    from ..transit.model import Transit

READING = "reading the extract"
BUILDING = "networks"
HOLDING = "trips"


def run_validate(  # noqa: PLR0913  a command is its options
    study_path: Path,
    trips_path: Path,
    output: Path | None,
    *,
    profile: str | None,
    worst: int,
    language: Language | None,
    as_json: bool,
    progress: Progress,
    csv: str = "plain",
) -> Answer:
    """Hold a user's own trips against the model of a study.

    Parameters
    ----------
    study_path, trips_path
        The files.
    output
        Where every trip goes, or None.
    profile
        Of the trips that name none; None for the study's first.
    worst
        How many trips to explain.
    language
        None for the study's.
    as_json
        Give JSON instead of sentences.
    progress
        Told about every stage.
    csv
        How a CSV file is written.

    Returns
    -------
    answer
        The figures, the hint and the worst trips.

    Raises
    ------
    InputError
        If an argument or a file is wrong.
    """
    from ..network.profiles import profile_names
    from ..quality.observed_trips import read_trips
    from ..quality.validating import validate
    from ..report.words import read_words
    from ..study.files import read_study
    from ..study.transit_loading import find_traveller
    from ..transit.naming import TRANSIT

    write = trip_writer(output, csv) if output is not None else None
    if output is not None and output.resolve() == trips_path.resolve():
        msg = f"{output} holds the trips themselves. Name another file with --output."
        raise InputError(msg)
    study = read_study(study_path)
    who, rides = find_traveller(study, profile)
    first = TRANSIT if rides else who.name
    known = dict.fromkeys([first, *study.profiles, *profile_names()])
    trips = read_trips(trips_path, list(known))
    extract = _read(study, progress)
    networks = _build(study, extract, trips, progress)
    progress(HOLDING, 0, 1)
    found = validate(networks, trips, extract=extract, worst=worst)
    progress(HOLDING, 1, 1)
    spoken = language or study.language
    mention = read_words(spoken).say("schematic.mark") if extract.source.is_schematic else ""
    files = []
    if output is not None and write is not None:
        table = found.trips.assign(mention=mention) if mention else found.trips
        write_whole(output, lambda path: write(table, path))
        files = [str(output)]
    if as_json:
        return Answer(write_json(_describe(found, extract, files) | _describe_window(study, trips)))
    return Answer("\n".join(filter(None, [mention, found.text(spoken), *files])))


def _read(study: Study, progress: Progress) -> Extract:
    from ..osm.reader import read_osm

    progress(READING, 0, 1)
    extract = read_osm(study.extract)
    progress(READING, 1, 1)
    return extract


def _build(
    study: Study, extract: Extract, trips: pd.DataFrame, progress: Progress
) -> list[Network | Transit]:
    """Build a network for each profile that any trip has, and public transport."""
    from ..study.loading import load_for
    from ..study.transit_loading import find_traveller, ride_on

    names = list(dict.fromkeys(trips["profile"]))
    networks: list[Network | Transit] = []
    progress(BUILDING, 0, len(names))
    for name in names:
        who, rides = find_traveller(study, name)
        network = load_for(study, extract, who)
        networks.append(ride_on(study, network) if rides else network)
        progress(BUILDING, len(networks), len(names))
    return networks


def _describe(found: Validation, extract: Extract, files: list[str]) -> dict[str, object]:
    trips = _records(found.trips.drop(columns="geometry"))
    parts = _records(found.parts)
    worst = [
        {
            **trips[trip - 1],
            "parts": [
                {key: value for key, value in part.items() if key != "trip"}
                for part in parts
                if part["trip"] == trip
            ],
        }
        for trip in dict.fromkeys(found.parts["trip"].tolist())
    ]
    reasons = found.trips["reason"]
    return {
        "is_schematic": extract.source.is_schematic,
        "trips": len(trips),
        "compared": int(found.figures["compared"].iloc[0]),
        "reasons": {
            key: int(count) for key, count in reasons[reasons != ""].value_counts().items()
        },
        "figures": _records(found.figures),
        "worst": worst,
        "files": files,
    }


def _describe_window(study: Study, trips: pd.DataFrame) -> dict[str, object]:
    """Say which departures the minutes by public transport stand for."""
    from ..transit.naming import TRANSIT

    asked = study.transit
    if asked is None or not (trips["profile"] == TRANSIT).any():
        return {}
    return {"departures": describe_departures(asked)}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as JSON can say them: None for what is missing."""
    return [
        {str(key): None if value != value else value for key, value in row.items()}  # noqa: PLR0124
        for row in table.to_dict("records")
    ]
