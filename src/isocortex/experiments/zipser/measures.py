"""What ``zipser-andersen`` measures: held-out errors, gain fields, similarity with three frames of reference."""

from collections.abc import Mapping
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from ...analysis import gain_fields, inference, rsa
from ...learning.backpropagation import LOSSES, agreement
from ...models import MLP, map_members, record
from ...rdms import RDMs
from ...responses import responses as labelled
from ...shapes import PRNGKey
from ...tasks import HeadCentred, Trials
from ..shared.tables import NO_LEARNING, similarity_table

FIELD = np.arange(-40.0, 41.0, 5.0)
"""Retinal places along an axis, in degrees."""
EYES = np.array([-20.0, 0.0, 20.0])
"""Eye positions along an axis, in degrees: nine in all, as in the recordings."""
COARSE = np.arange(-30.0, 31.0, 20.0)
"""Retinal places for RDMs."""
FRAMES = ("retinal", "eye", "head-centred")
CONFIDENCE = 0.95
MANY = 50_000
"""Samples behind the baselines, whose standard errors are then below 0.001."""
CHECKED = 200
"""Held-out samples for the comparison of gradients."""


@dataclass(frozen=True, eq=False)
class Found:
    """Everything that the walk computed.

    Attributes
    ----------
    task : HeadCentred
    variants : dict of str to population
        "untrained", "trained", and "Adam" where there was a second training.
    errors : dict of str to DataArray, shape (seed, epoch)
        Trained variant → summed squared error per training sample.
    baselines : dict of str to float
        Error of an output that is always 0, and of the mean target.
    trials : Trials
        Held-out samples.
    outputs : dict of str to array, shape (seed, trial, output)
    places : dict of str to array, shape (seed, trial, 2)
        Decoded positions in degrees.
    responses : dict of str to DataArray
        Hidden units at :func:`gain_stimuli`.
    tables : dict of str to DataFrame
        Gain fields of the hidden units.
    rdms : dict of str to RDMs
    similarities : DataFrame
    dots : dict of (reference, variant) to array
    agreement : float
        Largest relative difference between the gradients written out and the automatic ones.
    published : bool
        Whether the configuration is the published one.
    """

    task: HeadCentred
    variants: dict[str, MLP]
    errors: dict[str, xr.DataArray]
    baselines: dict[str, float]
    trials: Trials
    outputs: dict[str, np.ndarray]
    places: dict[str, np.ndarray]
    responses: dict[str, xr.DataArray]
    tables: dict[str, pd.DataFrame]
    rdms: dict[str, RDMs]
    similarities: pd.DataFrame
    dots: dict[tuple[str, str], np.ndarray]
    agreement: float
    published: bool

    @property
    def seeds(self) -> int:
        """Number of networks."""
        return self.errors["trained"].sizes["seed"]

    @property
    def hidden(self) -> int:
        """Number of hidden units."""
        return self.variants["trained"].weights[0].shape[1]

    @property
    def head(self) -> np.ndarray:
        """True head-centred positions of the held-out samples, shape (trial, 2)."""
        return np.stack([np.asarray(self.trials.conditions[f"head_{axis}"]) for axis in "xy"], axis=-1)

    def test_error(self, variant: str) -> np.ndarray:
        """Return the summed squared error per held-out sample, shape (seed,)."""
        return ((self.outputs[variant] - np.asarray(self.trials.targets)) ** 2).sum(axis=-1).mean(axis=-1)

    def position_error(self, variant: str) -> np.ndarray:
        """Return the distance of decoded from true positions in degrees, shape (seed, trial)."""
        return np.linalg.norm(self.places[variant] - self.head, axis=-1)

    def inverse_error(self) -> float:
        """Return the largest error that the decoder makes on the targets themselves, in degrees."""
        return float(self.task.output_code.decoding_error(self.trials.targets, self.head).max())


def baselines(task: HeadCentred, key: PRNGKey) -> dict[str, float]:
    """Return the error of an output that is always 0, and of one that is always the mean target."""
    targets = np.asarray(task.sample(key, MANY).targets, np.float64)
    return {
        "output 0": float((targets**2).sum(axis=1).mean()),
        "mean output": float(((targets - targets.mean(axis=0)) ** 2).sum(axis=1).mean()),
    }


def held_out(
    task: HeadCentred, trials: Trials, variants: Mapping[str, MLP]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return every variant's outputs, shape (seed, trial, output), and the positions decoded from them."""
    outputs = {name: _outputs(networks, trials.inputs) for name, networks in variants.items()}
    places = {name: np.asarray(task.output_code.decode(output)) for name, output in outputs.items()}
    return {name: np.asarray(output) for name, output in outputs.items()}, places


@eqx.filter_jit
def _outputs(networks: MLP, inputs: jax.Array) -> jax.Array:
    return map_members(lambda network: jax.vmap(network)(inputs)["output"], networks)


def lattice(x: np.ndarray) -> np.ndarray:
    """Return all positions whose x and y are among the values, in rising order of y, then x; shape (position, 2)."""
    return np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)


def gain_stimuli() -> tuple[np.ndarray, np.ndarray]:
    """Return retinal and eye positions: 17 × 17 places at nine eye positions, then nothing (NaN) at each of them."""
    places, eyes = lattice(FIELD), lattice(EYES)
    retinal = np.concatenate([np.tile(places, (len(eyes), 1)), np.full_like(eyes, np.nan)])
    return retinal, np.concatenate([np.repeat(eyes, len(places), axis=0), eyes])


def hidden(task: HeadCentred, networks: MLP, retinal: np.ndarray, eye: np.ndarray) -> xr.DataArray:
    """Return the responses of the hidden layer; the retina is dark where the retinal position is NaN."""
    dark = np.isnan(retinal).any(axis=1)
    inputs = np.array(task.inputs(np.nan_to_num(retinal), eye))
    inputs[dark] = task.inputs(None, eye[dark])
    return record(networks, inputs, layers=["hidden1"])["hidden1"]


def gain_tables(
    task: HeadCentred, variants: Mapping[str, MLP]
) -> tuple[dict[str, xr.DataArray], dict[str, pd.DataFrame]]:
    """Return the responses to :func:`gain_stimuli`, and the gain fields measured in them."""
    retinal, eye = gain_stimuli()
    shown = {name: hidden(task, networks, retinal, eye) for name, networks in variants.items()}
    return shown, {name: gain_fields(x, retinal=retinal, eye=eye) for name, x in shown.items()}


def change(tables: Mapping[str, pd.DataFrame], variant: str, measure: str) -> tuple[float, float, float]:
    """Return how far training changed a measure: the mean over seeds of the difference of their medians, and its
    interval, from the jackknife over seeds; undefined with a single seed.
    """
    medians = {name: tables[name].groupby("seed")[measure].median() for name in (variant, "untrained")}
    differences = medians[variant] - medians["untrained"]
    if len(differences) < 2:
        return float(differences.iloc[0]), np.nan, np.nan
    data = xr.DataArray(differences.to_numpy(), dims="seed")
    found = inference.jackknife(lambda drawn: drawn.mean("seed"), data, ["seed"]).test(np.eye(1), CONFIDENCE)
    estimate, low, high = found[["estimate", "low", "high"]].to_numpy(float)[0]
    return estimate, low, high


def reference_similarity(
    task: HeadCentred, variants: Mapping[str, MLP]
) -> tuple[dict[str, RDMs], pd.DataFrame, dict[tuple[str, str], np.ndarray]]:
    """Compare the hidden layer's RDM with those of retinal, eye and head-centred position, and the input's too.

    All RDMs are squared Euclidean distances: of positions in degrees, of responses between units. The positions are a
    lattice and no random sample, so that intervals hold for new seeds on these very positions.
    """
    places, eyes = lattice(COARSE), lattice(EYES)
    retinal, eye = np.tile(places, (len(eyes), 1)), np.repeat(eyes, len(places), axis=0)
    positions = dict(zip(FRAMES, (retinal, eye, retinal + eye), strict=True))
    references = {name: rsa.rdm(labelled(x, name=name), "euclidean") for name, x in positions.items()}
    layers = {name: rsa.rdm(hidden(task, networks, retinal, eye), "euclidean") for name, networks in variants.items()}
    inputs = np.asarray(task.inputs(retinal, eye))
    layers["input"] = rsa.rdm(labelled(inputs, name="input"), "euclidean")
    rows = {("hidden", name): stack for name, stack in layers.items() if name != "input"}
    tables, dots = [], {}
    rows["input", NO_LEARNING] = layers["input"]
    for frame, reference in references.items():
        table, values = similarity_table(rows, reference, method="pearson", factors=("seed",))
        tables.append(table.assign(variant=table["variant"].where(table["layer"] == "hidden", "input"), layer=frame))
        dots |= {(frame, variant if layer == "hidden" else "input"): x for (layer, variant), x in values.items()}
    joined = pd.concat(tables, ignore_index=True)
    joined.attrs["methods"] = tables[0].attrs["methods"]
    return references | layers, joined, dots


def lesson_agreement(networks: MLP, trials: Trials) -> float:
    """Return how far the gradients written out are from the automatic ones, for both losses, in float64."""
    with jax.enable_x64(True):
        x, y = (jnp.asarray(np.asarray(a[:CHECKED], np.float64)) for a in (trials.inputs, trials.targets))
        first = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf[0], np.float64)), networks)
        return max(agreement(first, x, y, loss) for loss in LOSSES)
