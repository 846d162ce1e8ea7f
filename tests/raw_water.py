"""Waterways and locks read straight from the file, by rules written here a second time.

A second reading of what a boat may do, after the wiki's pages and the resolution on classes: it
shares no code with the library.
"""

import math
from itertools import pairwise

import osmium

WATER = {"canal", "river", "fairway"}
SHUT = {"no", "private", "military", "forestry", "agricultural", "delivery"}
# Length, beam, draught, air draught of the standard vessels, ECMT resolution 92/2.
CLASSES = {
    "I": (38.5, 5.05, 1.8, 3.7), "II": (55, 6.6, 2.5, 3.7), "III": (80, 8.2, 2.5, 4.7),
    "IV": (85, 9.5, 2.5, 4.5), "Va": (110, 11.4, 2.5, 4.95), "Vb": (185, 11.4, 2.5, 4.95),
    "VIa": (110, 22.8, 2.5, 7.0), "VIb": (195, 22.8, 2.5, 7.0), "VIc": (280, 22.8, 2.5, 9.1),
    "VII": (285, 34.2, 2.5, 9.1),
}  # fmt: skip
TAGS_OF = (("maxlength",), ("maxwidth",), ("maxdraught", "maxdraft"), ("maxheight",))


class RawWater:
    """Ways and gates of a file: tags, nodes, positions."""

    def __init__(self, path, drop=()):
        self.ways, self.gates, self.at = {}, set(), {}
        for thing in osmium.FileProcessor(str(path)):
            tags = {tag.k: tag.v for tag in thing.tags if tag.k not in drop}
            if thing.is_node():
                self.at[thing.id] = (thing.location.lon, thing.location.lat)
                if tags.get("waterway") == "lock_gate" or tags.get("lock") == "yes":
                    self.gates.add(thing.id)
            elif thing.is_way() and tags.get("waterway") in WATER:
                self.ways[thing.id] = (tags, [node.ref for node in thing.nodes])

    def metres(self, one, other):
        (x, y), (u, v) = self.at[one], self.at[other]
        east = (u - x) * 111_320 * math.cos(math.radians((y + v) / 2))
        return math.hypot(east, (v - y) * 111_200)

    def locks(self, is_open):
        """List the locks on ways that are open: kind and middle, each once."""
        used = {way: own for way, own in self.ways.items() if is_open(own[0])}
        chambers = {way for way, (tags, _) in used.items() if tags.get("lock") == "yes"}
        on_chambers = {
            node
            for tags, nodes in self.ways.values()
            for node in nodes
            if tags.get("lock") == "yes"
        }
        found = [("chamber", self._middle(group)) for group in self._groups(used, chambers)]
        done = set(on_chambers)
        pairs = []
        for way in sorted(used):
            nodes = [node for node in used[way][1] if node in self.at]
            reached = [0.0]
            for one, other in pairwise(nodes):
                reached.append(reached[-1] + self.metres(one, other))
            own = [row for row, node in enumerate(nodes)
                   if node in self.gates and node not in on_chambers]  # fmt: skip
            for first, second in pairwise(own):
                ends = {nodes[first], nodes[second]}
                if not ends & done and reached[second] - reached[first] <= 200:
                    pairs.append(("gates", self._middle([nodes[first], nodes[second]])))
                    done |= ends
        singles = {
            node for _, nodes in used.values() for node in nodes if node in self.gates - done
        }
        return found + pairs + [("point", self.at[node]) for node in sorted(singles)]

    def _groups(self, used, chambers):
        """Join chambers end to end where no gate and no third way is between them."""
        visits = {}
        for _, nodes in used.values():
            for node in nodes:
                visits[node] = visits.get(node, 0) + 1
        groups = [[way] for way in sorted(chambers)]
        for one in sorted(chambers):
            for other in sorted(chambers):
                ends = {used[one][1][0], used[one][1][-1]} & {used[other][1][0], used[other][1][-1]}
                if one < other and any(n not in self.gates and visits[n] == 2 for n in ends):
                    first = next(group for group in groups if one in group)
                    second = next(group for group in groups if other in group)
                    if first is not second:
                        first += second
                        groups.remove(second)
        return [[node for way in group for node in used[way][1] if node in self.at]
                for group in groups]  # fmt: skip

    def _middle(self, nodes):
        lon, lat = zip(*(self.at[node] for node in nodes), strict=True)
        return sum(lon) / len(lon), sum(lat) / len(lat)


def is_open(tags, keys=("access", "boat", "motorboat"), *, is_freight=False):
    """Tell whether a kind of boat may go on a waterway at all."""
    if tags.get("waterway") not in WATER or tags.get("tunnel") == "culvert":
        return False
    if any(tags.get(key) == "yes" for key in ("disused", "abandoned", "intermittent")):
        return False
    gauge = class_of(tags)
    told = next((tags[key] for key in reversed(keys) if key in tags), None)
    if is_freight and "ship" not in tags and gauge in ("", "0"):
        return tags.get("usage") == "transportation" and told not in SHUT
    if told is not None:
        return told not in SHUT
    if tags["waterway"] == "river":
        return bool(gauge) or tags.get("usage") == "transportation"
    return True


def class_of(tags):
    told = tags.get("CEMT", tags.get("cemt", ""))
    return {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "Va", "V": "Va", "VI": "VIa"}.get(
        told, told
    )


def fits(tags, vessel_m, units=1):
    """Tell whether a vessel is within what tags or the class tell; locks take it in parts."""
    granted = CLASSES.get(class_of(tags), (math.inf,) * 4)
    for (keys, standard), own in zip(zip(TAGS_OF, granted, strict=True), vessel_m, strict=True):
        told = [float(tags[key]) for key in keys if tags.get(key, "").replace(".", "").isdigit()]
        most = min(told) if told else standard
        is_parted = tags.get("lock") == "yes" and keys == ("maxlength",)
        if own / (units if is_parted else 1) > most + 1e-6:
            return False
    return True
