"""In which of several directions does a noisy stimulus point?"""

import jax

from ..shapes import PRNGKey
from .clock import Clock
from .protocol import Trials
from .ring import RingTask, direction_names, ring, ring_accuracy
from .timed import Conditions, Numbers, PerTrial, Shown, number


class PerceptualDecisionMaking(RingTask):
    """Say in which direction noisy evidence points (Britten et al. 1992, 10.1523/JNEUROSCI.12-12-04745.1992).

    The stimulus of coherence c percent in direction θ_g is, in channel k of a ring, 0.5 + (c/200)·cos(θ_k − θ_g) plus
    noise of standard deviation σ/√dt in every step. Direction and coherence are drawn anew for every trial, each value
    as often. At coherence 0 the direction is drawn too, and can only be guessed.

    Parameters
    ----------
    dt : float
        Step in ms, default 100.
    timing : dict, optional
        Default fixation 100, stimulus 2000, delay 0, decision 100 ms.
    noise : float
        σ per √ms, default 1.
    coherences : sequence of float
        Percent; default 0, 6.4, 12.8, 25.6, 51.2.
    stim_scale : float
        Multiplies the coherences, default 1.
    n_choices : int
        Directions on the ring, and channels. Default 2.
    fixation_cue, loss_function, rewards
        As in :class:`TimedTask`.

    Raises
    ------
    InputError
        As :class:`TimedTask`, and if a coherence lies outside 0–100 or there are fewer than two choices.

    Examples
    --------
    >>> task = PerceptualDecisionMaking(dt=20, timing={"stimulus": 1000}, noise=0.3)
    >>> trials = task.sample(jax.random.key(0), 100)
    >>> trials.inputs.shape, trials.targets.shape, sorted(trials.conditions)
    ((100, 60, 3), (100, 60, 3), ['choice', 'coherence'])
    >>> bool(abs(task.ideal(task.sample(jax.random.key(1), 4000)).mean() - 0.9) < 0.02)
    True
    """

    TIMING = {"fixation": 100, "stimulus": 2000, "delay": 0, "decision": 100}  # noqa: RUF012

    coherences: Numbers = number((0.0, 6.4, 12.8, 25.6, 51.2))

    @property
    def input_names(self) -> tuple[str, ...]:
        return ("fixation cue", *direction_names(self.n_choices))

    def draw(self, key: PRNGKey, clock: Clock) -> Conditions:
        """Draw a direction and a coherence (percent, scaled) for each trial."""
        direction_key, coherence_key = jax.random.split(key)
        return {
            "choice": self.direction(direction_key, clock.n),
            "coherence": self.coherence(coherence_key, clock.n),
        }

    def shown(self, conditions: Conditions) -> Shown:
        """Return the ring."""
        return {"stimulus": ring(conditions["choice"], conditions["coherence"], self.n_choices)}

    def ideal(self, trials: Trials) -> PerTrial:
        """Return the probability correct of an observer that adds up all evidence."""
        duration = self.lasted(trials, "stimulus")
        return ring_accuracy(trials.conditions["coherence"], duration, self.noise, self.n_choices)
