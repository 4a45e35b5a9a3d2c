"""The reader of spike rasters, on files made here in the published layout."""

from itertools import product

import jax
import numpy as np
import pytest
from scipy.io import savemat

from isocortex import InputError, read_zhang_desimone, rsa

OBJECTS, POSITIONS = ("car", "face", "hand"), ("left", "right")


def cells(words):
    box = np.empty((1, len(words)), object)
    box[0] = words
    return box


def neuron(path, trials_of, rng, *, duration=40, onset=20, **changes):
    """Write a file in which the trial j of a condition has a spike at each ms where its code does."""
    conditions = [c for c in product(OBJECTS, POSITIONS) for _ in range(trials_of(c))]
    order = rng.permutation(len(conditions))
    conditions = [conditions[i] for i in order]
    raster = rng.integers(0, 2, (len(conditions), duration)).astype(np.uint8)
    stored = {
        "raster_data": raster,
        "raster_labels": {
            "stimulus_ID": cells([c[0] for c in conditions]),
            "stimulus_position": cells([c[1] for c in conditions]),
        },
        "raster_site_info": {"alignment_event_time": onset + 1},
    }
    savemat(path, stored | changes)
    return raster, conditions


@pytest.fixture
def folder(tmp_path, rng):
    for i in range(3):
        # The second neuron lacks one trial of one condition.
        neuron(tmp_path / f"n{i}_raster_data.mat", lambda c, i=i: 4 - (i == 1 and c == ("face", "left")), rng)
    return tmp_path


def test_counts_are_those_of_trials_with_the_label(tmp_path, rng, key):
    raster, conditions = neuron(tmp_path / "a_raster_data.mat", lambda c: 5, rng)
    x = read_zhang_desimone(tmp_path, key=key, window=10, step=5)
    assert x.dims == ("repeat", "time", "stimulus", "unit")
    assert x["time"].values.tolist() == [-15, -10, -5, 0, 5, 10, 15]
    assert x["unit"].values.tolist() == ["a"]
    for stimulus, position in product(OBJECTS, POSITIONS):
        mine = raster[[c == (stimulus, position) for c in conditions]]
        expected = np.stack([mine[:, t : t + 10].sum(axis=1) for t in range(0, 31, 5)], axis=1)
        found = x.sel(stimulus=stimulus).isel(repeat=np.flatnonzero(x["position"] == position), unit=0).values
        assert sorted(map(tuple, found)) == sorted(map(tuple, expected))


def test_the_neuron_with_the_fewest_trials_sets_the_repeats(folder, key):
    x = read_zhang_desimone(folder, key=key, window=10, step=10)
    assert dict(x.sizes) == {"repeat": 6, "time": 4, "stimulus": 3, "unit": 3}
    assert x["position"].values.tolist() == ["left"] * 3 + ["right"] * 3


def test_the_key_alone_decides_which_trials_meet(folder):
    first, again, other = (read_zhang_desimone(folder, key=jax.random.key(s), window=20) for s in (0, 0, 1))
    assert first.identical(again)
    assert not first.equals(other)


def test_an_rdm_of_a_window_follows(folder, key):
    window = read_zhang_desimone(folder, key=key, window=20, step=20).sel(time=10, drop=True)
    noise = rsa.noise_precision(window, "diagonal")
    assert rsa.rdm(window, "crossnobis", noise=noise).stimuli.tolist() == list(OBJECTS)


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda f: (f / "n0_raster_data.mat").write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200)), {}, "is it complete"),
        (
            lambda f: (f / "n0_raster_data.mat").write_bytes((f / "n1_raster_data.mat").read_bytes()[:900]),
            {},
            "complete",
        ),
        (
            lambda f: savemat(f / "n0_raster_data.mat", {"x": 1}),
            {},
            "n0_raster_data.mat is not a published file",
        ),
        (lambda f: rewrite(f, raster_data=np.full((24, 40), 2)), {}, "trials × ms of zeros and ones"),
        (lambda f: rewrite(f, raster_data=np.zeros((23, 40), np.uint8)), {}, "23 trials have 24 objects"),
        (lambda f: rewrite(f, onset=60), {}, "the stimulus comes at 60 ms of 40"),
        (lambda f: rewrite(f, onset=10), {}, "n1_raster_data.mat lasts 40 ms with the stimulus at 20"),
        (
            lambda f: rewrite(f, trials_of=lambda c: 4 * (c != ("car", "left"))),
            {},
            "seen every object at every position",
        ),
        (lambda f: None, {"window": 41}, "A window of 41 ms does not fit into 40 ms"),
        (lambda f: None, {"window": 0}, "at least 1 ms; got 0 and 50"),
        (lambda f: [p.unlink() for p in f.iterdir()], {}, "holds no file …_raster_data.mat"),
        (lambda f: [*(p.unlink() for p in f.iterdir()), f.rmdir()], {}, "There is no folder"),
    ],
)
def test_what_was_not_published_is_told_in_a_sentence(folder, key, change, options, sentence):
    change(folder)
    with pytest.raises(InputError, match=sentence):
        read_zhang_desimone(folder, key=key, **{"window": 10, **options})


def rewrite(folder, *, trials_of=lambda c: 4, **changes):
    neuron(folder / "n0_raster_data.mat", trials_of, np.random.default_rng(1), **changes)
