"""What a training did, in words made from the values that it used."""

from collections.abc import Sequence
from typing import Any

import optax

from ..formats import counted, listed, percent, significant
from ..tasks import Task
from .optimisers import MOMENTUM, OPTIMISERS

NAMES = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "stochastic gradient descent"}


def of_rule(
    optimiser: str | optax.GradientTransformation,
    learning_rate: float | None,
    momentum: float | None,
    clip: float | None,
    *,
    anneal: bool,
) -> str:
    """Return how weights follow the gradient, as one sentence; the parameters are those of the training."""
    if isinstance(optimiser, str):
        rate = OPTIMISERS[optimiser].learning_rate if learning_rate is None else learning_rate
        said = f"{NAMES.get(optimiser, optimiser)} with a learning rate of {significant(rate)}"
        if optimiser == "sgd":
            said += f" and a momentum of {significant(MOMENTUM if momentum is None else momentum)}"
    else:
        said = "a rule of Optax that was given"
    text = f"The weights follow the gradient by {said}."
    if anneal:
        text = f"{text[:-1]}; the changes shrink to 0 along half a cosine over all updates."
    return text if clip is None else f"{text} The norm of the gradient is clipped at {significant(clip)}."


def of_loss(task: Task, rate_penalty: float, weight_penalty: float) -> str:
    """Return what is minimised, as one sentence; a task that does not name its loss documents it."""
    named: Any = getattr(task, "loss_function", None)
    documented = (type(task).loss.__doc__ or f"that of {type(task).__name__}.").split("\n")[0]
    said = f"the {named} over the steps that count" if named else documented.removeprefix("Return ").rstrip(".")
    penalties = {"the mean squared rate": rate_penalty, "the mean square of every weight matrix": weight_penalty}
    added = [f"{significant(weight)} times {what}" for what, weight in penalties.items() if weight > 0]
    return f"The loss is {said}{f', plus {listed(added)}' * bool(added)}."


def of_stream(
    updates: int, batch: int, stop_at: float | None, curriculum: Sequence[tuple[Task, float]], running: int
) -> str:
    """Return how long a training on fresh trials lasts, and with what it begins."""
    most = "" if stop_at is None else "at most "
    said = [f"Every network makes {most}{counted(updates, 'update')}, each on {counted(batch, 'fresh trial')}."]
    for i, (_, fraction) in enumerate(curriculum):
        said.append(
            f"Training {'begins' if i == 0 else 'goes on'} with an easier version of the task, until the mean success "
            f"of a network over {running} updates is {percent(fraction, 0)} of the ideal observer's there."
        )
    if stop_at is not None:
        said.append(
            f"A network stops when its mean success over {running} updates is {percent(stop_at, 0)} of the ideal "
            "observer's."
        )
    return " ".join(said)


def of_epochs(epochs: int, n_trials: int, batch: int) -> str:
    """Return how a training in epochs goes through its data set, as one sentence."""
    return (
        f"Every network goes {counted(epochs, 'time')} through a data set of its own of {counted(n_trials, 'trial')}, "
        f"in a new order each time and in batches of {batch}."
    )
