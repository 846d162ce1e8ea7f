"""What `artois-mobility blocks` does once its options are read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..errors import InputError
from .clusters import connected
from .refusing import read_memory, refuse_vessel
from .texts import Answer, write_json
from .travel import read_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .._types import Progress
    from ..blocks.jobs import Job
    from ..study.files import Study
    from ..study.loading import ProfileData

# What `artois-mobility crossings` takes when nothing is said.
APART_M: Final = 50.0
BANK_M: Final = 150.0


class Ask(NamedTuple):
    """What is to be computed.

    Attributes
    ----------
    task
        `matrix`, `access`, `opportunities`, `isochrones` or `crossings`.
    study
        The study file.
    profile
        Who travels; None for the study's first.
    categories
        Which sites; none for the study's.
    minutes
        Numbers separated by commas.
    block_size
        Origins in a block, or None.
    """

    task: str
    study: Path
    profile: str | None
    categories: Sequence[str]
    minutes: str
    block_size: int | None


def run_in_blocks(
    ask: Ask,
    folder: Path,
    *,
    memory_gib: float | None,
    scheduler: str | None,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> Answer:
    """Compute a task block by block.

    Parameters
    ----------
    ask
        What.
    folder
        Where to.
    memory_gib
        GiB that the blocks in work may take; None for a quarter of what is free.
    scheduler
        Address of a Dask scheduler, or None.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of a sentence.
    progress
        Told about every stage.

    Returns
    -------
    answer
        How many rows there are, and where.

    Raises
    ------
    InputError
        If an argument or a file is wrong, or the profile is a vessel's.
    ResultError
        If the cluster or the disk fails.
    """
    from ..blocks.running import run_blocks
    from ..report.words import read_words
    from ..study.files import find_profile, read_study
    from ..study.loading import load_profile

    budget_bytes = read_memory(memory_gib)
    bounds = read_numbers(ask.minutes, "--minutes", "10,20,30")
    study = read_study(ask.study)
    words = read_words(language or study.language)
    who = find_profile(study, ask.profile)
    refuse_vessel(who, study)
    with connected(scheduler) as client:
        data = load_profile(study, who, list(ask.categories or study.categories), progress)
        job = _make_job(ask, study, data, bounds)
        if data.network.provenance.is_schematic:
            job = replace(job, constants={"mention": words.say("schematic.mark")})
        run_blocks(job, folder, client=client, budget_bytes=budget_bytes, progress=progress)
    manifest = json.loads((folder / "_manifest.json").read_text(encoding="utf-8"))
    told = {"rows": manifest["rows"], "parts": len(manifest["parts"]), "folder": str(folder)}
    if as_json:
        return Answer(write_json(told))
    return Answer(words.say("blocks.done", {**told, "count": told["parts"]}))


def _make_job(ask: Ask, study: Study, data: ProfileData, bounds: list[float]) -> Job:
    from ..blocks import jobs

    network, size = data.network, ask.block_size
    categories = list(ask.categories or study.categories)
    if ask.task == "matrix":
        return jobs.matrix_job(network, data.residents, data.sites, block_size=size)
    if ask.task == "isochrones":
        return jobs.isochrone_job(network, data.residents, bounds, block_size=size)
    places = network, data.residents, data.sites
    if ask.task == "access":
        return jobs.access_job(*places, k=study.nearest, categories=categories, block_size=size)
    if ask.task == "opportunities":
        return jobs.opportunity_job(*places, bounds, categories=categories, block_size=size)
    return jobs.crossing_job(
        *places, _candidates(data), categories=categories or None, block_size=size
    )


def _candidates(data: ProfileData) -> Any:  # noqa: ANN401  a GeoDataFrame
    from ..links.barrier_lines import KINDS
    from ..links.candidates import crossing_candidates

    found = crossing_candidates(
        data.extract, data.network, kinds=KINDS, apart_m=APART_M, bank_m=BANK_M
    )
    if not len(found):
        msg = (
            f"No canal, river, railway or motorway has streets of {data.network.profile.name} "
            f"within {BANK_M:g} m on both banks."
        )
        raise InputError(msg)
    return found
