"""Every RDM and noise precision that rsatoolbox 0.3.2 has too, to 1e-8, from numbers it computed.

They were stored by benchmarks/peers/rsatoolbox_expected_rdms.py. "rdm" is its calc_rdm, "rdm of trials" its
calc_rdm_unbalanced with every trial a fold.
"""

from pathlib import Path

import numpy as np
import pytest

from isocortex import responses, rsa

with np.load(Path(__file__).with_name("expected_rdms.npz"), allow_pickle=False) as file:
    STORED = dict(file)
KINDS = ("rdm", "rdm of trials", "precision")
DESIGNS = [name for name in STORED if name.startswith(("balanced/", "unbalanced/")) and name.split("/")[1] in KINDS]


def of_trials(design, values, *, with_runs):
    runs = STORED[f"{design}/run"] if with_runs else None
    return responses(values, stimuli=STORED[f"{design}/stimulus"], runs=runs, dims=("trial", "unit"))


@pytest.mark.parametrize("name", [name for name in STORED if name.startswith("precision/")])
def test_noise_from_residuals(name):
    _, case, method = name.split("/")
    residuals, *corrected = case.split(", ")
    found = rsa.noise_precision(STORED[residuals], method, degrees_of_freedom=50 if corrected else None)
    np.testing.assert_allclose(found.dense(), STORED[name], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
def test_designs(name):
    design, kind, what = name.split("/")
    measure, *variant = what.split(", ")
    x = STORED[f"{design}/counts" if "poisson" in measure else f"{design}/x"]
    measured = of_trials(design, x, with_runs=kind == "rdm")
    if kind == "precision":
        found = rsa.noise_precision(measured, measure).dense()
    else:
        options = {}
        if rsa.DISSIMILARITIES[measure].takes == "noise":
            options["noise"] = rsa.noise_precision(STORED["tall"])
        if variant == ["noise per run"]:
            options["noise"] = {str(i): rsa.noise_precision(r) for i, r in enumerate(STORED["run_residuals"])}
        if variant == ["prior"]:
            options["prior"] = (2.0, 0.5)
        found = rsa.rdm(measured, measure, **options).dissimilarities[0]
    np.testing.assert_allclose(found, STORED[name], rtol=1e-8)


@pytest.mark.parametrize("measure", ["crossnobis", "cv-euclidean", "cv-poisson", "mahalanobis", "correlation"])
def test_repeats_and_trials_are_one_design(measure):
    """Four runs of six stimuli once each: as repeat × stimulus × unit, in another order of trials, the same RDM."""
    values = STORED["balanced/counts"]
    options = {"noise": rsa.noise_precision(STORED["tall"])} if rsa.DISSIMILARITIES[measure].takes == "noise" else {}
    trials = rsa.rdm(of_trials("balanced", values, with_runs=True)[::-1], measure, **options)
    repeats = rsa.rdm(responses(values.reshape(4, 6, -1)), measure, **options)
    np.testing.assert_allclose(repeats.dissimilarities, trials.dissimilarities, rtol=1e-12)
