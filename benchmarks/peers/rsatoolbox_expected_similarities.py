"""Write the similarities and noise ceilings of rsatoolbox 0.3.2 that the tests expect.

.venv-rsatoolbox/bin/python peers/rsatoolbox_expected_similarities.py [FOLDER OF kriegeskorte-2008]
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from rsatoolbox.inference import boot_noise_ceiling
from rsatoolbox.rdm import RDMs, compare
from scipy.io import loadmat

METHODS = {
    "pearson": "corr",
    "cosine": "cosine",
    "whitened-pearson": "corr_cov",
    "whitened-cosine": "cosine_cov",
    "spearman": "spearman",
    "rho-a": "rho-a",
    "tau-a": "tau-a",
    "tau-b": "kendall",
}
OUT = Path(__file__).parents[2] / "tests" / "analysis" / "rsa" / "rsatoolbox_similarities.json"


def found(models: np.ndarray, data: np.ndarray, covariance: np.ndarray | None = None) -> dict:
    """Return the similarities of every model with every subject, and the ceiling, by method."""
    a, b = RDMs(models), RDMs(data)
    result = {
        ours: {"similarity": compare(a, b, theirs).tolist(), "ceiling": list(boot_noise_ceiling(b, theirs))}
        for ours, theirs in METHODS.items()
    }
    if covariance is not None:
        for ours in ("whitened-pearson", "whitened-cosine"):
            result[ours]["coloured"] = compare(a, b, METHODS[ours], sigma_k=covariance).tolist()
    return result


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return three models and four noisy subjects over nine stimuli, and a covariance of the noise."""
    rng = np.random.default_rng(seed)
    models = rng.random((3, 36))
    mixing = rng.normal(size=(9, 20))
    return models, models[0] + rng.random((4, 36)), mixing @ mixing.T / 20


warnings.simplefilter("ignore")
models, data, covariance = drawn(0)
expected = {"random": found(models, data, covariance), "ties": found(np.round(models, 1), np.round(data, 1))}
missing = np.isin(np.arange(36), [2, 17, 30])
expected["missing"] = found(np.where(missing, np.nan, models), np.where(missing, np.nan, data))
if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
    brain, published = (loadmat(folder / name) for name in ("92_brainRDMs.mat", "92_V1model_HMAX_RDMs.mat"))
    subjects = np.stack([np.mean([s["RDM"].astype(float) for s in sessions], axis=0) for sessions in brain["RDMs"][0]])
    theirs = np.stack([published[name].astype(float) for name in ("rdm92_V1model", "rdm92_HMAXnatImPatch")])
    upper = np.triu_indices(92, 1)
    expected["kriegeskorte-2008"] = found(theirs[:, *upper], subjects[:, *upper])
OUT.write_text(json.dumps(expected, indent=1) + "\n")
