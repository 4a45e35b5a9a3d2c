import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from PIL import Image

from isocortex import ImageRotation, InputError, gratings
from isocortex.stimuli import read_pictures, textures, turned
from isocortex.tasks import VISUAL_TASKS, visual_task


def test_turning_by_a_quarter_is_exact(rng):
    """Pixel (row, column) of a square comes from (side − 1 − column, row): the left edge goes to the top."""
    picture = rng.uniform(size=(31, 31)).astype(np.float32)
    upright = np.asarray(turned(jnp.asarray(picture), jnp.asarray(0.0), (31, 31)))
    quarter = np.asarray(turned(jnp.asarray(picture), jnp.asarray(90.0), (31, 31)))
    inside = upright != 0.5
    np.testing.assert_allclose(upright[inside], picture[inside], atol=1e-6)
    np.testing.assert_allclose(quarter[inside], np.rot90(picture, -1)[inside], atol=1e-4)


@pytest.mark.parametrize("angle", [20.0, -35.0, 80.0])
def test_a_turned_vertical_line_lies_as_a_grating_at_that_angle(angle):
    """A line through the middle turned by θ is darkest along the direction (sin θ, −cos θ) of column and row."""
    picture = jnp.ones((101, 101)).at[:, 50].set(0.0)
    image = np.asarray(turned(picture, jnp.asarray(angle), (101, 101)))
    row, column = np.nonzero(image < 0.3)
    along = np.polyfit(-(row - 50.0), column - 50.0, 1)[0]
    assert np.rad2deg(np.arctan(along)) == pytest.approx(angle, abs=1)
    stripes = gratings([angle])[0]
    shift = np.round(10 * np.array([-np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])).astype(int)
    middle = stripes[12:36, 12:52]
    moved = stripes[12 + shift[0] : 36 + shift[0], 12 + shift[1] : 52 + shift[1]]
    assert (middle == moved).mean() > 0.9


def test_the_window_hides_the_corners_and_the_target_is_the_rotation(key):
    trials = eqx.filter_jit(ImageRotation().sample)(key, 200)
    inputs = np.asarray(trials.inputs)
    assert inputs.shape == (200, 48, 64)
    assert (inputs[:, [0, 0, -1, -1], [0, -1, 0, -1]] == 0.5).all()
    angle = np.deg2rad(np.asarray(trials.conditions["rotation"]))
    np.testing.assert_allclose(trials.targets, np.stack([np.cos(angle), np.sin(angle)], axis=1), atol=1e-5)
    task = ImageRotation()
    assert float(task.score(trials.targets, trials)) == 1
    assert float(task.loss(trials.targets, trials)) == 0
    np.testing.assert_allclose(task.decode(3 * trials.targets), np.rad2deg(angle), atol=1e-2)


def test_textures_have_the_spectrum_of_scenes_and_do_not_depend_on_how_many_follow(key):
    """Amplitude falls as 1/f below the cut: from 2–4 to 8–16 cycles per picture by about four."""
    some = textures(30, key=key)
    np.testing.assert_array_equal(textures(2, key=key), some[:2])
    assert 0 <= some.min() < 0.1
    assert 0.9 < some.max() <= 1
    amplitude = np.abs(np.fft.fft2(some - some.mean(axis=(1, 2), keepdims=True))).mean(axis=0)
    cycles = 96 * np.hypot(*np.meshgrid(np.fft.fftfreq(96), np.fft.fftfreq(96)))
    low, high = (amplitude[(cycles >= f) & (cycles < 2 * f)].mean() for f in (2, 8))
    assert low / high == pytest.approx(4 * np.exp((11.3**2 - 2.8**2) / 96**2 / 0.2**2), rel=0.25)


def test_pictures_of_a_folder_are_grey_squares(tmp_path, rng):
    colours = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(colours).save(tmp_path / "b.png")
    Image.fromarray(colours[:, :40, 0]).save(tmp_path / "a.jpg")
    (tmp_path / "notes.txt").write_text("no picture")
    stack = read_pictures(tmp_path, side=20)
    assert stack.shape == (2, 20, 20)
    assert stack[1].mean() == pytest.approx((colours[:, 10:50] @ [0.299, 0.587, 0.114]).mean() / 255, abs=0.01)
    assert visual_task("rotation", pictures=stack).pictures.shape == (2, 20, 20)


def test_bad_pictures_are_refused(tmp_path):
    with pytest.raises(InputError, match="There is no picture or folder"):
        read_pictures(tmp_path / "none.png")
    with pytest.raises(InputError, match="holds no pictures"):
        read_pictures(tmp_path)
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    with pytest.raises(InputError, match="is damaged"):
        read_pictures(tmp_path)
    with pytest.raises(InputError, match="stack of squares"):
        ImageRotation(np.zeros((2, 3, 4), np.float32))
    with pytest.raises(InputError, match="At least one texture"):
        textures(0, key=jax.random.key(0))


@pytest.mark.parametrize("name", VISUAL_TASKS)
def test_every_task_scores_its_own_targets_and_chance(name, key):
    task = visual_task(name, resolution=0.03)
    trials = eqx.filter_jit(task.sample)(key, 500)
    assert trials.targets.shape == (500, task.n_outputs)
    assert float(task.score(trials.targets, trials)) == 1
    shuffled = jnp.roll(trials.targets, 1, axis=0)
    assert 0.4 < float(task.score(shuffled, trials)) < 0.6  # ± 4.5 standard errors of a share of 500
