"""What the program says in English: every text of the source that somebody may read in a terminal.

Texts are found in the syntax tree, not listed: whoever writes a new message is held to give its
French, too. A text is a template; what is filled in is numbered in the order in which it stands.
"""

import ast
import re
from pathlib import Path

import artois_mobility

PACKAGE = Path(artois_mobility.__file__).parent

# Not said by a command: both languages side by side, SQL, names of fonts, types, layers.
OTHER_TEXTS = {
    "_ATTRIBUTION",
    "_QUERY",
    "_WORDS",
    "_WRITING",
    "CAVEAT",
    "COLUMN_TABLE",
    "FONT",
    "HELP",
    "NAMES",
    "READ",
    "SCHEMATIC_GENERATOR",
    "STYLE_TABLE",
    "TYPE_OF_KIND",
    "WORDS",
}
OTHER_CALLS = re.compile(
    r"execute|executemany|SQL|cast|debug|info|warning|compile|Formatter|encode|legend|copy"
    r"|header\.set|MultiDiGraph|Option|Argument|_command|command|Steps|TypeVar|Notice"
)
OTHER_PLACES = re.compile(
    r"report/(layers|looks|qml|sld|style_rows|qgis_project|page|web/assets|drawing|geopackage"
    r"|postgis_styles)\.py|access/(edges|catchments|decays)\.py"
    r"|network/(examples|fairways|lockage)\.py"
    r"|drawing\.py|quality/tagging\.py|scenarios/(cutouts)\.py|cli/study_writing\.py"
)
# SQL, what a reader writes into a file as it stands, and names.
CODE = re.compile(
    r"SELECT .*|.*\{ file = \"plan\.gpkg\".*\}|name = \"Passerelle.*"
    r"|(\{0\}, )?artois-mobility \{\d\}| and no ",
)
PLACE_BY_NAME = re.compile(r"\{[a-z_]+(?::[^{}]*)?\}")


def template_of(node):
    """Give the text of a node with its places numbered; None where it is no text."""
    parts = []
    count = 0

    def collect(node):
        nonlocal count
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            for value in node.values:
                collect(value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            collect(node.left)
            collect(node.right)
        else:
            parts.append(f"{{{count}}}")
            count += 1

    collect(node)
    text = "".join(parts)
    if count == 0:
        numbers = iter(range(100))
        text = PLACE_BY_NAME.sub(lambda _: f"{{{next(numbers)}}}", text)
    return text


def is_text(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def says_something(text):
    """Tell whether a text has words: two at least, with a space between."""
    own = re.sub(r"\{\d+\}", "\0", text)
    words = re.findall(r"[A-Za-z]{2,}", own)
    return (
        len(words) >= 2 and re.search(r"[A-Za-z,;:.)\]\0] +[A-Za-z\0\[(]", own.strip()) is not None
    )


def without_typing(tree):
    """Blank whatever is a type: annotations may be texts, too."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if isinstance(getattr(node, name, None), ast.AST):
                setattr(node, name, ast.Constant(None))
        if isinstance(node, ast.Subscript):
            node.slice = ast.Constant(None) if is_typing(node.value) else node.slice
    return tree


def is_typing(node):
    return ast.unparse(node).rpartition(".")[2] in {"Literal", "Annotated", "NDArray", "Mapping"}


def texts_of(path):
    """Give every template of a module, with the line on which it stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    aliases = {
        id(node)
        for statement in ast.walk(tree)
        if isinstance(statement, ast.AnnAssign)
        and ast.unparse(statement.annotation).endswith("TypeAlias")
        for node in ast.walk(statement)
    }
    tree = without_typing(tree)
    yield from _texts_in(tree, docstrings | aliases, str(path.relative_to(PACKAGE)), "", "")


def _texts_in(node, passed_over, place, target, calls):
    for child in ast.iter_child_nodes(node):
        if id(child) in passed_over:
            continue
        about = _stands_in(child, target, calls)
        if not is_text(child):
            yield from _texts_in(child, passed_over, place, *about)
            continue
        text = template_of(child)
        if says_something(text) and is_spoken(place, *about, text):
            yield child.lineno, text
        # what is filled in may hold words of its own
        for each in ast.walk(child):
            if isinstance(each, ast.FormattedValue):
                yield from _texts_in(each, passed_over, place, *about)


def _stands_in(node, target, calls):
    """Give the name that a node is given to, and what is called with it."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]), calls
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target), calls
    if isinstance(node, ast.stmt):
        return "", ""
    if isinstance(node, ast.Call):
        return target, f"{calls} {ast.unparse(node.func)}"
    return target, calls


def is_spoken(place, target, calls, text):
    if target in OTHER_TEXTS or text.startswith("<") or CODE.fullmatch(text):
        return False
    if OTHER_CALLS.search(calls):
        return False
    return target == "msg" or not OTHER_PLACES.fullmatch(place)


def spoken_texts():
    """Give every template with the places where it stands."""
    places_of = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for line, text in texts_of(path):
            places_of.setdefault(text, []).append(f"{path.relative_to(PACKAGE)}:{line}")
    return places_of
