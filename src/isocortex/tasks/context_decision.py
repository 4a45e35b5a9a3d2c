"""Tasks with two noisy stimuli at once: select one by context, or combine both."""

import jax
import jax.numpy as jnp
import numpy as np

from ..shapes import PRNGKey
from .clock import Clock, TruncatedExponential
from .protocol import Trials
from .ring import LEAST_NOISE, NODES, WEIGHTS, RingTask, direction_names, ring, ring_accuracy, ring_evidence
from .timed import Conditions, PerTrial, Shown, probability_correct


class _TwoRings(RingTask):
    """A task with a stimulus on each of two rings, such as motion and colour."""

    @property
    def input_names(self) -> tuple[str, ...]:
        rings = (f"stimulus {i} at {name}" for i in (1, 2) for name in direction_names(self.n_choices))
        return ("fixation cue", *rings, *self.STIMULI)

    @property
    def n_noisy(self) -> int:
        return 2 * self.n_choices


class ContextDecisionMaking(_TwoRings):
    """Report the direction of the stimulus that a context cue names (Mante et al. 2013, 10.1038/nature12742).

    Each ring shows a direction with a coherence; two further inputs, on for the whole trial, say which ring
    counts. The conditions hold "context" (0: the first ring), "direction_1", "direction_2", "coherence_1",
    "coherence_2", and "choice" and "coherence" of the ring that counts.

    Parameters
    ----------
    dt : float
        Step in ms, default 100.
    timing : dict, optional
        Default fixation 300, stimulus 750, delay truncated exponential with mean 600 from 300 to 3000, decision
        100 ms.
    noise : float
        σ per √ms, default 1.
    coherences : sequence of float
        Percent; default 5, 15, 50.
    stim_scale : float
        Multiplies the coherences, default 1.
    n_choices : int
        Directions on each ring. Default 2.
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`.

    Examples
    --------
    >>> task = ContextDecisionMaking(timing={"delay": 300})
    >>> task.sample(jax.random.key(0), 10).inputs.shape, task.input_names[-2:]
    ((10, 14, 7), ('context 1', 'context 2'))
    """

    TIMING = {  # noqa: RUF012
        "fixation": 300,
        "stimulus": 750,
        "delay": TruncatedExponential(low=300, high=3000, mean=600),
        "decision": 100,
    }
    STIMULI = ("context 1", "context 2")

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw the context, and a direction and a coherence for each ring."""
        context_key, *keys = jax.random.split(key, 5)
        context = jax.random.randint(context_key, (clock.n,), 0, 2).astype(jnp.float32)
        directions = [self.direction(k, clock.n) for k in keys[:2]]
        coherences = [self.coherence(k, clock.n) for k in keys[2:]]
        return {
            "context": context,
            "choice": jnp.where(context == 0, *directions),
            "coherence": jnp.where(context == 0, *coherences),
            **{f"direction_{i}": x for i, x in enumerate(directions, 1)},
            **{f"coherence_{i}": x for i, x in enumerate(coherences, 1)},
        }

    def shown(self, conditions: Conditions) -> Shown:
        """Return both rings, and the cue of the context."""
        rings = [ring(conditions[f"direction_{i}"], conditions[f"coherence_{i}"], self.n_choices) for i in (1, 2)]
        cue = jax.nn.one_hot(conditions["context"].astype(int), 2)
        return {
            "stimulus": jnp.pad(jnp.concatenate(rings, axis=1), ((0, 0), (0, 2))),
            "trial": jnp.pad(cue, ((0, 0), (self.n_noisy, 0))),
        }

    def ideal(self, trials: Trials) -> PerTrial:
        """Return the probability correct of an observer of the ring that counts alone."""
        duration = self.lasted(trials, "stimulus")
        return ring_accuracy(trials.conditions["coherence"], duration, self.noise, self.n_choices)


class MultiSensoryIntegration(_TwoRings):
    """Report a direction that two senses show at once, with a coherence split between them.

    The first ring has the coherence u·c, the second (1 − u)·c, with u ("share") uniform on 0–1 and drawn anew for every
    trial: either alone may be silent, and only their sum is reliable. As NeuroGym's task, except that the fixation cue
    carries no noise.

    Parameters
    ----------
    dt : float
        Step in ms, default 100.
    timing : dict, optional
        Default fixation 300, stimulus 750, decision 100 ms.
    noise : float
        σ per √ms, default 1.
    coherences : sequence of float
        Percent, of both senses together; default 5, 15, 50.
    stim_scale : float
        Multiplies the coherences, default 1.
    n_choices : int
        Directions on each ring. Default 2.
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`.

    Examples
    --------
    >>> trials = MultiSensoryIntegration(dt=50.0).sample(jax.random.key(0), 100)
    >>> trials.inputs.shape, sorted(trials.conditions)
    ((100, 23, 5), ['choice', 'coherence', 'share'])
    """

    TIMING = {"fixation": 300, "stimulus": 750, "decision": 100}  # noqa: RUF012

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw a direction, a coherence and its split."""
        direction_key, coherence_key, share_key = jax.random.split(key, 3)
        return {
            "choice": self.direction(direction_key, clock.n),
            "coherence": self.coherence(coherence_key, clock.n),
            "share": jax.random.uniform(share_key, (clock.n,)),
        }

    def shown(self, conditions: Conditions) -> Shown:
        """Return both rings."""
        share, coherence = conditions["share"], conditions["coherence"]
        rings = [ring(conditions["choice"], c, self.n_choices) for c in (share * coherence, (1 - share) * coherence)]
        return {"stimulus": jnp.concatenate(rings, axis=1)}

    def ideal(self, trials: Trials) -> PerTrial:
        """Return the probability correct of an observer that knows neither the split nor the coherence.

        For two choices, exchanging the senses and reversing the direction leave the task as it is, so the sum of both
        senses' evidence decides: P = Φ((c/100)·√T/(2σ)), whatever the split. For more, the posterior is integrated
        over splits and coherences for the inputs of each trial, and the result is 1 where its peak is right, else 0.
        """
        duration = self.lasted(trials, "stimulus")
        if self.n_choices == 2:
            return probability_correct(trials.conditions["coherence"] / 200 * jnp.sqrt(duration), self.noise)
        n = self.n_choices
        inside = self.clock(trials).during("stimulus")
        rings = (trials.inputs[:, :, 1 + i * n : 1 + (i + 1) * n] for i in (0, 1))
        y1, y2 = (ring_evidence(x, inside, self.noise, self.dt) for x in rings)
        c = (self.stim_scale * jnp.asarray(self.coherences) / 200)[None, None, :, None]
        u = jnp.asarray((NODES + 1) / 2, jnp.float32)[None, None, None, :]
        strength = duration[:, None, None, None] * n / 2 / jnp.maximum(self.noise, LEAST_NOISE) ** 2
        exponent = c * (u * y1[:, :, None, None] + (1 - u) * y2[:, :, None, None])
        exponent = exponent - strength * c**2 * (u**2 + (1 - u) ** 2) / 2 + np.log(WEIGHTS)[None, None, None, :]
        posterior = jax.scipy.special.logsumexp(exponent, axis=(2, 3))
        return (jnp.argmax(posterior, axis=-1) == trials.conditions["choice"]).astype(jnp.float32)
