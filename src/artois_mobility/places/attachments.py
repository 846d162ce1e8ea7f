"""Where places hang on a network: inside arcs, with the walk there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._types import ArcIds, Floats, Milliseconds, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Attachments:
    """Places attached to the inside of arcs: p places, t attachments.

    A place has one attachment, or one to each street of the junction that is nearest to it; a
    scenario's new link may add more, and the shortest counts.
    `arc` is always the smaller id of two twins, so two places on one street share it.

    Attributes
    ----------
    place
        Row of the place, ascending, shape (t,).
    arc
        Arc the place is attached to, shape (t,).
    position_ms
        Time from the arc's tail to the place, driving `arc`, shape (t,); at most `weight_ms`
        of the network that the attachment was made on.
    twin_position_ms
        Time from the twin's tail, driving the twin, shape (t,); `UNREACHED_MS` on a one-way arc.
    position_m
        Metres along `arc` from its tail, shape (t,).
    offroad_m
        Metres from the place to the arc as the crow flies, shape (t,).
    offroad_ms
        The walk there, shape (t,).
    reason_of_place
        `""` for an attached place, else why it is not attached, shape (p,).
    """

    place: Rows
    arc: ArcIds
    position_ms: Milliseconds
    twin_position_ms: Milliseconds
    position_m: Floats
    offroad_m: Floats
    offroad_ms: Milliseconds
    reason_of_place: npt.NDArray[np.object_]

    def __post_init__(self) -> None:
        """Freeze the columns."""
        for name in (
            "place",
            "arc",
            "position_ms",
            "twin_position_ms",
            "position_m",
            "offroad_m",
            "offroad_ms",
            "reason_of_place",
        ):
            getattr(self, name).setflags(write=False)

    @property
    def place_count(self) -> int:
        """Number of places, attached or not."""
        return self.reason_of_place.size

    def take(self, rows: range) -> "Attachments":
        """Keep the attachments of some consecutive places.

        Parameters
        ----------
        rows
            Rows of the places.

        Returns
        -------
        attachments
            Of these alone, numbered from 0 on.
        """
        mine = slice(*np.searchsorted(self.place, [rows.start, rows.stop]).tolist())
        return Attachments(
            (self.place[mine] - rows.start).astype(np.int32),
            self.arc[mine],
            self.position_ms[mine],
            self.twin_position_ms[mine],
            self.position_m[mine],
            self.offroad_m[mine],
            self.offroad_ms[mine],
            self.reason_of_place[rows.start : rows.stop],
        )

    def pick(self, rows: Rows) -> "Attachments":
        """Keep the attachments of some places.

        Parameters
        ----------
        rows
            Rows of the places, ascending.

        Returns
        -------
        attachments
            Of these alone, numbered from 0 on.
        """
        mine = np.flatnonzero(np.isin(self.place, rows))
        return Attachments(
            np.searchsorted(rows, self.place[mine]).astype(np.int32),
            self.arc[mine],
            self.position_ms[mine],
            self.twin_position_ms[mine],
            self.position_m[mine],
            self.offroad_m[mine],
            self.offroad_ms[mine],
            self.reason_of_place[rows],
        )
