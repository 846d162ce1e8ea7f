"""What the documentation site is made of besides its pages."""

import importlib.util
import re
import tomllib
from types import SimpleNamespace

import pytest

import artois_mobility as am
from conftest import REPOSITORY

pytest.importorskip("mkdocs", reason="the tools of the site are those of the extra `docs`")


@pytest.fixture(scope="module")
def site():
    spec = importlib.util.spec_from_file_location(
        "docs_site", REPOSITORY / "docs" / "tools" / "docs_site.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_has_every_public_name_once(site):
    listed = re.findall(
        r"^::: artois_mobility\.[\w.]+\.(\w+)$", "\n".join(site.pages_of_reference().values()), re.M
    )
    results = {path.rpartition(".")[2] for paths in site.RESULTS.values() for path in paths}
    listed = [name for name in listed if name not in results]
    assert sorted(listed) == sorted(site.public_names())
    told_elsewhere = {"UNREACHED_MS", "ArtoisMobilityError", "InputError", "__version__"}
    assert set(am.__all__) == set(listed) | told_elsewhere


def test_formulas_need_no_script(site):
    drawn = site.format_formula(r"A_i = \sum_j o_j \, f(t_{ij})")
    assert "<math" in drawn
    assert "<script" not in drawn


def test_every_formula_of_the_pages_is_understood(site):
    pages = (REPOSITORY / "docs").rglob("*.md")
    blocks = [
        block
        for page in pages
        for block in re.findall(r"```math\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    ]
    assert len(blocks) >= 6
    for block in blocks:
        drawn = site.format_formula(block)
        assert "\\" not in re.sub(r"<[^>]*>", "", drawn), drawn


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[scenarios/a.toml](../scenarios/a.toml)", "scenarios/a.toml"),
        ("[The engine](../engine.md)", "[The engine](../engine.md)"),
        ("![A map](../images/a.png)", "![A map](../images/a.png)"),
        ("[README](../README.md)", "README"),
    ],
)
def test_links_out_of_the_site_become_text(site, text, shown):
    assert site.on_page_markdown(text) == shown


def test_every_page_stands_in_the_navigation():
    navigation = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    listed = set(re.findall(r"([\w/-]+\.md)", navigation))
    pages = {str(p.relative_to(REPOSITORY / "docs")) for p in (REPOSITORY / "docs").rglob("*.md")}
    notebooks = {f"notebooks/{p.stem}.md" for p in (REPOSITORY / "docs/notebooks").glob("*.ipynb")}
    assert pages | notebooks <= listed


def test_the_tools_of_the_site_are_installed_for_tests():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert "artois-mobility[docs]" in project["optional-dependencies"]["dev"]


def test_each_page_leads_to_the_same_subject_in_the_other_language(site):
    pages = {
        str(p.relative_to(REPOSITORY / "docs"))[:-3] for p in (REPOSITORY / "docs").rglob("*.md")
    }
    assert set(site.FRENCH_OF_PAGE) | set(site.FRENCH_OF_PAGE.values()) <= pages
    for name, links in (
        ("files", ("fr/fichiers", "files")),
        ("fr/fichiers", ("fr/fichiers", "files")),
        ("freight", ("fr/voies-d-eau", "freight")),
        ("fr/voies-d-eau", ("fr/voies-d-eau", "waterways")),
        ("fr/galerie", ("index", "english")),
    ):
        config = SimpleNamespace(extra={"alternate": [{"lang": "fr"}, {"lang": "en"}]})
        page = SimpleNamespace(file=SimpleNamespace(src_uri=f"{name}.md"))
        site.on_page_context({}, page=page, config=config)
        assert tuple(each["link"] for each in config.extra["alternate"]) == tuple(
            f"{link}.html" for link in links
        )


def test_the_search_works_from_a_disk_and_fetches_nothing():
    text = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    (shim,) = re.findall(r"polyfills: \[(\S*iframe-worker\S*)\]", text)
    assert "\n  - offline" in text
    assert "Permission is hereby granted" in (REPOSITORY / "docs/tools/theme" / shim).read_text()


def test_guillemets_and_high_signs_stay_beside_their_words(site):
    shown = site.tie_signs("<p>rue « plus urbaine » : <code>a : b</code> ?</p><pre>x ; y</pre>")
    assert shown == (
        "<p>rue «\u00a0plus urbaine\u00a0»\u00a0: <code>a : b</code>\u00a0?</p><pre>x ; y</pre>"
    )
