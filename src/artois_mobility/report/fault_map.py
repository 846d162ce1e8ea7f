"""A map of the faults of an extract: streets in grey, one colour and mark for each kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ..changes.notices import Notice
from ..quality.checking import KINDS, NAME_OF_KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from ..changes.sentences import Language
    from ..osm.extract import Extract

# Okabe and Ito's colours, told apart by the colour-blind; marks tell them apart in grey.
STYLES: Final[Mapping[str, tuple[str, str]]] = dict(
    zip(
        KINDS,
        [
            ("#0072B2", "s"),
            ("#D55E00", "^"),
            ("#CC79A7", "X"),
            ("#56B4E9", "v"),
            ("#E69F00", "D"),
            ("#000000", "P"),
            ("#009E73", "o"),
        ],
        strict=True,
    )
)
PAGE_INCHES: Final = (11.7, 8.3)
DPI: Final = 110
SHOWN: Final = (0.005, 0.995)
MARGIN: Final = 0.04


def draw_faults(
    faults: gpd.GeoDataFrame, extract: Extract, path: Path, language: Language, mention: str
) -> None:
    """Draw where the faults lie.

    Parameters
    ----------
    faults
        What `am.check` found.
    extract
        The data they were found in, for the streets behind them.
    path
        The picture to write.
    language
        Of the legend.
    mention
        The mark of a made-up territory, or `""`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    figure = Figure(figsize=PAGE_INCHES, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    streets = _streets(extract)
    axes.add_collection(LineCollection(streets, colors="#b9b4aa", linewidths=0.4))
    places = faults.geometry[~(faults.geometry.is_empty | faults.geometry.isna())]
    places = places.representative_point()
    for kind, (colour, mark) in STYLES.items():
        mine = places[faults.loc[places.index, "kind"] == kind]
        count = int((faults["kind"] == kind).sum())
        label = f"{NAME_OF_KIND[kind].say(language)} ({count})"
        axes.scatter(mine.x, mine.y, s=26, c=colour, marker=mark, label=label, zorder=3, lw=0)
    if streets:
        # a road or a ferry that runs far out of the extract does not shrink the rest
        (west, south), (east, north) = np.quantile(np.concatenate(streets), SHOWN, axis=0)
        margin = MARGIN * max(east - west, north - south)
        axes.set_xlim(west - margin, east + margin)
        axes.set_ylim(south - margin, north + margin)
        axes.set_aspect(1 / np.cos(np.radians((south + north) / 2)))
    axes.set_axis_off()
    name = Path(extract.source.path).name
    title = Notice("fault_map", {"count": len(faults), "file": name}).say(language)
    axes.set_title("\n".join(filter(None, [title, mention])), loc="left", fontsize=12)
    figure.legend(loc="outside lower left", ncols=2, fontsize=8, frameon=False)
    source = Notice("fault_source", {"date": extract.source.timestamp[:10] or "?"}).say(language)
    figure.text(0.99, 0.01, source, ha="right", va="bottom", fontsize=7)
    figure.savefig(path, dpi=DPI, metadata={"Software": None})


def _streets(extract: Extract) -> list[np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    from ..network.outlines import lines_of_ways

    rows = [row for row, tags in enumerate(extract.ways.tags) if "highway" in tags]
    lines = lines_of_ways(extract, np.array(rows, np.int32))
    return [np.asarray(line.coords) for line in lines]
