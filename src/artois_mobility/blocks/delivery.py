"""Brings a job to the workers of a Dask cluster; needs the extra `distributed`."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from distributed import WorkerPlugin

from .job_folders import key_of
from .workers import lock, opened_jobs, received_jobs


class Delivery(WorkerPlugin):
    """Brings a job to every worker that does not see it, once, those that join later too.

    A plugin of Dask's workers: `setup` runs on each of them.

    Parameters
    ----------
    name
        What Dask knows it by.
    folder
        Where the job lies for who started it.
    key
        Of the job.
    files
        Its files by their place in the folder; none where every worker sees it.
    """

    def __init__(self, name: str, folder: str, key: str, files: dict[str, bytes]) -> None:
        self.name, self.folder, self.key, self.files = name, folder, key, files

    def setup(self, worker: Any) -> None:  # noqa: ANN401  Dask's own
        """Unpack the job on a worker that does not see it.

        Parameters
        ----------
        worker
            Dask's.
        """
        if key_of(Path(self.folder)) == self.key:
            return
        place = Path(tempfile.mkdtemp(prefix="artois-", dir=worker.local_directory))
        for name, content in self.files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with lock:
            received_jobs[self.key] = place

    def teardown(self, worker: Any) -> None:  # noqa: ANN401  Dask's own
        """Remove what was unpacked.

        Parameters
        ----------
        worker
            Dask's.
        """
        del worker
        with lock:
            opened_jobs.pop(self.key, None)
            place = received_jobs.pop(self.key, None)
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)
