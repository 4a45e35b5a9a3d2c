"""Damage a file of one kind in many ways and read it: ``python fuzz.py KIND FIRST COUNT``, in a process of its own.

A reader passes if it gives a value or raises an InputError. Anything else ends the process with a traceback, a crash
of the interpreter and a hang included, and the number of the mutation that did it is the last line printed.
"""

import contextlib
import faulthandler
import io
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import h5py
import numpy as np
import pandas as pd
import scipy.io
import xarray as xr

import isocortex
from isocortex import recordings, responses
from isocortex.rdms import RDMs

PATIENCE = 150
"""Seconds after which a reader hangs; the HDF5 library is given 60 of them."""
NAMES = np.array(["face", "hand", "tree", "house"])
RESPONSES = np.arange(24.0).reshape(2, 4, 3) ** 1.5
VECTORS = np.array([[1.0, 2, 3, 4, 5, 6], [2.0, 1, 4, 3, 6, 5]])


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with a few changed, cut out, repeated, or the end cut off."""
    data, at = bytearray(content), int(rng.integers(len(content)))
    length = int(rng.integers(1, 64))
    kind = rng.integers(8)
    if kind < 3:
        data[at] = rng.integers(256)
    elif kind == 3:
        for place in rng.integers(len(data), size=length % 8 + 1):
            data[place] = rng.integers(256)
    elif kind == 4:
        data[at : at + 4] = rng.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x10\0\0\0"])
    elif kind == 5:
        del data[at : at + length]
    elif kind == 6:
        data[at:at] = data[at : at + length]
    else:
        del data[at:]
    return bytes(data)


def matlab(path: Path, compressed: bool) -> None:
    """Write every class of MATLAB variable that SciPy writes."""
    cells = np.array(["face", "hand", "tree", "house"], dtype=object)
    content = {
        "responses": RESPONSES,
        "stimuli": cells,
        "units": np.array(["a", "bc", "def"]),
        "struct": {"a": 1.0, "b": cells},
        "complex": np.eye(2) + 1j,
        "flag": np.array([True, False]),
        "small": np.int8([1, 2]),
    }
    scipy.io.savemat(path, content, do_compression=compressed)


def matlab_73(path: Path) -> None:
    """Write numbers and a cell of text as MATLAB -v7.3 does."""
    with h5py.File(path, "w", userblock_size=512) as file:
        cells = file.create_group("#refs#")
        references = np.empty((1, len(NAMES)), h5py.ref_dtype)
        for i, name in enumerate(NAMES):
            cell = cells.create_dataset(str(i), data=np.array([[ord(c)] for c in name], np.uint16))
            cell.attrs["MATLAB_class"] = np.bytes_("char")
            references[0, i] = cell.ref
        file["stimuli"] = references
        file["stimuli"].attrs["MATLAB_class"] = np.bytes_("cell")
        file["responses"] = RESPONSES.T
        file["responses"].attrs["MATLAB_class"] = np.bytes_("double")


def netcdf_3(path: Path) -> None:
    """Write responses with their stimuli as older tools do."""
    array = xr.DataArray(RESPONSES, dims=("repeat", "stimulus", "unit"), coords={"stimulus": [3.0, 1.0, 2.0, 4.0]})
    array.to_dataset(name="responses").to_netcdf(path, engine="scipy")


def published(path: Path) -> None:
    """Write the layout of Stringer et al. 2021."""
    np.savez(path, resp=RESPONSES.reshape(6, 4), stimuli=np.arange(0.0, 360, 60))


def trials(path: Path) -> None:
    """Write a table of choices and reaction times."""
    rows = [f"{monkey},{0.4 + i / 9},{i / 10},1,2" for monkey in (1, 2) for i in range(5)]
    path.write_text("\n".join(["monkey,rt,coh,correct,trgchoice", *rows]) + "\n")


def spikes(path: Path) -> None:
    """Write spike trains with labels of units and trials."""
    units = pd.DataFrame({"area": ["V1", "MT", "V1"], "depth": [0.1, 0.2, 0.3]}, index=["a", "b", "c"])
    times, unit, trial = RESPONSES.ravel(), np.arange(24) % 3, np.arange(24) // 12
    how = {"n_units": 3, "n_trials": 2, "duration": 200, "units": units}
    isocortex.SpikeTrains.from_spikes(times, unit, trial=trial, **how).save(path)


KINDS: dict[str, tuple[str, Callable[[Path], object], Callable[[Path], Any]]] = {
    "npz": (".npz", lambda path: recordings.write(path, responses(RESPONSES, stimuli=NAMES)), recordings.read),
    "rdms": (".npz", lambda path: np.savez(path, rdms=VECTORS, stimuli=NAMES), recordings.read),
    "published": (".npz", published, recordings.read_orientations),
    "matlab": (".mat", lambda path: matlab(path, compressed=False), recordings.read),
    "matlab-compressed": (".mat", lambda path: matlab(path, compressed=True), recordings.read),
    "matlab-7.3": (".mat", matlab_73, recordings.read),
    "netcdf": (
        ".nc",
        lambda path: recordings.write(path, {"Ann": responses(RESPONSES, stimuli=NAMES)}),
        recordings.read,
    ),
    "netcdf-rdms": (".nc", lambda path: recordings.write(path, RDMs(VECTORS, NAMES)), recordings.read),
    "netcdf-3": (".nc", netcdf_3, recordings.read),
    "spikes": (".npz", spikes, recordings.read_spike_trains),
    "netcdf-spikes": (".nc", spikes, recordings.read_spike_trains),
    "csv": (".csv", trials, recordings.read_roitman_shadlen),
}
"""Kind → suffix, how a whole file is written, and its reader."""


def damaged(content: bytes, suffix: str, rng: np.random.Generator) -> bytes:
    """Return a mutation of a file; of an NPZ file, one time of two, of an array inside, under a right checksum."""
    if suffix != ".npz" or rng.integers(2):
        return mutate(content, rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(buffer, "w") as archive:
        chosen = rng.integers(len(whole.namelist()))
        for i, name in enumerate(whole.namelist()):
            archive.writestr(name, mutate(whole.read(name), rng) if i == chosen else whole.read(name))
    return buffer.getvalue()


def main(kind: str, first: int, count: int) -> None:
    """Read `count` mutations of one kind of file, from number `first` on."""
    warnings.simplefilter("error")
    suffix, make, read = KINDS[kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        make(path)
        content = path.read_bytes()
        read(path)
        for number in range(first, first + count):
            path.write_bytes(damaged(content, suffix, np.random.default_rng([crc32(kind.encode()), number])))
            print(number, flush=True)
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
            with contextlib.suppress(isocortex.InputError):
                read(path)
            faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
