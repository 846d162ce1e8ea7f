"""Time opening the report's page in a real browser, and every choice on its map.

    make demo
    python benchmarks/report_page.py out/report.html --output benchmarks/results/report_page.txt

The page is opened from its file with the network cut, also on a processor slowed down four times,
as an old office computer has it. No time is told unless the page says what it must.
"""

import argparse
import platform
import re
import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

RUNS = 5
SLOWER = (1, 4)
READY = "#communes tbody tr"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    text = "\n".join(measure(options.page.resolve()))
    print(text)
    if options.output:
        options.output.write_text(f"{text}\n", encoding="utf-8")


def measure(path: Path) -> list[str]:
    """Open the page again and again."""
    with sync_playwright() as tools:
        place = shutil.which("chromium") or shutil.which("google-chrome")
        browser = tools.chromium.launch(executable_path=place, args=["--no-sandbox"])
        lines = [
            f"{platform.machine()}, Python {platform.python_version()}, Chromium {browser.version}",
            f"{path.name}: {path.stat().st_size:,} bytes; median (and longest) of {RUNS} visits",
            "",
            f"{'processor':<22}{'open, map drawn':>20}{'another choice':>20}",
        ]
        for slower in SLOWER:
            visits = [visit(browser, path, slower) for _ in range(RUNS)]
            cells = (tell([each[part] for each in visits]) for part in range(2))
            name = "as it is" if slower == 1 else f"{slower} times slower"
            lines.append(f"{name:<22}" + "".join(f"{cell:>20}" for cell in cells))
        browser.close()
    return lines


def tell(seconds: list[float]) -> str:
    """Write the median and the longest."""
    return f"{statistics.median(seconds):.2f} ({max(seconds):.2f}) s"


def visit(browser: Browser, path: Path, slower: int) -> tuple[float, float]:
    """Time opening the page, and on average each way of showing every scenario."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    start = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_selector(READY, state="attached")
    opened = time.perf_counter() - start
    choices = choose_all(page)
    context.close()
    return opened, choices


def choose_all(page: Page) -> float:
    """Choose everything once; give the seconds that a choice takes, and check what is said."""
    found = page.evaluate(
        """() => {
             const [scenario, show] = ["scenario", "show"].map(
               (name) => document.getElementById(`choose-${name}`));
             const said = [];
             const start = performance.now();
             for (let row = 0; row < scenario.options.length; row += 1) {
               scenario.value = row;
               scenario.dispatchEvent(new Event("change"));
               for (const { value } of [...show.options]) {
                 show.value = value;
                 show.dispatchEvent(new Event("change"));
                 said.push(document.getElementById("finding").textContent);
               }
             }
             return { said, seconds: (performance.now() - start) / 1000 };
        }"""
    )
    texts = set(found["said"])
    if len(texts) < 2 or not all(re.search(r"\w+.*\.$", text) for text in texts):
        sys.exit(f"The page does not say what it must: {sorted(texts)[:3]}")
    return found["seconds"] / len(found["said"])


if __name__ == "__main__":
    main()
