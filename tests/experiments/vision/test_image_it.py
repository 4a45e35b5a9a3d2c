"""image-it on small files of the published layout, which the test makes."""

import json

import numpy as np
import pytest
import scipy.io

from isocortex import InputError, read_kriegeskorte, runs
from isocortex.experiments.vision.image_it import ImageIT

LABELS = ["animate", "inanim", "human", "nonhumani", "body", "face", "natObj", "artiObj"]
N = 12


def structs(rows, **fields):
    """Return a MATLAB struct array of shape (1, rows) or of the shape of nested rows."""
    names = list(fields)
    array = np.empty(rows, dtype=[(name, object) for name in names])
    for index in np.ndindex(*rows):
        for name in names:
            array[index][name] = fields[name](index)
    return array


@pytest.fixture
def published(tmp_path, rng):
    """Write the three files with 12 images, 4 subjects × 2 sessions, and planted agreement between the brains."""
    shared = rng.random((N, N))
    shared = shared + shared.T

    def rdm(noise):
        own = rng.random((N, N))
        square = shared + noise * (own + own.T)
        np.fill_diagonal(square, 0)
        return square

    sessions = {(0, s, k): rdm(0.5) for s in range(4) for k in range(2)}
    pairs = np.triu_indices(N, 1)
    mean = np.mean(list(sessions.values()), axis=0)[pairs]
    monkey = rdm(0.2)[pairs]
    vectors = np.zeros((N, len(LABELS)), np.uint8)
    for i in range(N):
        vectors[i, 4 + i // 3] = 1
    images = rng.integers(0, 256, (N, 20, 20, 3)).astype(np.uint8)
    folder = tmp_path / "published"
    folder.mkdir()
    scipy.io.savemat(
        folder / "92_brainRDMs.mat",
        {"RDMs": structs((1, 4, 2), RDM=lambda i: sessions[i], name=lambda i: f"hIT | S{i[1]} | Session: {i[2] + 1}")},
    )
    scipy.io.savemat(
        folder / "Kriegeskorte_Neuron2008_supplementalData.mat",
        {
            "categoryLabels": np.array([LABELS], dtype=object),
            "categoryVectors": vectors,
            "stimuli_92objs": structs((1, N), image=lambda i: images[i[1]]),
            "RDMs_mIT_hIT_fig1": structs(
                (1, 2),
                RDM=lambda i: [monkey, mean][i[1]][None],
                name=lambda i: ["mIT_674neurons", "hITvisStim_316vx"][i[1]],
            ),
        },
    )
    scipy.io.savemat(folder / "92_V1model_HMAX_RDMs.mat", {"rdm92_V1model": rdm(3.0), "rdm92_HMAXnatImPatch": rdm(1.0)})
    return folder


def test_the_layout_is_read(published):
    found = read_kriegeskorte(published)
    assert found.human.labels == ("S0", "S1", "S2", "S3")
    assert list(found.categories) == ["body"] * 3 + ["face"] * 3 + ["natural"] * 3 + ["artificial"] * 3
    assert found.images.shape == (N, 20, 20, 3)


@pytest.mark.slow
def test_a_whole_run_with_every_promised_number(published, tmp_path):
    folder = ImageIT(data=published, out=tmp_path / "runs", seeds=2, epochs=2, trials=40, batch=20).execute()
    found = json.loads((folder / "summary.json").read_text())
    rows = ["trained.pool", "untrained.fc", "random.conv", "filter_bank.conv", "energy.simple", "energy.pooled"]
    rows += [
        "recognition-trained.conv2",
        "recognition-untrained.fc",
        "fourier.amplitude",
        "pixels.rdm",
        "v1_model.rdm",
        "hmax.rdm",
    ]
    for row in rows:
        for target in ("human", "monkey"):
            low, mean, high = (found[f"rsa.{row}.{target}.{what}"] for what in ("low", "mean", "high"))
            assert low <= mean <= high
    assert found["recognition.accuracy.trained.mean"] > 0.4 > 3 * found["recognition.accuracy.untrained.mean"]
    assert found["rsa.monkey.rdm.human.mean"] > found["rsa.v1_model.rdm.human.mean"]
    assert found["rsa.ceiling.human.lower"] < found["rsa.ceiling.human.upper"]
    page = runs.read_run(folder).page
    assert {f["name"] for f in page["findings"] if f["kind"] == "figure"} >= {"rdms", "stimuli", "training", "filters"}
    assert "of fresh trials correctly after training" in page["answer"]
    assert "hold for new stimuli, new subjects and new seeds of each model." in " ".join(page["methods"])
    table = runs.read_run(folder).table("answer_human")
    assert list(table) == ["layer", "trained", "untrained", "random filters", "not trained here"]
    hmax = table[table["layer"] == "HMAX (2008) (published)"]
    assert hmax[["trained", "untrained", "random filters"]].isna().all(axis=None)
    assert hmax["not trained here"].notna().all()


def test_another_measured_mean_is_noticed(published):
    path = published / "Kriegeskorte_Neuron2008_supplementalData.mat"
    content = scipy.io.loadmat(path)
    content["RDMs_mIT_hIT_fig1"][0, 1]["RDM"] = content["RDMs_mIT_hIT_fig1"][0, 1]["RDM"][:, ::-1].copy()
    scipy.io.savemat(path, {name: value for name, value in content.items() if not name.startswith("__")})
    with pytest.raises(InputError, match="row-major upper-triangle"):
        read_kriegeskorte(published)


@pytest.mark.parametrize("missing", ["categoryVectors", "RDMs_mIT_hIT_fig1"])
def test_a_missing_variable_is_told(published, missing):
    path = published / "Kriegeskorte_Neuron2008_supplementalData.mat"
    content = {n: v for n, v in scipy.io.loadmat(path).items() if not n.startswith("__") and n != missing}
    scipy.io.savemat(path, content)
    with pytest.raises(InputError, match="are not the published ones"):
        read_kriegeskorte(published)
