"""The catalogue of recordings that can be downloaded: address, checksum, licence, citation."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pooch

from ..errors import InputError, require
from ..registries import Registry

RETRIES = 2
TIMEOUT = 30.0
"""Seconds without an answer from the server before a download counts as failed."""
CHUNK = 2**16
FOLDER_VARIABLE = "ISOCORTEX_DATA"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Dataset:
    """A recording in one file.

    Attributes
    ----------
    content : str
        A description of the recording, in a sentence.
    file : str
        Name of the file in its folder.
    address : str
        Where it is downloaded from.
    md5 : str
        Published checksum.
    licence : str
    reference : str
        Name that :func:`isocortex.citation` knows.
    """

    content: str
    file: str
    address: str
    md5: str
    licence: str
    reference: str


NEUROMATCH_LICENCE = (
    "distributed by Neuromatch Academy through OSF; the recordings belong to Stringer et al., ask before redistributing"
)
DATASETS = Registry(
    "data set",
    "datasets",
    {
        "stringer-2021": Dataset(
            content="Mouse V1, 23589 neurons, mean responses to gratings in 360 directions (one per degree).",
            file="W3D4_stringer_oribinned1.npz",
            address="https://osf.io/683xc/download",
            md5="436599dfd8ebe6019f066c38aed20580",
            licence=NEUROMATCH_LICENCE,
            reference="stringer-2021",
        ),
        "stringer-2021-split": Dataset(
            content="The same neurons in 60 bins of 6°, halved into training and test trials.",
            file="W3D4_stringer_oribinned6_split.npz",
            address="https://osf.io/p3aeb/download",
            md5="b3f7245c6221234a676b71a1f43c3bb5",
            licence=NEUROMATCH_LICENCE,
            reference="stringer-2021",
        ),
    },
)


def data_folder() -> Path:
    """Return the folder of downloads: ``$ISOCORTEX_DATA`` if it is set, otherwise the user's cache folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(pooch.os_cache("isocortex")) / "data"


def where(name: str) -> Path:
    """Return the path that a data set has, or will have once it is fetched.

    Raises
    ------
    InputError
        For an unknown name, with the nearest one suggested.

    Examples
    --------
    >>> where("stringer-2021").name
    'W3D4_stringer_oribinned1.npz'
    """
    return data_folder() / name / DATASETS.named(name).file


def fetch(name: str, *, progress: Progress | None = None) -> Path:
    """Return the path of a data set, downloading it first if it is not there.

    The download goes to a temporary name and is moved into place only when its published MD5 is right; it is tried
    three times. The SHA-256 is recorded beside it then, and checked at every later use.

    Parameters
    ----------
    name : str
        As in :data:`DATASETS`.
    progress : callable, optional
        Called as ``progress(f"download {name}", bytes done, bytes)``.

    Raises
    ------
    InputError
        For an unknown name, no network, a wrong checksum, or a file that has changed since it was fetched.

    Examples
    --------
    A file is downloaded once, and is found without a network connection from then on:

    >>> fetch("stringer-2021").name
    'W3D4_stringer_oribinned1.npz'
    """
    path, dataset = where(name), DATASETS[name]
    record = path.with_name(path.name + ".sha256")
    if path.exists():
        _require_unchanged(path, dataset, record)
    else:
        _download(name, path, dataset, progress)
    if not record.exists():
        record.write_text(pooch.file_hash(str(path), alg="sha256") + "\n", "ascii")
    return path


def _require_unchanged(path: Path, dataset: Dataset, record: Path) -> None:
    """Raise unless the file is the one that was recorded, or published."""
    kind, expected = ("sha256", record.read_text("ascii").strip()) if record.exists() else ("md5", dataset.md5)
    found = pooch.file_hash(str(path), alg=kind)
    require(
        found == expected,
        f"{path} is not the published file: its {kind} is {found}, and {expected} was expected. Delete it and fetch "
        "it again.",
    )


def _download(name: str, path: Path, dataset: Dataset, progress: Progress | None) -> None:
    from requests.exceptions import RequestException

    bar = _Bar(f"download {name}", progress) if progress is not None else False
    downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUT)  # pyright: ignore
    store = pooch.create(
        path=path.parent,
        base_url="",
        registry={dataset.file: f"md5:{dataset.md5}"},
        urls={dataset.file: dataset.address},
        retry_if_failed=RETRIES,
    )
    pooch.get_logger().setLevel("ERROR")
    try:
        store.fetch(dataset.file, downloader=downloader)  # pyright: ignore[reportArgumentType]
    except RequestException as error:
        raise InputError(
            f"{name} could not be downloaded from {dataset.address} ({type(error).__name__}). Without a network "
            "connection, put the "
            f"file {dataset.file} at {path}, or set {FOLDER_VARIABLE} to a folder with {name}/{dataset.file}."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{name} was downloaded {RETRIES + 1} times from {dataset.address} with a wrong MD5: it is incomplete "
            "or changed. "
            "Nothing was kept; try again later."
        ) from error
    except OSError as error:
        raise InputError(f"{name} cannot be saved in {path.parent}: {error.strerror or error}.") from error


class _Bar:
    """What the downloader expects of a progress bar, turned into calls of a function."""

    def __init__(self, stage: str, report: Progress) -> None:
        self.stage, self.report, self.total, self.done = stage, report, 0, 0

    def update(self, n: int) -> None:
        self.done = min(self.done + n, self.total)
        self.report(self.stage, self.done, max(self.total, 1))

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.report(self.stage, 1, 1)
