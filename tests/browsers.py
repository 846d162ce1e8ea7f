"""A real browser without a network: opens a report from a file, and notes every fault."""

import base64
import io
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ALLOWED = ("file:", "data:", "blob:")
# The levels of WCAG 2.1 that public bodies must keep, and what axe-core counts as good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@dataclass
class Opened:
    """A page and what went wrong on it: faults in scripts, messages, requests, dialogs."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def has(self, text: str) -> bool:
        return text in self.page.inner_text("body")

    def choose(self, **choices: str | int) -> None:
        for name, value in choices.items():
            self.page.select_option(f"#choose-{name}", str(value))

    def picture(self) -> bytes:
        """What the map shows, point by point."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return self.page.evaluate("document.querySelector('.ink').toDataURL()").encode()

    def colours(self) -> dict[str, int]:
        """How many points of the map have each colour."""
        picture = base64.b64decode(self.picture().partition(b",")[2])
        with Image.open(io.BytesIO(picture)) as image:
            points = np.asarray(image.convert("RGB")).reshape(-1, 3) @ np.array([65536, 256, 1])
        colours, counts = np.unique(points, return_counts=True)
        return {f"#{c:06x}": int(n) for c, n in zip(colours, counts, strict=True)}

    def focused(self) -> str:
        """What the keyboard is on: its name, else its id, else its text."""
        return self.page.evaluate(
            """() => {
                 const on = document.activeElement;
                 return on.id || on.getAttribute("aria-label") || on.textContent.trim();
            }"""
        )

    def rows(self, table: str) -> list[list[str]]:
        return self.page.evaluate(
            """(table) => [...document.querySelectorAll(`${table} tbody tr`)].map(
                 (row) => [...row.cells].map((cell) => cell.textContent))""",
            table,
        )

    def find_barriers(self, part: str = "html") -> list[str]:
        """What keeps people from using a part of the page, by axe-core."""
        options: dict[str, Any] = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = Axe().run(self.page, part, options).response["violations"]
        return [
            f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]


def find_chromium() -> str:
    """Chromium's path; tests need it, and `make browser` installs it."""
    paths = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in NAMES)]
    path = next((path for path in paths if path), None)
    assert path, "No Chromium is here: run `make browser`, or set CHROMIUM to its path."
    return path


@contextmanager
def browse():
    """Start the browser, without its own calls to anywhere."""
    options = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=find_chromium(), args=options)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, height: int = 900, **options: Any):
    """Open a file with the network cut; leaving the block fails where anything went wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        offline=True,
        reduced_motion="reduce",
        **options,
    )
    own = Opened(context.new_page())
    own.page.on("console", lambda said: own.faults.append(f"console {said.type}: {said.text}"))
    own.page.on("pageerror", lambda error: own.faults.append(f"error: {error}"))
    own.page.on("dialog", lambda dialog: (own.faults.append("dialog"), dialog.dismiss()))
    own.page.on(
        "request",
        lambda asked: asked.url.startswith(ALLOWED) or own.faults.append(f"asked {asked.url}"),
    )
    own.page.goto(path.as_uri())
    yield own
    context.close()
    assert own.faults == []
