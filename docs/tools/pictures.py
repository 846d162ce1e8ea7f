"""Draw the pictures of the README and of the gallery: maps of the embedded territory."""

import shutil
import tempfile
from pathlib import Path

import artois_mobility as am

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
SCENARIOS = ("passerelle-deule", "msp-bruaysis", "nouvel-hopital-lens", "seine-nord")
# What a picture is called here, and what the report calls the map.
MAP_OF_PICTURE = {
    "aujourdhui-hopital": "today-car-care-hospital",
    "passerelle": "passerelle-deule-walk-culture-library",
    "maison-de-sante": "msp-bruaysis-car-care-maison-de-sante",
    "nouvel-hopital": "nouvel-hopital-lens-car-care-hospital",
    "voies-d-eau": "water-seine-nord",
}


def main() -> None:
    """Compare the scenarios and keep the maps."""
    study = am.read_study(ROOT / "scenarios" / "artois.toml")
    files = [ROOT / "scenarios" / f"{key}.toml" for key in SCENARIOS]
    with am.show_progress() as progress, tempfile.TemporaryDirectory() as folder:
        result = am.compare(study, files, progress=progress)
        am.write_report(result, folder, progress=progress)
        for picture, name in MAP_OF_PICTURE.items():
            shutil.copy(Path(folder) / "maps" / f"{name}.png", IMAGES / f"{picture}.png")


if __name__ == "__main__":
    main()
