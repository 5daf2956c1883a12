"""Where nothing can be written: a disk that is full, folders that are missing, and pictures of absurd sizes."""

import contextlib
import os
import random
import subprocess
import tempfile
from pathlib import Path

from regviz.export import Picture, save
from regviz.labs import find
from tests.release.part import Part
from tests.release.screen import has_proc, resident
from tests.release.writing import ENDINGS, OLD, refusal, save_into


@contextlib.contextmanager
def small_disk():
    """A disk of 64 kB."""
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", name], check=True, capture_output=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


def cannot_mount():
    """A sentence where no disk can be mounted here."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can mount a disk"
    try:
        with small_disk():
            return ""
    except (OSError, subprocess.CalledProcessError) as error:
        return f"a disk cannot be mounted here ({getattr(error, 'stderr', b'') or error})"


def full_disks(seed, first, last):
    """Saves onto a disk with 0, 4, 8 … kB free."""
    refused = 0
    for index in range(first, last):
        chance, ending = random.Random(f"{seed}/{index}"), ENDINGS[index % len(ENDINGS)]
        with small_disk() as disk:
            target = disk / f"a{ending}"
            target.write_bytes(OLD)
            free = 4096 * chance.randint(0, 14)
            with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
                for _ in range((65536 - 4096 - free) // 4096):
                    filler.write(bytes(4096))
            names = sorted(file.name for file in disk.iterdir())
            said = refusal(lambda target=target: save_into(target))
            case = f"case {seed}/{index}, {ending} with {free} bytes free: {said}"
            assert sorted(file.name for file in disk.iterdir()) == names, case
            if said is not None:
                refused += 1
                assert target.read_bytes() == OLD and str(target) in said and "no space" in said.lower(), case
            else:
                assert target.read_bytes() != OLD, case
    return {"refused": refused, "saves": last - first}


def places(seed, first, last):
    """Missing and read-only folders, and pictures of absurd sizes: one sentence, and nothing is there."""
    lab = find("shrinkage")
    for index in range(first, last):
        ending = ENDINGS[index % len(ENDINGS)]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "file").write_bytes(OLD)
            (folder / f"folder{ending}").mkdir()
            targets = [folder / "none" / f"a{ending}", folder / "file" / f"a{ending}", folder / f"folder{ending}",
                       folder / f"{'n' * 300}{ending}"]  # fmt: skip
            before = sorted(folder.rglob("*"))
            for target in targets:
                said = refusal(lambda target=target: save_into(target))
                assert said is not None and str(target) in said, f"case {seed}/{index}, {target.name}: {said}"
            for size in ((100_000, 100_000), (16_385, 10), (0, 10)) if ending in (".png", ".svg", ".pdf") else ():
                held = resident()
                picture = Picture(size=size)
                said = refusal(lambda picture=picture, to=folder / f"b{ending}": save(lab, lab.State(), to, picture))
                assert said is not None, f"case {seed}/{index}: {size}"
                assert resident() - held < 50.0, f"case {seed}/{index}: {size} took {resident() - held:.0f} MB"
            assert sorted(folder.rglob("*")) == before, f"case {seed}/{index}: something is left behind"
    return {"places": last - first}


PARTS = (
    Part(name="full-disk", words="saves onto a disk of 64 kB", count=160, work=full_disks, chunk=8, few=1,
         needs=cannot_mount),
    Part(name="write-places", words="folders that are missing, devices, absurd sizes", count=len(ENDINGS), work=places,
         chunk=2, few=1, needs=has_proc),
)  # fmt: skip
