import jax
import numpy as np
import pytest
from scipy.special import ive

from isocortex import InputError, responses
from isocortex.analysis import embed, tuning_curves, tuning_indices

ANGLES = np.arange(-90.0, 90.0, 5.0)


def von_mises(preferred, kappa):
    return np.exp(kappa * (np.cos(np.deg2rad(2 * (ANGLES[:, None] - preferred))) - 1))


def test_planted_preferences_and_order_of_selectivity():
    preferred = np.array([-90.0, -60.0, 0.0, 44.0])
    curves = tuning_curves(responses(von_mises(preferred, np.array([0.5, 1, 2, 8])), stimuli=ANGLES))
    np.testing.assert_allclose((curves.preferred - preferred + 90) % 180 - 90, 0, atol=1e-6)
    assert (np.diff(curves.selectivity) > 0).all()
    assert curves.selectivity.max() < 1


def test_one_orientation_alone_is_perfect_and_none_is_zero():
    values = np.zeros((len(ANGLES), 2))
    values[7, 0] = 2.0
    curves = tuning_curves(responses(values, stimuli=ANGLES))
    np.testing.assert_allclose(curves.selectivity, [1, 0], atol=1e-12)
    assert curves.preferred[0] == pytest.approx(ANGLES[7])
    assert curves.representatives(6).tolist() == [0]


def test_stimuli_may_come_in_any_order(rng):
    values = von_mises(np.array([20.0, -30.0]), 2.0)
    order = rng.permutation(len(ANGLES))
    shuffled = tuning_curves(responses(values[order], stimuli=ANGLES[order]))
    np.testing.assert_allclose(shuffled.curves, values.T)


def test_bad_responses_are_refused():
    with pytest.raises(InputError, match="angles in degrees"):
        tuning_curves(responses(np.eye(3), stimuli=["a", "b", "c"]))
    with pytest.raises(InputError, match="Select one seed"):
        tuning_curves(responses(np.ones((2, 3, 4)), dims=("seed", "stimulus", "unit")))


@pytest.mark.parametrize("units", [1, 2, 40])
def test_embedding_keeps_neighbours_and_repeats(units):
    values = von_mises(np.linspace(-90, 90, units, endpoint=False), 2.0)
    array = responses(values, stimuli=ANGLES)
    one, two = (embed(array, key=jax.random.key(0)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (len(ANGLES), 2)
    if units == 40:
        distance = np.linalg.norm(one[:, None] - one[None], axis=-1)
        near = np.mean([distance[i, (i + 1) % len(ANGLES)] for i in range(len(ANGLES))])
        assert near < 0.5 * np.median(distance)


def test_osi_is_the_ratio_of_bessel_functions():
    kappa = np.array([0.1, 1.0, 3.0])
    x = responses(von_mises(np.array([0.0, 33.0, -80.0]), kappa), stimuli=ANGLES)
    table = tuning_indices(x, baseline=0.0)
    assert list(table) == ["osi", "circular_variance"]
    np.testing.assert_allclose(table["osi"], ive(1, kappa) / ive(0, kappa), atol=1e-12)
    np.testing.assert_allclose(tuning_indices(x)["osi"], tuning_curves(x).selectivity, atol=1e-12)


def test_unequal_spacing_is_weighed(rng):
    """The rule of midpoints errs by less than (period / n)² with random angles; unweighted sums err by 1/√n."""
    angles = rng.uniform(0, 180, 200)
    x = responses(np.exp(np.cos(np.deg2rad(2 * (angles - 20))))[:, None], stimuli=angles)
    assert tuning_indices(x, baseline=0.0)["osi"][0] == pytest.approx(
        ive(1, 1) / ive(0, 1), abs=(np.pi / 200) ** 2 * 10
    )


def test_directions_have_a_dsi():
    directions = np.arange(0.0, 360, 30)
    wave = np.deg2rad(directions)[:, None]
    x = responses(np.concatenate([1 + np.cos(wave), 1 + np.cos(2 * wave)], axis=1), stimuli=directions)
    table = tuning_indices(x, baseline=0.0)
    np.testing.assert_allclose(table[["osi", "dsi"]], [[0, 0.5], [0.5, 0]], atol=1e-12)
    assert "dsi" not in tuning_indices(x[:6])


@pytest.mark.parametrize("kappa", [0.0, 0.3, 2.0])
def test_correction_takes_the_bias_of_noise_out(kappa, rng):
    """OSI² of the mean is too large by about v·|w|²/T²; the corrected one is right within four standard errors, and its
    root, which bends, within half its second derivative times the variance, var(OSI²) / (8 OSI³)."""
    n = 3000
    clean = 1 + von_mises(np.full(n, 10.0), kappa) if kappa else np.ones((len(ANGLES), n))
    x = responses(clean + 1.5 * rng.normal(size=(6, *clean.shape)), stimuli=ANGLES)
    table = tuning_indices(x, baseline=0.0)
    truth = tuning_indices(responses(clean, stimuli=ANGLES), baseline=0.0)["osi"][0]
    squared = np.sign(table["osi_corrected"]) * table["osi_corrected"] ** 2
    se = squared.std() / np.sqrt(n)
    assert abs(squared.mean() - truth**2) < 4 * se
    assert (table["osi"] ** 2).mean() - truth**2 > 8 * se
    if kappa == 2.0:
        corrected = table["circular_variance_corrected"]
        bend = squared.var() / (8 * truth**3)
        assert abs(corrected.mean() - (1 - truth)) < 4 * corrected.std() / np.sqrt(n) + 2 * bend
        assert table["circular_variance"].mean() < 1 - truth


def test_correction_needs_no_known_baseline(rng):
    """The lowest of 36 noisy means lies two standard errors below the trough, which adds to Σr and shortens the index.
    What is read in the repeat left out has no such error, but for the stimuli within the noise of the trough that are
    taken for it: less than one standard error. Of the bias of the plain index at most a third is left."""
    clean = von_mises(np.full(1000, 10.0), 3.0) - 7.0
    x = responses(clean + 0.05 * rng.normal(size=(8, *clean.shape)), stimuli=ANGLES)
    table = tuning_indices(x)
    truth = tuning_indices(responses(clean, stimuli=ANGLES))["osi"][0]
    assert truth - table["osi"].mean() > 0.05
    assert abs(table["osi_corrected"].mean() - truth) < (truth - table["osi"].mean()) / 3
    scaled = tuning_indices(3 * x + 5)
    np.testing.assert_allclose(scaled, table, atol=1e-9)


def test_indices_that_are_not_defined():
    x = responses(np.stack([np.ones(len(ANGLES)), -1 - von_mises(0.0, 1.0)[:, 0]], axis=1), stimuli=ANGLES)
    assert tuning_indices(x)["osi"].tolist()[0] == 0
    np.testing.assert_allclose(tuning_indices(x, baseline=0.0)["osi"], [0, np.nan], atol=1e-12)
    twice = responses(np.stack([x.values, x.values]), stimuli=ANGLES)
    assert np.isnan(tuning_indices(twice)["osi_corrected"][0])
    with pytest.raises(InputError, match="one per unit"):
        tuning_indices(x, baseline=np.ones(3))


@pytest.mark.parametrize("measure", [tuning_indices, tuning_curves])
def test_angles_on_one_side_are_refused(measure):
    with pytest.raises(InputError, match="gap of 160°"):
        measure(responses(np.eye(3), stimuli=[0, 10, 20]))


@pytest.mark.parametrize("angles", [np.arange(0.0, 181.0, 45.0), np.arange(-90.0, 91.0, 45.0)])
def test_an_orientation_shown_under_two_labels_counts_once(angles):
    """0° and 180° are one orientation: a cosine that prefers 30° does so exactly, whichever of the labels stand."""
    cosine = 1 + np.cos(np.deg2rad(2 * (angles - 30)))
    curves = tuning_curves(responses(cosine[:, None], stimuli=angles))
    assert curves.preferred[0] == pytest.approx(30, abs=1e-9)
    once = tuning_curves(responses(cosine[:-1, None], stimuli=angles[:-1]))
    assert curves.selectivity[0] == pytest.approx(once.selectivity[0], abs=1e-12)


def test_crowded_orientations_do_not_attract_the_preference(rng):
    """The rule of midpoints errs by less than (period / n)²; unweighted, half of the stimuli near 80° win."""
    angles = np.sort(np.concatenate([rng.uniform(-90, 90, 200), rng.uniform(70, 90, 200)]))
    curves = tuning_curves(responses(np.exp(np.cos(np.deg2rad(2 * (angles[:, None] - [20, -30])))), stimuli=angles))
    np.testing.assert_allclose(curves.preferred, [20, -30], atol=0.2)


def test_the_strongest_unit_of_a_range_is_found_whatever_the_spacing():
    """Unit 0 has the larger amplitude; most stimuli stand where unit 1 answers, whose plain sum is the longer one."""
    angles = np.concatenate([np.arange(-90.0, 90.0, 15.0), np.arange(41.0, 60.0)])
    wave = np.cos(np.deg2rad(2 * (angles[:, None] - [-40, 50])))
    assert tuning_curves(responses([1.3, 1] * (1 + wave), stimuli=angles)).representatives(1).tolist() == [0]
