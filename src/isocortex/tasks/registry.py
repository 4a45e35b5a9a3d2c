"""Tasks with time steps by name, and tasks that a user wrote in a file of the current folder."""

import importlib
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import InputError, look_up, require, unknown
from ..registries import Registry
from .context_decision import ContextDecisionMaking, MultiSensoryIntegration
from .delayed import DelayComparison, DelayMatchSample, GoNogo
from .intervals import IntervalDiscrimination, ReadySetGo
from .perceptual_decision import PerceptualDecisionMaking
from .timed import TimedTask


@dataclass(frozen=True)
class TaskEntry:
    """A task in time that is known by name.

    Attributes
    ----------
    task : type of TimedTask
    """

    task: type[TimedTask]


TASKS = Registry(
    "task",
    "tasks",
    {
        cls.__name__: TaskEntry(cls)
        for cls in (
            PerceptualDecisionMaking,
            ContextDecisionMaking,
            MultiSensoryIntegration,
            DelayComparison,
            DelayMatchSample,
            GoNogo,
            ReadySetGo,
            IntervalDiscrimination,
        )
    },
)
"""The tasks in time, under the names that NeuroGym gives them."""
N_CHECKED, N_TRIED = 3, 200
"""Trials of which shapes are checked, and trials that are drawn to see what they hold."""
OWN = "a task that you wrote is given as my_module:MyTask, a class in my_module.py of the current folder"


def task(name: str, **options: Any) -> TimedTask:
    """Return a task by name, under some options.

    Parameters
    ----------
    name : str
        A name in ``TASKS``; or ``my_module:MyTask``, a class in the file ``my_module.py`` of the current folder.
    **options
        Of the class.

    Raises
    ------
    InputError
        If there is no task, module, class or option of that name, an option has a value of another kind, or a task that
        a user wrote has wrong shapes or values.

    Examples
    --------
    >>> task("GoNogo", dt=20).n_steps
    75
    """
    require(":" in name or not Path(f"{name}.py").is_file(), f"There is no task {name!r}; {OWN}.")
    cls = _own(name) if ":" in name else TASKS.named(name).task
    known = inspect.signature(cls).parameters
    for given in options:
        if given not in known:
            raise unknown(f"option of {cls.__name__}", given, known)
    found = _made(cls, options)
    if ":" in name:
        check_task(found)
        _check_values(found)
    return found


def _made(cls: type[TimedTask], options: dict[str, Any]) -> TimedTask:
    """Return the task, or say which option has a value of another kind, such as words where a number is needed."""
    try:
        return cls(**options)
    except (TypeError, ValueError) as error:
        for given, value in options.items():
            try:
                cls(**{given: value})
            except InputError:
                continue  # the default of another option does not go with it
            except (TypeError, ValueError):
                raise InputError(
                    f"{value!r} is not a valid value for the option {given!r} of {cls.__name__}."
                ) from error
        raise InputError(f"{cls.__name__} could not be made: {type(error).__name__}: {error}.") from error


def _own(spec: str) -> type[TimedTask]:
    """Import a class from a module of the current folder."""
    module_name, class_name = (part.strip() for part in spec.split(":", 1))
    module_name = module_name.removesuffix(".py")
    require(bool(module_name and class_name), f"There is no task {spec!r}; {OWN}.")
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name != module_name:
            raise InputError(f"{module_name}.py could not be imported: {error}.") from error
        raise InputError(f"There is no {module_name}.py in {folder} (asked for by the task {spec!r}).") from error
    except Exception as error:
        raise InputError(f"{module_name}.py could not be imported: {type(error).__name__}: {error}.") from error
    finally:
        sys.path.remove(folder)
    classes = {n: c for n, c in vars(module).items() if inspect.isclass(c) and c.__module__ == module.__name__}
    require(len(classes) > 0, f"{module_name}.py defines no class, and so no task {spec!r}.")
    cls = look_up(f"class in {module_name}.py,", class_name, classes)
    require(issubclass(cls, TimedTask), f"{spec} is not a task: make it a subclass of isocortex.tasks.TimedTask.")
    missing = sorted(cls.__abstractmethods__)
    require(not missing, f"{spec} lacks {', '.join(missing)}.")
    return cls


def check_task(task: TimedTask) -> None:
    """Raise unless what a task returns has the shapes that models and analyses rely on. Nothing is computed.

    Raises
    ------
    InputError
        Which names the first wrong shape.

    Examples
    --------
    >>> from isocortex.tasks import PerceptualDecisionMaking
    >>> class Wrong(PerceptualDecisionMaking):
    ...     def shown(self, conditions):
    ...         return {"stimulus": conditions["coherence"]}
    >>> check_task(PerceptualDecisionMaking())
    >>> check_task(Wrong())
    Traceback (most recent call last):
    isocortex.errors.InputError: Wrong.shown's 'stimulus' must have the shape (3, 2) (trial × stimulus); got (3,).
    """
    name, n = type(task).__name__, N_CHECKED
    for names in ("STIMULI", "CHOICES", "NOISY"):
        given = getattr(task, names)
        alone = f"{name}.{names} must be several names, and is the text {given!r}: write ({given!r},)."
        require(not isinstance(given, str), alone)
    n_stimuli = task.n_inputs - 1
    require(task.n_outputs > 1, f"{name}.CHOICES must name at least one answer beside 'fixate'.")

    def traced(what: str, function: Any, *arguments: Any) -> Any:
        try:
            return jax.eval_shape(function, *arguments)
        except InputError:
            raise
        except Exception as error:
            first = str(error).strip().splitlines()[:1]
            raise InputError(f"{name}.{what} failed with {type(error).__name__}: {' '.join(first)}") from error

    key = jax.random.key(0)
    clock = traced("time", lambda key: task.time(key, n), key)
    for what in (task.ANSWER, *task.NOISY):
        look_up(f"period of {name} for its answer or noise,", what, clock.starts)
    conditions = _named(f"{name}.draw", traced("draw", task.draw, key, clock), "condition")
    named = "choice" in conditions or type(task).answer is not TimedTask.answer
    require(named, f"{name}.draw must return 'choice', the index of the right answer; got {', '.join(conditions)}.")
    for condition, x in conditions.items():
        _same(f"{name}.draw's {condition!r}", x, (n,), "trial")
    as_floats = {c: jax.ShapeDtypeStruct(x.shape, jnp.float32) for c, x in conditions.items()}
    for period, x in _named(f"{name}.shown", traced("shown", task.shown, as_floats), "period").items():
        look_up(f"period of {name},", period, clock.starts)
        _same(f"{name}.shown's {period!r}", x, (n, n_stimuli), "trial × stimulus")
    trials = traced("sample", lambda key: task.sample(key, n), key)
    output = jax.ShapeDtypeStruct((n, task.n_steps, task.n_outputs), jnp.float32)
    _same(f"{name}'s inputs", trials.inputs, (n, task.n_steps, task.n_inputs), "trial × step × input")
    _same(f"{name}'s targets", trials.targets, output.shape, "trial × step × output")
    _same(f"{name}'s weights", trials.weights, (n, task.n_steps), "trial × step")
    _same(f"{name}.ideal", traced("ideal", task.ideal, trials), (n,), "trial")
    for method in ("correct", "choice"):
        _same(f"{name}.{method}", traced(method, getattr(task, method), output, trials), (n,), "trial")
    for method in ("loss", "score"):
        _same(f"{name}.{method}", traced(method, getattr(task, method), output, trials), (), "a number")


def _same(what: str, x: Any, shape: tuple[int, ...], axes: str) -> None:
    found = getattr(x, "shape", None)
    require(found == shape, f"{what} must have the shape {shape} ({axes}); got {found}.")


def _named(what: str, found: Any, of: str) -> dict[str, Any]:
    got = "an array" if hasattr(found, "shape") else f"{type(found).__name__}"
    require(isinstance(found, dict), f"{what} must return a dict with a name for each {of}; got {got}.")
    return found


def _check_values(task: TimedTask) -> None:
    """Raise unless some trials of a task hold numbers, right answers that are outputs, and probabilities."""
    name, trials = type(task).__name__, task.sample(jax.random.key(0), N_TRIED)
    require(bool(jnp.isfinite(trials.inputs).all()), f"{name} shows inputs that are not finite.")
    answers = task.answer(trials.conditions)
    low, high, most = int(answers.min()), int(answers.max()), task.n_outputs - 1
    require(
        low >= 0 and high <= most,
        f"{name}.draw's 'choice' must be the index of one of the {most} CHOICES, from 0; the correct outputs range "
        f"from {low} to {high}, and the outputs are 0 to {most}.",
    )
    ideal = task.ideal(trials)
    require(bool(((ideal >= 0) & (ideal <= 1)).all()), f"{name}.ideal must return probabilities, from 0 to 1.")
