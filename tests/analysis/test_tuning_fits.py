import jax
import numpy as np
import pytest
from scipy.optimize import curve_fit

from isocortex import InputError, responses
from isocortex.analysis import fit_tuning, tuning_model
from isocortex.recordings import synthetic_v1

ORIENTATIONS = np.arange(-90.0, 90.0, 5.0)
DIRECTIONS = np.arange(0.0, 360.0, 15.0)
N = 400


def single(angles, mu, kappa, amplitude, baseline):
    return baseline + amplitude * np.exp(kappa * (np.cos(np.deg2rad(2 * (angles - mu))) - 1))


def double(angles, mu, kappa, amplitude, baseline, opposite):
    wave = np.cos(np.deg2rad(angles - mu))
    return baseline + amplitude * np.exp(kappa * (wave - 1)) + opposite * np.exp(kappa * (-wave - 1))


def planted(kind, rng, n=N):
    """Return angles, curve, and parameters of units (n, parameter) in the order that the curve takes them."""
    amplitude = rng.uniform(1, 5, n)
    columns = [rng.uniform(2, 5, n), amplitude, rng.normal(size=n)]
    if kind == "von_mises":
        return ORIENTATIONS, single, np.stack([rng.uniform(-90, 90, n), *columns], axis=1)
    opposite = amplitude * rng.uniform(0.2, 0.7, n)
    return DIRECTIONS, double, np.stack([rng.uniform(0, 360, n), *columns, opposite], axis=1)


def fitted_parameters(fits):
    names = ["preferred", "kappa", "amplitude", "baseline", "opposite"]
    return fits[[name for name in names if name in fits]].to_numpy()


def away(found, truth, period):
    """Return the errors, the first of them around a circle."""
    error = found - truth
    error[:, 0] = (error[:, 0] + period / 2) % period - period / 2
    return error


KINDS = pytest.mark.parametrize(("kind", "period"), [("von_mises", 180), ("double_von_mises", 360)])


@pytest.mark.first_variant
@KINDS
def test_noiseless_curves_are_recovered_exactly(kind, period, rng):
    angles, curve, truth = planted(kind, rng)
    x = responses(curve(angles[:, None], *truth.T), stimuli=angles)
    fits = fit_tuning(x, kind)
    np.testing.assert_allclose(away(fitted_parameters(fits), truth, period), 0, atol=1e-5)
    np.testing.assert_allclose(fits["r2"], 1)
    np.testing.assert_allclose(tuning_model(fits, angles), x.values.T, atol=1e-6)


@KINDS
def test_errors_under_noise_are_those_of_the_cramer_rao_bound(kind, period, rng):
    """Least squares under Gaussian noise has the covariance σ²(JᵀJ)⁻¹, up to O(σ²): errors in these units have mean
    square 1, whose standard error over N units is √(2/N) = 0.07; five of them are allowed."""
    angles, curve, truth = planted(kind, rng)
    noise = 0.05
    clean = curve(angles[:, None], *truth.T)
    fits = fit_tuning(responses(clean + noise * rng.normal(size=clean.shape), stimuli=angles), kind)
    step = 1e-5
    bumped = [curve(angles[:, None], *(truth + step * row).T) for row in np.eye(truth.shape[1])]
    J = np.stack([(b - clean) / step for b in bumped], axis=-1).transpose(1, 0, 2)
    error = away(fitted_parameters(fits), truth, period)
    standard = noise * np.sqrt(np.linalg.inv(J.transpose(0, 2, 1) @ J).diagonal(axis1=1, axis2=2))
    np.testing.assert_allclose(((error / standard) ** 2).mean(axis=0), 1, atol=5 * np.sqrt(2 / N))


@KINDS
def test_one_unit_agrees_with_scipy(kind, period, rng):
    angles, curve, truth = planted(kind, rng, 1)
    y = curve(angles, *truth[0]) + 0.3 * rng.normal(size=len(angles))
    found = fitted_parameters(fit_tuning(responses(y[:, None], stimuli=angles), kind))
    expected, _ = curve_fit(curve, angles, y, p0=truth[0], xtol=1e-12, ftol=1e-12, gtol=1e-12)
    np.testing.assert_allclose(away(found, expected[None], period), 0, atol=1e-4)


@KINDS
def test_rotation_shifts_the_preference_and_gain_scales_the_amplitude(kind, period, rng):
    angles, curve, truth = planted(kind, rng, 50)
    y = curve(angles[:, None], *truth.T) + 0.2 * rng.normal(size=(len(angles), 50))
    before = fitted_parameters(fit_tuning(responses(y, stimuli=angles), kind))
    turned = fitted_parameters(fit_tuning(responses(y, stimuli=angles + 7.3), kind))
    np.testing.assert_allclose(away(turned, before + 7.3 * np.eye(before.shape[1])[0], period), 0, atol=1e-4)
    scaled = fitted_parameters(fit_tuning(responses(2 + 3 * y, stimuli=angles), kind))
    before = before * [1, 1, 3, 3, 3][: before.shape[1]] + 2 * np.eye(before.shape[1])[3]
    np.testing.assert_allclose(away(scaled, before, period), 0, atol=1e-4)


def test_units_do_not_depend_on_each_other_nor_on_the_batch(rng):
    y = rng.normal(size=(len(ORIENTATIONS), 300))
    together = fit_tuning(responses(y, stimuli=ORIENTATIONS))
    alone = fit_tuning(responses(y[:, 290:], stimuli=ORIENTATIONS))
    np.testing.assert_allclose(together.iloc[290:], alone, rtol=1e-6, atol=1e-6)
    assert together["r2"].between(0, 1).all()


def test_half_width_is_where_the_curve_is_half_way_down():
    kappa = np.array([0.12, 0.3, 1, 4, 60])
    x = responses(single(ORIENTATIONS[:, None], 12.0, kappa, 2.0, -1.0), stimuli=ORIENTATIONS)
    fits = fit_tuning(x)
    for sign in (-1, 1):
        at = np.diagonal(tuning_model(fits, fits["preferred"].to_numpy() + sign * fits["half_width"].to_numpy()))
        peak, trough = tuning_model(fits, np.array([12.0, 102.0])).T
        np.testing.assert_allclose(at, (peak + trough) / 2, atol=1e-5)
    swindale = np.rad2deg(np.arccos(1 - np.log(2) / kappa[3:])) / 2
    np.testing.assert_allclose(fits["half_width"][3:], swindale, atol=0.1)


def test_noise_corrected_r2_is_one_for_the_true_model(rng):
    """The plain r2 falls short by about the noise share v(S − 4)/power; the corrected one is 1 on average, within four
    standard errors taken from its own spread over units, and the bias of a ratio, its relative variance."""
    clean = single(ORIENTATIONS[:, None], rng.uniform(-90, 90, N), 2.0, 3.0, 0.0)
    x = responses(clean + rng.normal(size=(4, *clean.shape)), stimuli=ORIENTATIONS)
    fits = fit_tuning(x)
    se = fits["r2_corrected"].std() / np.sqrt(N)
    assert abs(fits["r2_corrected"].mean() - 1) < 4 * se + 0.002
    assert fits["r2"].mean() < 1 - 20 * se
    noise = fit_tuning(responses(rng.normal(size=(4, len(ORIENTATIONS), N)), stimuli=ORIENTATIONS))
    assert noise["r2_corrected"].isna().all()
    assert "r2_corrected" not in fit_tuning(x[0])


def test_constant_and_suppressed_units():
    suppressed = -single(ORIENTATIONS, 20.0, 0.5, 3.0, 0.0)
    x = responses(np.stack([np.full(len(ORIENTATIONS), 0.1), suppressed], axis=1), stimuli=ORIENTATIONS)
    fits = fit_tuning(x)
    assert fits.loc[0].drop("r2").isna().all()
    assert fits.loc[0, "r2"] == 0
    assert fits.loc[1, "preferred"] == pytest.approx(-70)
    assert fits.loc[1, "amplitude"] > 0
    assert np.isnan(tuning_model(fits, ORIENTATIONS)[0]).all()


def test_directions_can_be_fitted_as_orientations():
    x = responses(single(DIRECTIONS[:, None], np.array([30.0, -80.0]), 2.0, 1.0, 0.0), stimuli=DIRECTIONS)
    np.testing.assert_allclose(fit_tuning(x)["preferred"], [30, -80], atol=1e-6)
    both = fit_tuning(x, "double_von_mises")
    np.testing.assert_allclose(both["amplitude"], both["opposite"], rtol=1e-4)


def test_planted_tuning_of_synthetic_v1_is_recovered(key):
    """Within four standard errors of σ²(JᵀJ)⁻¹ for 99 % of the units: noise 0.05/√8 per mean, unit by unit."""
    x = synthetic_v1(
        key=key, n_animals=1, n_neurons=200, n_orientations=36, private_noise=0.05, shared_noise=0.0, idiosyncrasy=0.0
    )["animal 1"]
    fits = fit_tuning(x)
    truth = np.stack([x[name].values for name in ("preferred", "kappa", "gain")] + [np.zeros(200)], axis=1).astype(
        float
    )
    angles = x["stimulus"].values
    clean = single(angles[:, None], *truth.T)
    J = np.stack([(single(angles[:, None], *(truth + 1e-5 * e).T) - clean) / 1e-5 for e in np.eye(4)], axis=-1)
    J = J.transpose(1, 0, 2)
    standard = 0.05 / np.sqrt(8) * np.sqrt(np.linalg.inv(J.transpose(0, 2, 1) @ J).diagonal(axis1=1, axis2=2))
    error = np.abs(away(fitted_parameters(fits), truth, 180))
    assert (error[:, :2] < 4 * standard[:, :2]).mean() > 0.98
    assert np.median(error[:, 0]) < 0.5
    assert fits.index.name == "unit"


@pytest.mark.parametrize(
    ("stimuli", "kind", "message"),
    [
        (["a", "b", "c", "d", "e"], "von_mises", "angles in degrees"),
        ([0, 45, 90, 135], "von_mises", "at least 5 orientations; got 4"),
        ([0, 45, 90, 135, 180], "von_mises", "at least 5 orientations; got 4"),
        ([0, 10, 20, 30, 40], "von_mises", "gap of 140°"),
        ([0, 90, 180, 270], "double_von_mises", "at least 6 directions; got 4"),
        ([0, 30, 60, 90, 120, 150], "double_von_mises", "span 150°.*kind='von_mises'"),
        ([0, 45, 90, 135, 170], "von_mise", "Did you mean 'von_mises'"),
    ],
)
def test_what_cannot_be_fitted_is_refused(stimuli, kind, message):
    with pytest.raises(InputError, match=message):
        fit_tuning(responses(np.random.default_rng(0).normal(size=(len(stimuli), 2)), stimuli=stimuli), kind)


def test_inner_fit_is_differentiable_in_the_shape():
    from isocortex.analysis.tuning_fits import lobes

    with jax.enable_x64(True):
        phase = np.deg2rad(2 * ORIENTATIONS)
        slope = jax.jacobian(lambda p: lobes(p, jax.numpy.asarray(phase), 1)[0])(jax.numpy.array([0.3, 0.7]))
        f = np.exp(np.exp(0.7) * (np.cos(phase - 0.3) - 1))
        np.testing.assert_allclose(slope[:, 0], np.exp(0.7) * np.sin(phase - 0.3) * f, atol=1e-12)
