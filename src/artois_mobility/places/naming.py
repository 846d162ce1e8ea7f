"""What places are called in tables of answers."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from .starts import Places


def names_of(places: Places) -> npt.NDArray[np.object_]:
    """Name places by their `cell`, `site` or `quay` column, else by their position.

    Parameters
    ----------
    places
        Residents, sites, any table of points, or pairs of longitude and latitude, p places.

    Returns
    -------
    names
        Texts, shape (p,).

    Examples
    --------
    >>> names_of([(2.83, 50.42), (2.84, 50.42)]).tolist()
    ['0', '1']
    """
    for column in ("cell", "site", "quay"):
        if isinstance(places, pd.DataFrame) and column in places:
            return places[column].astype(str).to_numpy(object)
    return np.array([str(row) for row in range(len(places))], object)
