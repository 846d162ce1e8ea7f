"""What one combination of tags means for one profile."""

from dataclasses import dataclass
from typing import Final

from .speeds import Setting

FERRY: Final = "ferry"


@dataclass(frozen=True, slots=True)
class WayRule:
    """What the tags of a way mean for a profile.

    Attributes
    ----------
    kind
        Class of the way, for instance `primary`, `canal` or `ferry`.
    forward_kmh, backward_kmh
        Speed (rural, urban) along the way as drawn and against it; (0, 0) where closed.
    setting
        Town or country where the tags tell.
    whole_way_ms
        Time for the whole way, shared among its stretches by length, on top of their own; 0 for
        none. A ferry with a duration has this only, and infinite speed.
    may_attach
        Whether places may attach to it.
    is_lock
        True for a lock's chamber.
    is_limited
        True where only those may go whose trip begins or ends there.
    is_roundabout
        True where traffic goes round.
    notes
        What was assumed, imputed or found faulty.
    """

    kind: str
    forward_kmh: tuple[float, float] = (0.0, 0.0)
    backward_kmh: tuple[float, float] = (0.0, 0.0)
    setting: Setting = ""
    whole_way_ms: int = 0
    may_attach: bool = True
    is_lock: bool = False
    is_limited: bool = False
    is_roundabout: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """True where at least one direction may be used."""
        return self.forward_kmh[0] > 0 or self.backward_kmh[0] > 0
