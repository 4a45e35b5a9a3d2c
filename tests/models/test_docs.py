"""A model class that a user writes, as docs/models.md prints it; and one in time."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from isocortex import InputError, fit, load_model, population, record, save_model
from isocortex.models import Model
from isocortex.tasks import OrientationDiscrimination


@pytest.mark.slow
def test_the_page_on_models_runs(run_page):
    found = run_page("models.md")
    trained, loaded, images = (found[name] for name in ("trained", "loaded", "images"))
    assert found["history"].loss[:, -10:].mean() < 0.7 * found["history"].loss[:, :10].mean()
    assert found["layers"]["rate"].shape == (2, 4, 20)
    for name, activity in record(loaded, images).items():
        np.testing.assert_array_equal(activity, record(trained, images)[name])
    with pytest.raises(InputError, match="Normalised takes inputs of shape 12 × 16, one per stimulus; got 12"):
        record(trained, images[:, :, 0])
    with pytest.raises(InputError, match=r"a model of the class 'Normalised', .*load_model\(path, MyModel\)"):
        load_model("normalised.eqx")


class Delay(Model):
    """Every channel, a step late, on a grid of two places."""

    gain: jax.Array
    dt: jax.Array
    layers: tuple[str, ...] = eqx.field(static=True, default=("late", "mean"))
    in_time = True

    def __init__(self, *, key):
        self.gain, self.dt = jnp.ones(()), jnp.asarray(5.0)
        self.layers = ("late", "mean")

    def __call__(self, x, *, key=None):
        late = self.gain * jnp.concatenate([jnp.zeros_like(x[:1]), x[:-1]])
        return {"late": jnp.stack([late, late], axis=1), "mean": x.mean()}


def test_a_model_in_time_is_recorded_in_time(key, tmp_path):
    x = np.arange(24, dtype=np.float32).reshape(3, 4, 2)
    models = population(lambda key: Delay(key=key), 2, key=key)
    found = record(models, x, layers=["late"])["late"]
    assert found.dims == ("seed", "stimulus", "time", "unit")
    np.testing.assert_array_equal(found.time, [0, 5, 10, 15])
    np.testing.assert_array_equal(found[1, :, 1:], np.concatenate([x, x], axis=-1)[:, :-1])
    with pytest.raises(InputError, match="layer 'mean' of Delay must have the shape step × …"):
        record(models, x)
    save_model(tmp_path / "model.eqx", models)
    assert load_model(tmp_path, Delay).gain.shape == (2,)


def test_what_is_no_model_is_refused(key, tmp_path):
    layer = eqx.nn.Linear(3, 2, key=key)
    for use in (
        lambda: fit(layer, OrientationDiscrimination(), key=key),
        lambda: save_model(tmp_path / "model.eqx", layer),
    ):
        with pytest.raises(InputError, match=r"a subclass of isocortex\.models\.Model.* got Linear"):
            use()
