"""Print the numbers of rsatoolbox 0.3.2 and scikit-learn 1.9.1 that tests/golden/test_alignment.py expects.

The whitened cosine similarity of squared Euclidean RDMs is linear CKA (Diedrichsen et al. 2021, arXiv 2007.02789).

    python -m venv .venv-rsatoolbox && .venv-rsatoolbox/bin/pip install rsatoolbox==0.3.2
    .venv-rsatoolbox/bin/python peers/alignment_expected.py
"""

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm, compare
from sklearn.cross_decomposition import CCA, PLSRegression
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.preprocessing import KernelCenterer

PENALTIES = np.logspace(-4, 4, 9)


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Return responses of eight and of twelve units to 30 stimuli, which share three features."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(30, 3))
    return tuple(features @ rng.normal(size=(3, p)) + rng.normal(size=(30, p)) for p in (8, 12))


def share(y: np.ndarray, predicted: np.ndarray, alone: np.ndarray) -> float:
    """Return the share of the squared error that a prediction saves."""
    return 1 - ((y - predicted) ** 2).sum() / ((y - alone) ** 2).sum()


def left_out(x: np.ndarray, y: np.ndarray) -> float:
    """Return the share that ridge regression predicts, leaving out one, with penalties chosen by leaving out two."""
    powers = np.linalg.svd(x - x.mean(axis=0), compute_uv=False) ** 2
    penalties = PENALTIES * powers.sum() / (len(x) - 1)
    predicted = np.empty_like(y)
    for i in range(len(x)):
        a, b = np.delete(x, i, 0), np.delete(y, i, 0)
        errors = [((b - cross_val_predict(Ridge(p), a, b, cv=LeaveOneOut())) ** 2).sum() for p in penalties]
        predicted[i] = Ridge(penalties[np.argmin(errors)]).fit(a, b).predict(x[i : i + 1])[0]
    alone = np.stack([np.delete(y, i, 0).mean(axis=0) for i in range(len(y))])
    return share(y, predicted, alone)


def by_folds(x: np.ndarray, y: np.ndarray, n_components: int) -> float:
    """Return the share that partial least squares predicts in five folds, dealt in turn."""
    predicted, alone, fold = np.empty_like(y), np.empty_like(y), np.arange(len(x)) % 5
    for i in range(5):
        test = fold == i
        fit = PLSRegression(n_components, scale=False).fit(x[~test], y[~test])
        predicted[test], alone[test] = fit.predict(x[test]), y[~test].mean(axis=0)
    return share(y, predicted, alone)


def aligned(k: np.ndarray, l: np.ndarray) -> float:
    """Return the cosine of two centred kernels."""
    k, l = (KernelCenterer().fit_transform(each) for each in (k, l))
    return (k * l).sum() / np.sqrt((k**2).sum() * (l**2).sum())


def gaussian(x: np.ndarray) -> np.ndarray:
    """Return the Gaussian kernel whose width is the median distance."""
    squares = ((x[:, None] - x) ** 2).sum(axis=2)[np.triu_indices(len(x), 1)]
    return rbf_kernel(x, gamma=1 / (2 * np.median(squares)))


x, y = drawn()
of_rsatoolbox = compare(*(calc_rdm(Dataset(each), "euclidean") for each in (x, y)), "cosine_cov")
print("CKA, rsatoolbox:", float(of_rsatoolbox[0, 0]))
print("CKA with a Gaussian kernel, biased:", aligned(gaussian(x), gaussian(y)))
fit = CCA(8, scale=False, tol=1e-12, max_iter=50000).fit(x, y)
u, v = fit.transform(x, y)
print("canonical correlations:", [float(np.corrcoef(u[:, i], v[:, i])[0, 1]) for i in range(8)])
print("ridge:", left_out(x, y), "reversed:", left_out(y, x))
print("PLS with 3 components:", by_folds(x, y, 3))
