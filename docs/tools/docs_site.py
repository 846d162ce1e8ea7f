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
        "network.profiles.Profile",
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
        "study.files.Study",
        "study.results.Comparison",
        "study.results.ScenarioResult",
        "why.attributing.Attribution",
        "why.explaining_changes.ChangeExplanation",
        "why.optimising.Optimum",
    ),
}


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


def format_formula(source: str, *others: object, **options: object) -> str:
    """Turn a block of LaTeX into MathML, which browsers draw without any script."""
    del others, options
    return f'<div class="formula">{latex2mathml.converter.convert(source, display="block")}</div>'
