import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import (
    ConvNet,
    ConvolutionalLayer,
    FourierEnergy,
    InputError,
    OrientationEnergy,
    Pixels,
    filter_bank,
    gratings,
    population,
    record,
)
from isocortex.models import ARCHITECTURES, n_members

SHAPES = {
    "conv": (6, 48, 64),
    "conv_relu": (6, 48, 64),
    "pool": (6, 6, 8),
    "fc": (10,),
    "fc_relu": (10,),
    "output": (1,),
}


@pytest.mark.first_variant
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_layers_have_the_published_shapes(architecture, key):
    network = ConvNet(architecture, key=key)
    activity = network(jnp.asarray(gratings([10.0])[0]))
    assert {name: activity[name].shape for name in network.layers} == {
        n: SHAPES[n] for n in ARCHITECTURES[architecture].layers
    }
    assert 0 < float(activity["output"][0]) < 1


def test_activity_equals_the_layers_written_out(key):
    network = ConvNet(key=key)
    image = gratings([33.0])[0]
    padded = np.pad(image, 3)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (7, 7))
    conv = np.einsum("yxij,cij->cyx", windows, filter_bank())
    pool = np.maximum(conv, 0).reshape(6, 6, 8, 8, 8).max(axis=(2, 4))
    fc = np.asarray(network.fc.weight) @ pool.ravel() + np.asarray(network.fc.bias)
    out = np.asarray(network.out.weight) @ np.maximum(fc, 0) + np.asarray(network.out.bias)
    activity = network(jnp.asarray(image))
    np.testing.assert_allclose(activity["conv"], conv, atol=1e-4)
    np.testing.assert_allclose(activity["pool"], pool, atol=1e-4)
    np.testing.assert_allclose(activity["fc"], fc, atol=1e-3)
    np.testing.assert_allclose(activity["output"], 1 / (1 + np.exp(-out)), atol=1e-4)


def test_initial_weights_are_uniform_within_the_published_bound(key):
    networks = population(lambda k: ConvNet(key=k), 20, key=key)
    weights = np.asarray(networks.fc.weight)
    bound = 1 / np.sqrt(288)
    assert np.abs(weights).max() <= bound
    standard_error = bound**2 / np.sqrt(5 * weights.size)  # sd of w² is √(4/45)·bound² < bound²/√5
    assert np.mean(weights**2) == pytest.approx(bound**2 / 3, abs=4 * standard_error)
    assert np.array_equal(networks.conv.kernels[0], filter_bank())
    assert not networks.conv.bias.any()


def test_members_do_not_depend_on_how_many_there_are(key):
    few, many = (population(lambda k: ConvNet("FC", key=k), n, key=key) for n in (2, 5))
    np.testing.assert_array_equal(few.fc.weight, many.fc.weight[:2])
    assert n_members(many) == 5


def test_untrained_filters_are_shared_and_random_ones_are_not(key):
    random = population(lambda k: ConvNet(filters="random", key=k), 3, key=key)
    assert np.ptp(np.asarray(random.conv.kernels), axis=0).min() > 0
    assert np.abs(random.conv.kernels).max() <= 1 / 7


def test_record_labels_layers_seeds_and_stimuli(key):
    angles = np.array([-40.0, 0.0, 40.0])
    networks = population(lambda k: ConvNet(key=k), 2, key=key)
    recorded = record(networks, gratings(angles), stimuli=angles, layers=["pool", "fc"])
    assert list(recorded) == ["pool", "fc"]
    assert recorded["pool"].dims == ("seed", "stimulus", "unit")
    assert recorded["pool"].shape == (2, 3, 288)
    np.testing.assert_array_equal(recorded["fc"]["stimulus"], angles)
    single = jax.tree.map(lambda x: x[1], networks)
    alone = record(single, gratings(angles), layers=["fc"], population=False)["fc"]
    np.testing.assert_allclose(alone, recorded["fc"].isel(seed=1), atol=1e-4)


def test_record_refuses_unknown_layers_and_other_sizes(key):
    networks = population(lambda k: ConvNet(key=k), 1, key=key)
    with pytest.raises(InputError, match=r"no layer 'pol'. Did you mean 'pool'"):
        record(networks, gratings([0.0, 1.0, 2.0]), layers=["pol"])
    with pytest.raises(InputError, match="ConvNet takes inputs of shape 48 × 64, one per stimulus; got"):
        record(networks, gratings([0.0, 1.0, 2.0], resolution=0.2))


def test_bad_networks_are_refused(key):
    with pytest.raises(InputError, match="Did you mean 'ConvPoolFC'"):
        ConvNet("convpool", key=key)
    with pytest.raises(InputError, match="too small for max-pooling"):
        ConvNet(image_size=(6, 6), key=key)
    with pytest.raises(InputError, match="at least one seed"):
        population(lambda k: ConvNet(key=k), 0, key=key)
    with pytest.raises(InputError, match="not a population"):
        n_members(ConvNet(key=key))
    with pytest.raises(InputError, match="population=False"):
        record(Pixels(), gratings([0.0, 1.0, 2.0]))
    with pytest.raises(InputError, match="no readout 'sigmod'"):
        ConvNet(readout="sigmod", key=key)
    with pytest.raises(InputError, match="no kind of filters 'rnd'"):
        ConvNet(filters="rnd", key=key)
    with pytest.raises(InputError, match="need a key"):
        ConvolutionalLayer(filters="random")


def test_energy_is_blind_to_phase_and_tuned_to_orientation():
    column, row = np.meshgrid(np.arange(64), np.arange(64))
    model = OrientationEnergy((64, 64), wavelengths=(8.0,), n_orientations=4)

    def wave(theta, phase):
        along = column * np.cos(theta) + row * np.sin(theta)
        return jnp.asarray(0.5 + 0.5 * np.cos(2 * np.pi * along / 8 + phase), jnp.float32)

    centre = [model(wave(0.0, phase))["complex"][:, 32, 32] for phase in (0.0, 1.0, 2.5)]
    np.testing.assert_allclose(centre[1], centre[0], atol=1e-3)
    np.testing.assert_allclose(centre[2], centre[0], atol=1e-3)
    for k in range(4):
        assert int(np.argmax(model(wave(k * np.pi / 4, 0.3))["complex"][:, 32, 32])) == k
    simple = model(wave(0.0, 0.0))["simple"][0, :, 0, 32, 28:36]
    assert np.ptp(np.asarray(simple)) > 0.1


def test_fourier_amplitude_ignores_a_shift(rng):
    patch = np.zeros((32, 32), np.float32)
    patch[12:20, 12:20] = rng.random((8, 8))
    model = FourierEnergy()
    one, two = (np.asarray(model(jnp.asarray(np.roll(patch, s, axis=1)))["amplitude"]) for s in (0, 1))
    assert np.corrcoef(one.ravel(), two.ravel())[0, 1] > 0.99
    assert np.array_equal(Pixels()(jnp.asarray(patch))["pixels"], patch)
