"""Write tests/golden/rsatoolbox_rdms.h5 and rsatoolbox_data.h5 with rsatoolbox 0.3.2, in an environment of its own."""

import sys
from pathlib import Path

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import RDMs

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    names = ["hand", "face", "tree", "house"]
    RDMs(
        np.array([[1.0, 2, 3, 4, 5, 6], [6.0, 5, 4, 3, 2, 1]]),
        dissimilarity_measure="euclidean",
        rdm_descriptors={"subject": ["Ann", "Bob"]},
        pattern_descriptors={"stimulus": names},
    ).save(str(folder / "rsatoolbox_rdms.h5"), file_type="hdf5", overwrite=True)
    Dataset(
        np.arange(24.0).reshape(8, 3),
        obs_descriptors={"stimulus": names * 2, "run": [1] * 4 + [2] * 4},
        channel_descriptors={"unit": ["a", "c", "b"]},
    ).save(str(folder / "rsatoolbox_data.h5"), file_type="hdf5", overwrite=True)
