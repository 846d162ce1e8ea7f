"""How far work is: in a notebook, and where nobody looks."""

import sys
import types

import pytest

import artois_mobility as am
from artois_mobility import progress


@pytest.fixture
def notebook(monkeypatch):
    """What a notebook shows, page after page; the last one is what it stores."""
    pages = []
    handle = types.SimpleNamespace(update=lambda page, raw: pages.append(page))

    def display(page, *, raw, display_id):
        assert raw
        assert display_id
        pages.append(page)
        return handle

    shell = types.SimpleNamespace(kernel=None)
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    shown = types.ModuleType("IPython.display")
    shown.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    monkeypatch.setattr(progress, "REDRAW_S", 0.0)
    return pages


def test_a_notebook_shows_bars_and_stores_none(notebook):
    with am.show_progress() as tell:
        tell("maps <b>", 1, 4)
        assert "<progress max='4' value='1'>" in notebook[-1]["text/html"]
        assert "maps &lt;b&gt; 1/4" in notebook[-1]["text/html"]
        tell("tables", 0, 0)
        assert "tables 0/?" in notebook[-1]["text/html"]
        tell("maps <b>", 4, 4)
        assert "maps" not in notebook[-1]["text/html"]
    assert notebook[-1] == {"text/html": "", "text/plain": ""}


def test_the_bars_go_when_work_fails(notebook):
    def work():
        with am.show_progress() as tell:
            tell("maps", 1, 4)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert notebook[-1] == {"text/html": "", "text/plain": ""}


def test_ipython_at_a_terminal_is_no_notebook(notebook, monkeypatch):
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", types.SimpleNamespace)
    with am.show_progress() as tell:
        tell("maps", 1, 4)
    assert notebook == []


def test_nothing_is_shown_where_nobody_looks(capsys):
    with am.show_progress() as tell:
        tell("maps", 1, 4)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
