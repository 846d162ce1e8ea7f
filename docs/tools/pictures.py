"""Draw the pictures of the README and of the gallery, on the embedded territory: `make pictures`."""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

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
# The report's page is taken as the tests see it, in few colours so that it stays light.
PAGE = "rapport"
COLOURS = 96

sys.path.insert(0, str(ROOT / "tests"))


def main() -> None:
    """Compare the scenarios; keep the maps, and what the page shows of the first of them."""
    study = am.read_study(ROOT / "scenarios" / "artois.toml")
    files = [ROOT / "scenarios" / f"{key}.toml" for key in SCENARIOS]
    with am.show_progress() as progress, tempfile.TemporaryDirectory() as folder:
        result = am.compare(study, files, progress=progress)
        page = am.write_report(result, folder, progress=progress)[0]
        for picture, name in MAP_OF_PICTURE.items():
            shutil.copy(Path(folder) / "maps" / f"{name}.png", IMAGES / f"{picture}.png")
        take_page(page, IMAGES / f"{PAGE}.png")


def take_page(page: Path, picture: Path) -> None:
    """Take a picture of the page's map and charts."""
    from browsers import browse, opened

    with browse() as browser, opened(browser, page, width=1080, height=1000) as seen:
        seen.choose(scenario=1)
        box = seen.page.locator("#explore").bounding_box()
        clip = {"x": 0, "y": box["y"] + 20, "width": 1080, "height": 910}
        seen.page.screenshot(path=picture, full_page=True, clip=clip)
    with Image.open(picture) as image:
        image.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main()
