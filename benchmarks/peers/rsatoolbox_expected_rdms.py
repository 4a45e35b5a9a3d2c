"""What rsatoolbox 0.3.2 computes where it and isocortex should agree, stored with the inputs for the tests.

Run with the peer's own Python; it prints how far the stored numbers are from these, and writes them:

    .venv-rsatoolbox/bin/python peers/rsatoolbox_expected_rdms.py [FOLDER OF kriegeskorte-2008]
"""

import sys
import warnings
from pathlib import Path

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.data.noise import prec_from_residuals, prec_from_unbalanced
from rsatoolbox.rdm import calc_rdm, calc_rdm_unbalanced
from scipy.io import loadmat

STORE = Path(__file__).parents[2] / "tests" / "analysis" / "rsa" / "expected_rdms.npz"
METHODS = {
    "schaefer-strimmer": "shrinkage_diag",
    "ledoit-wolf": "shrinkage_eye",
    "full": "full",
    "diagonal": "diag",
}
EVERY = 50
rng = np.random.default_rng(2008)
store = {}

RUNS, STIMULI, UNITS = 4, 6, 10
patterns = rng.normal(2, 1, (STIMULI, UNITS))
mixing = np.eye(UNITS) + 0.3 * rng.normal(size=(UNITS, UNITS))
tall, wide = rng.normal(size=(60, UNITS)) @ mixing, rng.normal(size=(12, 30))
run_residuals = rng.normal(size=(RUNS, 40, UNITS)) * np.arange(1, RUNS + 1)[:, None, None] ** 0.5
store |= {"tall": tall, "wide": wide, "run_residuals": run_residuals}
for ours, theirs in METHODS.items():
    store[f"precision/tall/{ours}"] = prec_from_residuals(tall, method=theirs)
    store[f"precision/tall, 50 degrees of freedom/{ours}"] = prec_from_residuals(tall, dof=50, method=theirs)
    if theirs.startswith("shrinkage"):
        store[f"precision/wide/{ours}"] = prec_from_residuals(wide, method=theirs)
noise = store["precision/tall/schaefer-strimmer"]
per_run = [prec_from_residuals(r, method="shrinkage_diag") for r in run_residuals]

balanced = np.tile(np.arange(STIMULI), RUNS), np.repeat(np.arange(RUNS), STIMULI)
extra = rng.integers(0, STIMULI, 15), rng.integers(0, RUNS, 15)
order = rng.permutation(STIMULI * RUNS + 15)
unbalanced = tuple(np.concatenate([a, b])[order] for a, b in zip(balanced, extra, strict=True))
for design, (stimulus, run) in {"balanced": balanced, "unbalanced": unbalanced}.items():
    x = patterns[stimulus] + rng.normal(size=(len(stimulus), UNITS)) @ mixing
    counts = rng.poisson(np.exp(patterns[stimulus] / 2)).astype(float)
    store |= {f"{design}/x": x, f"{design}/counts": counts, f"{design}/stimulus": stimulus, f"{design}/run": run}

    def dissimilarities(calc, values, method, stimulus=stimulus, run=run, **options):
        data = Dataset(values, obs_descriptors={"stimulus": stimulus, "run": run})
        result = calc(data, method=method, descriptor="stimulus", **options)
        result.sort_by(stimulus="alpha")
        return result.dissimilarities[0]

    def last_fold(fold, values=counts, run=run, dissimilarities=dissimilarities):
        """The peer's cross-validated Poisson keeps its last fold alone; make each the last."""
        return dissimilarities(calc_rdm, values, "poisson_cv", run=run + RUNS * (run == fold), cv_descriptor="run")

    found = {
        "euclidean": dissimilarities(calc_rdm, x, "euclidean"),
        "correlation": dissimilarities(calc_rdm, x, "correlation"),
        "mahalanobis": dissimilarities(calc_rdm, x, "mahalanobis", noise=noise),
        "cv-euclidean": dissimilarities(calc_rdm, x, "crossnobis", cv_descriptor="run"),
        "crossnobis": dissimilarities(calc_rdm, x, "crossnobis", noise=noise, cv_descriptor="run"),
        "crossnobis, noise per run": dissimilarities(calc_rdm, x, "crossnobis", noise=per_run, cv_descriptor="run"),
        "poisson": dissimilarities(calc_rdm, counts, "poisson"),
        "poisson, prior": dissimilarities(calc_rdm, counts, "poisson", prior_lambda=2.0, prior_weight=0.5),
        "cv-poisson": np.mean([last_fold(i) for i in range(RUNS)], axis=0),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trials = {
            "euclidean": dissimilarities(calc_rdm_unbalanced, x, "euclidean"),
            "mahalanobis": dissimilarities(calc_rdm_unbalanced, x, "mahalanobis", noise=noise),
            "cv-euclidean": dissimilarities(calc_rdm_unbalanced, x, "crossnobis"),
            "crossnobis": dissimilarities(calc_rdm_unbalanced, x, "crossnobis", noise=noise),
        }
    store |= {f"{design}/rdm/{name}": values for name, values in found.items()}
    store |= {f"{design}/rdm of trials/{name}": values for name, values in trials.items()}
    data = Dataset(x, obs_descriptors={"stimulus": stimulus})
    store |= {
        f"{design}/precision/{ours}": prec_from_unbalanced(data, "stimulus", method=METHODS[ours]) for ours in METHODS
    }

if len(sys.argv) > 1:
    file = Path(sys.argv[1]) / "Kriegeskorte_Neuron2008_supplementalData.mat"
    images = [entry["image"].astype(float).ravel() for entry in loadmat(file)["stimuli_92objs"].ravel()]
    for method in ("correlation", "euclidean"):
        store[f"kriegeskorte/{method}"] = calc_rdm(Dataset(np.stack(images)), method=method).dissimilarities[0, ::EVERY]
if STORE.exists():
    with np.load(STORE, allow_pickle=False) as stored:
        shared = [name for name in store if name in stored]
        farthest = max(
            float(np.abs(store[name] / stored[name] - 1).max(initial=0)) for name in shared if "/rdm" in name
        )
        print(f"{len(shared)} of {len(store)} stored; the RDMs differ by at most {farthest:.2g}, relatively")
        store = dict(stored) | store
np.savez_compressed(STORE, **{name: np.asarray(values) for name, values in store.items()})
