"""The scripts and the style sheet of the page, and what proves to a browser that they are ours."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

# Others' code, built by `make web`.
VENDOR_SCRIPT: Final = "assets/vendor.js"
VENDOR_STYLE: Final = "assets/vendor.css"
# Our own: the parts share one scope, later ones use earlier ones.
PARTS: Final = (
    "words",
    "data",
    "classes",
    "contours",
    "drawing",
    "layers",
    "map",
    "legend",
    "charts",
    "table",
    "controls",
    "sorting",
    "main",
)
STYLE: Final = "explore.css"
LICENCES: Final = "assets/LICENSES.txt"


@dataclass(frozen=True, slots=True)
class Script:
    """One script of the page.

    Attributes
    ----------
    text
        What the browser runs.
    digest
        Its SHA-256 hash, as a content security policy writes it.
    """

    text: str
    digest: str


@cache
def read_scripts() -> tuple[Script, ...]:
    """Read the scripts of the page.

    Returns
    -------
    scripts
        In the order in which they run.

    Examples
    --------
    >>> [script.digest[:7] for script in read_scripts()]
    ['sha256-', 'sha256-']
    """
    own = "\n".join(_read(f"js/{name}.js") for name in PARTS)
    texts = (_read(VENDOR_SCRIPT), f'(() => {{\n"use strict";\n{own}}})();\n')
    return tuple(Script(text, _digest(text)) for text in texts)


def read_licences() -> str:
    """Read the licences of what the page takes from others, which ask to go with every copy.

    Returns
    -------
    text
        As their authors wrote them.

    Examples
    --------
    >>> "leaflet" in read_licences()
    True
    """
    return _read(LICENCES)


def read_style() -> str:
    """Read the style sheet of the interactive part.

    Returns
    -------
    style
        Others' rules, then our own.

    Examples
    --------
    >>> "url(" in read_style()
    False
    """
    return f"{_read(VENDOR_STYLE)}{_read(STYLE)}"


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
