"""Commands whose help and whose refusals of wrong options are in the language that is spoken."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from .speech import in_words, language_asked, language_of_command, speaking, spoken_language
from .terminal import put

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What typer raises about options and arguments; it has moved from one of its versions to the next.
_USAGE_ERROR: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_ABORTED: Final = 1
# What typer adds to the help of an option: its default, its bounds, that it is required.
_EXTRA: Final = re.compile(r"(?P<help>.*?)(?P<gap>\s*)\[(?P<extra>[^\[\]]*)\]", re.DOTALL)
_BETWEEN_PARAGRAPHS: Final = re.compile(r"\n[ \t]*\n")
# A name of a value, such as FILE or <int>.
_METAVAR: Final = re.compile(r"<[^>]*>|\b[A-Z]{2,}\b")


class SpokenCommand(TyperCommand):
    """A command that speaks the language asked for, else its study's, else the terminal's."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  as typer has it
        """Run the command."""
        with speaking(language_of_command(ctx.params) or spoken_language()):
            return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the help."""
        super().format_help(ctx, _speak(formatter))

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write how the command is called."""
        super().format_usage(ctx, _speak(formatter))


class SpokenGroup(TyperGroup):
    """The program: it speaks the language asked for, else the terminal's."""

    def main(  # type: ignore[override]  # typer names more of them, and others in each version
        self,
        args: Sequence[str] | None = None,
        *,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Run the command line."""
        words = sys.argv[1:] if args is None else list(args)
        with speaking(language_asked(words)):
            if not standalone_mode:
                return super().main(words, standalone_mode=False, **extra)
            try:
                code = super().main(words, standalone_mode=False, **extra)
            except _USAGE_ERROR as error:
                _refuse(error)
            except typer.Abort:
                put(in_words("Aborted."), err=True)
                sys.exit(_ABORTED)
        sys.exit(code if isinstance(code, int) else 0)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the help."""
        super().format_help(ctx, _speak(formatter))

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write how the program is called."""
        super().format_usage(ctx, _speak(formatter))


class _Spoken:
    """A formatter of help that writes everything in the language that is spoken."""

    def __init__(self, formatter: Any) -> None:  # noqa: ANN401
        self._formatter = formatter

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._formatter, name)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        prefix = in_words(prefix or "Usage:").strip() + " "
        self._formatter.write_usage(prog, _say_metavars(args), prefix)

    def write_heading(self, heading: str) -> None:
        """Write the title of a section."""
        self._formatter.write_heading(in_words(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        paragraphs = _BETWEEN_PARAGRAPHS.split(text)
        self._formatter.write_text("\n\n".join(map(in_words, paragraphs)))

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: int, **kwargs: int) -> None:
        """Write names with what they mean."""
        said = [(_say_metavars(name), _say_help(text)) for name, text in rows]
        self._formatter.write_dl(said, *args, **kwargs)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Write a title, and what stands below it further in."""
        with self._formatter.section(in_words(name)):
            yield


def _speak(formatter: Any) -> Any:  # noqa: ANN401
    """Let a formatter, or one that speaks already, speak."""
    return formatter if isinstance(formatter, _Spoken) else _Spoken(formatter)


def _say_help(text: str) -> str:
    found = _EXTRA.fullmatch(text)
    if found is None:
        return in_words(text)
    extra = "; ".join(map(in_words, found["extra"].split("; ")))
    return f"{in_words(found['help'])}{found['gap']}[{extra}]"


def _say_metavars(text: str) -> str:
    return _METAVAR.sub(lambda found: in_words(found[0]), text)


def _refuse(error: Exception) -> NoReturn:
    """Say what is wrong with the options, as typer does."""
    said: Any = error
    if spoken_language() == "en" or type(error).__name__ == "NoArgsIsHelpError":
        said.show()
    else:
        if said.ctx is not None:
            hint = f"Try '{said.ctx.command_path} {said.ctx.help_option_names[0]}' for help."
            put(f"{said.ctx.get_usage()}\n{in_words(hint)}\n", err=True)
        put(in_words(f"Error: {said.format_message()}"), err=True)
    sys.exit(said.exit_code)
