"""A job as a folder: network, hierarchy and tables, mapped by every process that works on it."""

import hashlib
import json
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from ..caching.networks import code_fingerprint
from ..errors import StorageError
from ..network.keeping import open_network, save_network
from ..places.attachments import Attachments
from ..routing.engine import adopt_metric, metric_of
from ..routing.storage import open_hierarchy, open_metric, save_hierarchy, save_metric
from ..routing.ways import sweeps_pay
from ..storage.folders import MANIFEST, hash_file, open_folder, write_folder
from ..storage.records import read_record, write_record
from .jobs import Job

KIND: Final = "job"
FLOORS: Final = ("access", "areas", "blocks", "changes", "links", "places", "scenarios")
_CLASSES: Final = {"Attachments": Attachments}
_NETWORK, _HIERARCHY, _METRIC, _ASKED = "network", "hierarchy", "metric", "asked"


def save_job(job: Job, folder: Path) -> str:
    """Write a job into a folder.

    Parameters
    ----------
    job
        What is asked.
    folder
        Made when it is not there; it should be empty.

    Returns
    -------
    key
        Hash of everything that decides what comes out: data, question, block size, our own code.

    Raises
    ------
    StorageError
        If something else stands there.
    OSError
        If it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = _without_path(job)
    save_network(network, folder / _NETWORK)
    graph = job.network.searched.graph
    if sweeps_pay(graph, job.origin_count, is_bounded=False):
        metric = metric_of(graph)
        save_hierarchy(metric.hierarchy, folder / _HIERARCHY)
        save_metric(metric, folder / _METRIC)
    write_folder(folder / _ASKED, KIND, {"code": job_fingerprint()}, lambda at: _fill(job, at))
    return key_of(folder)


def open_job(folder: Path, *, verify: bool = True) -> Job:
    """Map a job into memory.

    Parameters
    ----------
    folder
        Written by `save_job`.
    verify
        Compare checksums and ranges first; False trusts the disk.

    Returns
    -------
    job
        Its network's metric is mapped too, where it has one.

    Raises
    ------
    StorageError
        If anything is missing or damaged, or another version wrote it.
    """
    manifest = open_folder(folder / _ASKED, KIND, verify=verify)
    if manifest.get("code") != job_fingerprint():
        msg = (
            f"{folder} was written by another version of artois-mobility (it says "
            f"{manifest.get('library')}). Use the same one on every machine, or start anew."
        )
        raise StorageError(msg)
    network = open_network(folder / _NETWORK, verify=verify)
    graph = network.searched.graph
    if (folder / _METRIC).is_dir():
        hierarchy = open_hierarchy(folder / _HIERARCHY, graph, verify=verify)
        adopt_metric(graph, open_metric(folder / _METRIC, hierarchy, verify=verify))
    asked: dict[str, Any] = read_record(folder / _ASKED, _CLASSES)
    tables = {name: _read_table(folder / _ASKED / f"table-{name}.parquet") for name in asked["of"]}
    return Job(
        asked["task"],
        network,
        tables,
        asked["attachments"],
        json.loads(asked["parameters"]),
        asked["origin_count"],
        asked["block_size"],
        asked["block_bytes"],
        asked["constants"],
    )


def key_of(folder: Path) -> str:
    """Hash the manifests of a job, which hold the checksums of everything in it.

    Parameters
    ----------
    folder
        Written by `save_job`.

    Returns
    -------
    key
        Hexadecimal; `""` where the folder holds no whole job.
    """
    digest = hashlib.sha256()
    for part in (_NETWORK, _HIERARCHY, _METRIC, _ASKED):
        manifest = folder / part / MANIFEST
        if manifest.is_file():
            digest.update(f"{part} {hash_file(manifest)}".encode())
    return digest.hexdigest() if (folder / _ASKED / MANIFEST).is_file() else ""


@cache
def job_fingerprint() -> str:
    """Hash the code that decides what comes out of a job.

    Returns
    -------
    sha256
        Hexadecimal; machines that work together must have the same.
    """
    digest = hashlib.sha256(code_fingerprint().encode())
    digest.update(f"pyarrow {pa.__version__} pandas {pd.__version__}".encode())
    root = resources.files(__package__.rpartition(".")[0])
    for floor in FLOORS:
        for file in sorted((root / floor).iterdir(), key=lambda each: each.name):
            if file.is_file() and file.name.endswith((".py", ".toml")):
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _without_path(job: Job) -> Any:  # noqa: ANN401  a network
    """Give the network whose file has no folder: where it lay decides nothing."""
    source = job.network.provenance
    return replace(
        job.network, provenance=replace(source, extract_path=Path(source.extract_path).name)
    )


def _fill(job: Job, place: Path) -> None:
    asked = {
        "task": job.task,
        "of": list(job.tables),
        "attachments": dict(job.attachments),
        "parameters": json.dumps(dict(job.parameters), sort_keys=True),
        "origin_count": job.origin_count,
        "block_size": job.block_size,
        "block_bytes": job.block_bytes,
        "constants": dict(job.constants),
    }
    write_record(asked, place, _CLASSES)
    for name, table in job.tables.items():
        table.to_parquet(place / f"table-{name}.parquet", index=False)


def _read_table(path: Path) -> pd.DataFrame:
    try:
        if b"geo" in (parquet.read_schema(path).metadata or {}):
            import geopandas as gpd

            layer: pd.DataFrame = gpd.read_parquet(path)
            return layer
        return pd.read_parquet(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        msg = f"{path} is missing or damaged: {error}. Start anew in another folder."
        raise StorageError(msg) from error
