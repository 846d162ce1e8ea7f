"""What the documentation site is made of besides its pages: notebooks, the reference, formulas.

MkDocs calls the functions named `on_...`; `mkdocs.yml` names this file.
"""

import ast
import re
from pathlib import Path

import latex2mathml.converter
import nbconvert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "artois_mobility"
# A link to a file of the repository that is no page: its text stays.
REPOSITORY_LINK = re.compile(
    r"\[([^\]]+)\]\((?:\.\./)+(?!images/|notebooks/|[a-z-]+\.(?:md|png))[^)]*\)"
)
# The reference's pages: title, and the packages whose public names stand on it.
GROUPS = {
    "data": ("Data: extracts, sites, residents, communes", ("osm", "places", "quality")),
    "networks": ("Networks, times, routes", ("graph", "network", "caching", "routing", "transit")),
    "access": ("Access and its indicators", ("access",)),
    "areas": ("Isochrones and surfaces", ("areas",)),
    "planning": ("Crossings, closures, siting", ("links", "siting")),
    "water": ("Water and freight", ("navigation", "waterside", "freight")),
    "blocks": ("Blocks: large work, many machines", ("blocks",)),
    "scenarios": (
        "Studies, scenarios, reports",
        ("changes", "scenarios", "study", "why", "report", "progress"),
    ),
}
# What the functions give back: classes that one holds and never makes.
RESULTS = {
    "data": ("osm.extract.Extract", "quality.checking.Check", "quality.validating.Validation"),
    "networks": (
        "network.profile_keys.Profile",
        "transit.feeds.Feed",
        "transit.model.Transit",
    ),
    "access": (
        "access.catchments.Catchments",
        "access.explaining.Explanation",
        "access.travelling.Journey",
        "access.uncertainty.DrawnTimes",
    ),
    "areas": ("areas.rasters.Raster",),
    "planning": (
        "links.detours.Severance",
        "links.losses.Criticality",
        "links.scoring.RankedLinks",
        "siting.choosing.ChosenSites",
    ),
    "water": ("waterside.along.Towpaths",),
    "blocks": (),
    "scenarios": (
        "errors.ArtoisMobilityError",
        "errors.InputError",
        "study.files.Study",
        "study.results.Comparison",
        "study.results.ScenarioResult",
        "why.attributing.Attribution",
        "why.explaining_changes.ChangeExplanation",
        "why.optimising.Optimum",
    ),
}
# What French does not part from the word beside it: spaces inside guillemets and before these signs.
# Code and tags stay as they are.
UNTOUCHED = re.compile(r"(<(pre|code|math)\b.*?</\2>|<[^>]*>)", re.DOTALL)
INNER_SPACES = ((re.compile(r"« "), "«\u00a0"), (re.compile(r" (?=[»:;!?%€])"), "\u00a0"))
# A page in English, and that of the same subject in French; what has no page leads to the first.
FRENCH_OF_PAGE = {
    "english": "index",
    "command-line": "fr/ligne-de-commande",
    "scenarios": "fr/ecrire-un-scenario",
    "scenario-people": "fr/ecrire-un-scenario",
    "report": "fr/lire-le-rapport",
    "files": "fr/fichiers",
    "why": "fr/choisir-un-indicateur",
    "indicators": "fr/choisir-un-indicateur",
    "crossings": "fr/chercher-des-lieux",
    "siting": "fr/chercher-des-lieux",
    "isochrones": "fr/isochrones",
    "waterways": "fr/voies-d-eau",
    "freight": "fr/voies-d-eau",
    "validation": "fr/validation",
    "engine": "fr/methodes",
    "reliability": "fr/donnees-et-limites",
}
ENGLISH_OF_PAGE = {french: english for english, french in reversed(FRENCH_OF_PAGE.items())}


def public_names() -> dict[str, str]:
    """Give the module of each public name, as the package says it."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_HOME_OF_NAME":
            homes: dict[str, str] = ast.literal_eval(node.value)
            return homes
    raise KeyError("_HOME_OF_NAME")


def pages_of_reference() -> dict[str, str]:
    """Write the page of each group: its public names, then what they give back."""
    homes = public_names()
    pages = {}
    for key, (title, packages) in GROUPS.items():
        names = [name for name, home in homes.items() if home.partition(".")[0] in packages]
        parts = [
            f"::: artois_mobility.{homes[name]}.{name}" for name in sorted(names, key=str.lower)
        ]
        parts += [f"::: artois_mobility.{path}" for path in RESULTS[key]]
        pages[key] = "\n\n".join([f"# {title}", *parts]) + "\n"
    return pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference and of the notebooks."""
    for key, text in pages_of_reference().items():
        files.append(File.generated(config, f"reference/{key}.md", content=text))
    exporter = nbconvert.MarkdownExporter()
    for path in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")):
        text, resources = exporter.from_filename(str(path))
        for name, picture in resources["outputs"].items():
            files.append(File.generated(config, f"notebooks/{path.stem}/{name}", content=picture))
            text = text.replace(f"]({name})", f"]({path.stem}/{name})")
        text = re.sub(r"\(([a-z-]+)\.ipynb\)", r"(\1.md)", text)
        stale = files.get_file_from_path(f"notebooks/{path.name}")
        if stale is not None:
            files.remove(stale)
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=text))
    return files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Draw blocks of formulas as MathML."""
    fence = {"name": "math", "class": "math", "format": format_formula}
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [fence]}
    return config


def on_page_markdown(markdown: str, **others: object) -> str:
    """Take away links to files that are no pages of the site."""
    del others
    return REPOSITORY_LINK.sub(r"\1", markdown)


def on_page_content(html: str, *, page: Page, **others: object) -> str:
    """Keep the signs of French pages beside their words."""
    del others
    name = page.file.src_uri.removesuffix(".md")
    is_french = name == "index" or name.startswith(("fr/", "notebooks/"))
    return tie_signs(html) if is_french else html


def tie_signs(html: str) -> str:
    """Make spaces that no line may break at of those inside guillemets and before high signs."""
    parts = []
    last = 0
    for kept in UNTOUCHED.finditer(html):
        parts += [_tied(html[last : kept.start()]), kept[0]]
        last = kept.end()
    return "".join([*parts, _tied(html[last:])])


def _tied(text: str) -> str:
    for space, tied in INNER_SPACES:
        text = space.sub(tied, text)
    return text


def on_page_context(
    context: dict[str, object], *, page: Page, config: MkDocsConfig, **others: object
) -> dict[str, object]:
    """Let the choice of language lead to the page of the same subject."""
    del others
    name = page.file.src_uri.removesuffix(".md")
    french = name if name in ENGLISH_OF_PAGE else FRENCH_OF_PAGE.get(name, "index")
    links = {"fr": french, "en": ENGLISH_OF_PAGE.get(french, "english")}
    if name in FRENCH_OF_PAGE:
        links["en"] = name
    for each in config.extra["alternate"]:
        each["link"] = f"{links[each['lang']]}.html"
    return context


def format_formula(source: str, *others: object, **options: object) -> str:
    """Turn a block of LaTeX into MathML, which browsers draw without any script."""
    del others, options
    return f'<div class="formula">{latex2mathml.converter.convert(source, display="block")}</div>'
