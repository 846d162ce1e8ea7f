"""Build the schematic territory: artois-schematic.osm.pbf and artois-residents.csv.

Run it from anywhere: `python data/osm/build_territory.py [FOLDER]`. The same tables and the same
seed give the same bytes. Everything between the facts is made up: never quote a number from it.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from territory.making import build  # noqa: E402

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for line in build(HERE / "facts", folder):
        print(line)
