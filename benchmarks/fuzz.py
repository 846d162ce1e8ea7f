"""Throw as many mutants as time allows at everything that reads files; `make fuzz` runs this.

Each target of `tests/fuzz_targets.py` runs in a process of its own, under atheris: what is tried
next is led by the lines of our code that the last inputs reached. A process that crashes, hangs,
takes too much memory or raises anything but a refusal is a fault, and its input is kept.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules

from artois_mobility import kernels

TESTS = Path(__file__).parents[1] / "tests"
MOST_SECONDS_EACH = 20
MOST_MIB = 3000
LONGEST_BYTES = 60_000
SUMMARY = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+)")
PACKAGES = [
    f"artois_mobility.{name}"
    for name in (
        "osm",
        "places",
        "network",
        "study",
        "scenarios",
        "changes",
        "storage",
        "blocks",
        "transit",
    )
]


@dataclass(frozen=True)
class Tried:
    """What came of one target."""

    name: str
    inputs: int
    coverage: int
    features: int
    faults: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--target", action="append", help="some of them; all by default")
    parser.add_argument("--faults", type=Path, default=Path("fuzz-faults"), help="kept inputs")
    parser.add_argument("--output", type=Path, help="where the table goes")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments, rest = parser.parse_known_args()
    sys.path.insert(0, str(TESTS))
    if arguments.child:
        run_child(arguments.child, rest)
        return
    from fuzz_targets import TARGETS

    found = [
        run_target(name, arguments.seconds, arguments.faults)
        for name in arguments.target or TARGETS
    ]
    text = tabulate(found, arguments.seconds)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    sys.exit(any(each.faults for each in found))


def run_child(name: str, arguments: list[str]) -> None:
    """Fuzz one target until libFuzzer stops the process."""
    import atheris

    # Compiled code, and what compiles it, stay as they are.
    for module in iter_modules(kernels.__path__):
        import_module(f"{kernels.__name__}.{module.name}")
    with atheris.instrument_imports(include=PACKAGES):
        from fuzz_targets import survive
    import warnings

    warnings.simplefilter("ignore")
    atheris.Setup([sys.argv[0], *arguments], lambda content: survive(name, content))
    atheris.Fuzz()


def run_target(name: str, seconds: int, faults: Path) -> Tried:
    from fuzz_seeds import seeds_of

    kept = faults / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as corpus:
        for row, seed in enumerate(seeds_of(name)):
            (Path(corpus) / f"seed{row}").write_bytes(seed)
        command = [
            sys.executable, __file__, "--child", name, corpus, f"-max_total_time={seconds}",
            f"-artifact_prefix={kept}/", f"-timeout={MOST_SECONDS_EACH}",
            f"-rss_limit_mb={MOST_MIB}", f"-max_len={LONGEST_BYTES}", "-print_final_stats=1",
        ]  # fmt: skip
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, errors="replace"
        )
    (kept / "log.txt").write_text(done.stderr + done.stdout, encoding="utf-8")
    lines = SUMMARY.findall(done.stderr) or [("0", "0", "0")]
    inputs, coverage, features = map(int, lines[-1])
    left = [path for path in kept.iterdir() if path.name != "log.txt"]
    if not left and not done.returncode:
        (kept / "log.txt").unlink()
        kept.rmdir()
    return Tried(name, inputs, coverage, features, len(left) or int(done.returncode != 0))


def tabulate(found: list[Tried], seconds: int) -> str:
    head = f"date {datetime.now(UTC):%Y-%m-%d}, atheris {version('atheris')}, {seconds} s a target"
    lines = [head, f"{'target':<20}{'inputs':>10}{'lines':>8}{'features':>10}{'faults':>8}"]
    lines += [
        f"{each.name:<20}{each.inputs:>10}{each.coverage:>8}{each.features:>10}{each.faults:>8}"
        for each in found
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
