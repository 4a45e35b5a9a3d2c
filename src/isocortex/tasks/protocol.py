"""The two nouns of every task: a batch of trials, and the task that samples and judges them."""

from abc import abstractmethod
from typing import ClassVar, Literal

import equinox as eqx
import jax
from jaxtyping import Float

from ..shapes import PRNGKey
from ..summaries import Described

Outputs = Float[jax.Array, "trial *answer"]


class Trials(eqx.Module):
    """A batch of trials; every array has the trial as its first axis.

    Parameters
    ----------
    inputs : array, shape (trial, ...)
        What the model gets, one example per trial.
    targets : array, shape (trial, ..., output)
        What it should answer; the axes between are those of the answer, such as time.
    weights : array, shape (trial, ...)
        How much each trial, or each of its steps, counts in the loss.
    conditions : dict of str to array, shape (trial,)
        What was varied, by name.

    Examples
    --------
    >>> import jax
    >>> from isocortex.tasks import PerceptualDecisionMaking
    >>> trials = PerceptualDecisionMaking(dt=100, timing={"stimulus": 300}).sample(jax.random.key(0), 8)
    >>> trials.inputs.shape, sorted(trials.conditions)
    ((8, 5, 3), ['choice', 'coherence'])
    """

    inputs: Float[jax.Array, "trial ..."]
    targets: Outputs
    weights: Float[jax.Array, "trial *steps"]
    conditions: dict[str, Float[jax.Array, " trial"]]


class Task(Described, eqx.Module):
    """A task samples trials and judges outputs. Everything is pure, so it can be jitted, mapped and scanned.

    Attributes
    ----------
    readout : "sigmoid" or "identity"
        Whether an answer is a probability or a value.

    Examples
    --------
    Which of two numbers is larger?

    >>> import jax.numpy as jnp
    >>> class Larger(Task):
    ...     readout = "sigmoid"
    ...     n_outputs = 1
    ...
    ...     def sample(self, key, n):
    ...         inputs = jax.random.uniform(key, (n, 2))
    ...         first = (inputs[:, :1] > inputs[:, 1:]).astype(float)
    ...         return Trials(inputs, first, jnp.ones(n), {"difference": inputs[:, 0] - inputs[:, 1]})
    ...
    ...     def loss(self, output, trials):
    ...         return ((output - trials.targets) ** 2).mean()
    ...
    ...     def score(self, output, trials):
    ...         return ((output > 0.5) == (trials.targets > 0.5)).mean()
    >>> trials = Larger().sample(jax.random.key(0), 100)
    >>> guesses = trials.inputs[:, :1] - trials.inputs[:, 1:] + 0.5
    >>> float(Larger().score(guesses, trials))
    1.0
    """

    readout: ClassVar[Literal["sigmoid", "identity"]]

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """How many numbers the model answers with."""

    @abstractmethod
    def sample(self, key: PRNGKey, n: int) -> Trials:
        """Draw `n` trials."""

    @abstractmethod
    def loss(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the mean loss of a batch of outputs."""

    @abstractmethod
    def score(self, output: Outputs, trials: Trials) -> Float[jax.Array, ""]:
        """Return the share of trials answered correctly."""
