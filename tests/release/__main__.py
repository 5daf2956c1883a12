"""`python -m tests.release [PART …]`: runs the long tests, says how far it is, and goes on where it was stopped."""

import argparse
import faulthandler
import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from tests.release.part import Part, parts  # noqa: E402


class Log:
    """How far each part has come, in a JSON file, so that a stopped run goes on."""

    def __init__(self, file: Path, fresh: bool) -> None:
        self.file = file
        self.done: dict[str, dict[str, object]] = {}
        if file.exists() and not fresh:
            self.done = json.loads(file.read_text(encoding="utf-8"))

    def of(self, part: Part, seed: int) -> tuple[int, dict[str, float], float]:
        """Cases done, their figures and the seconds they took."""
        kept = self.done.get(f"{part.name}/{seed}", {})
        return int(kept.get("cases", 0)), dict(kept.get("figures", {})), float(kept.get("seconds", 0.0))

    def note(self, part: Part, seed: int, cases: int, figures: dict[str, float], seconds: float) -> None:
        """Keep how far a part has come."""
        self.done[f"{part.name}/{seed}"] = {"cases": cases, "figures": figures, "seconds": seconds}
        draft = self.file.with_suffix(".part")
        draft.write_text(json.dumps(self.done, indent=1), encoding="utf-8")
        draft.replace(self.file)


def run(part: Part, seed: int, count: int, log: Log) -> bool:
    """Do the cases of a part that are not done yet and print its figure; whether all held."""
    missing = part.needs()
    if missing:
        print(f"{part.name}: not run: {missing}", flush=True)
        return True
    cases, figures, seconds = log.of(part, seed)
    while cases < count:
        until = min(count, cases + part.chunk)
        start = time.monotonic()
        try:
            figures = part.merged(figures, part.work(seed, cases, until))
        except Exception as error:
            where = f"cases {cases} … {until - 1} of seed {seed}"
            print(f"\r{part.name}: FAILED within {where}: {_said(error)}", flush=True)
            return False
        cases, seconds = until, seconds + time.monotonic() - start
        log.note(part, seed, cases, figures, seconds)
        if sys.stderr.isatty():
            print(f"\r{part.name}: {cases:,} of {count:,}", end="", file=sys.stderr, flush=True)
    print(f"{part.name}: {cases:,} cases in {seconds:.0f} s, seed {seed}: {_listed(figures)}. {part.goal}".rstrip(),
          flush=True)  # fmt: skip
    return True


def _listed(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:,.3g}" if value % 1 else f"{name} {value:,.0f}"
                     for name, value in figures.items()) or "all held"  # fmt: skip


def table(known: Iterable[Part], seed: int, log: Log) -> str:
    """A Markdown table of the parts that have been run whole."""
    rows = ["| part | cases | figure |", "|---|---:|---|"]
    for part in known:
        cases, figures, _ = log.of(part, seed)
        if cases >= part.count:
            rows.append(f"| `{part.name}`: {part.words} | {cases:,} | {_listed(figures)} |")
    return "\n".join(rows)


def _said(error: Exception) -> str:
    """What an assertion says, or the traceback of what no part expects."""
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    return "\n" + "".join(traceback.format_exception(error))


def replay(part: Part, seed: int, case: int) -> bool:
    """Do one case again, outside the log; whether it held."""
    try:
        part.work(seed, case, case + 1)
    except Exception as error:
        print(f"{part.name}: FAILED: {_said(error)}", flush=True)
        return False
    print(f"{part.name}: case {seed}/{case} held.", flush=True)
    return True


def main(words: list[str]) -> int:
    """Run the named parts, by default all; 1 where something failed."""
    known = {part.name: part for part in parts()}
    parser = argparse.ArgumentParser("python -m tests.release", description="The long tests.")
    parser.add_argument("part", nargs="*", help="parts to run (all)")
    parser.add_argument("--list", action="store_true", help="say what there is")
    parser.add_argument("--table", action="store_true", help="print a table of what the log says was run whole")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--share", type=float, default=1.0, help="share of each part's cases, 0 … 1")
    parser.add_argument("--log", type=Path, default=Path(".release.json"), help="where it keeps how far it has come")
    parser.add_argument("--case", type=int, help="do this case of one part again, and no other")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    chosen = parser.parse_args(words)
    if chosen.list:
        for part in known.values():
            print(f"{part.name:24} {part.count:>8,}  {part.words}")
        return 0
    unknown = [name for name in chosen.part if name not in known]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; the parts are {', '.join(known)}")
    if chosen.case is not None:
        if len(chosen.part) != 1:
            parser.error("--case goes with one part")
        return 0 if replay(known[chosen.part[0]], chosen.seed, chosen.case) else 1
    log = Log(chosen.log, chosen.fresh)
    if chosen.table:
        print(table(known.values(), chosen.seed, log))
        return 0
    wanted = [known[name] for name in chosen.part] or list(known.values())
    held = [run(part, chosen.seed, max(1, round(chosen.share * part.count)), log) for part in wanted]
    print(f"{sum(held)} of {len(held)} parts held.", flush=True)
    return 0 if all(held) else 1


if __name__ == "__main__":
    faulthandler.enable()
    warnings.simplefilter("error", RuntimeWarning)
    sys.exit(main(sys.argv[1:]))
