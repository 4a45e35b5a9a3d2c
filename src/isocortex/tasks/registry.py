"""The tasks in time, by name, and tasks of one's own from a file of the current folder."""

import importlib
import inspect
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import InputError, look_up, require, unknown
from .context_decision import ContextDecisionMaking, MultiSensoryIntegration
from .delayed import DelayComparison, DelayMatchSample, GoNogo
from .intervals import IntervalDiscrimination, ReadySetGo
from .perceptual_decision import PerceptualDecisionMaking
from .timed import TimedTask

TASKS: dict[str, type[TimedTask]] = {
    cls.__name__: cls
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
}
"""Name, as NeuroGym's → class."""
N_CHECKED = 3


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
        If there is no task, module, class or option of that name, or a task of one's own has wrong shapes.

    Examples
    --------
    >>> task("GoNogo", dt=20).n_steps
    75
    """
    cls = _own(name) if ":" in name else look_up("task", name, TASKS)
    known = inspect.signature(cls).parameters
    for given in options:
        if given not in known:
            raise unknown(f"option of {cls.__name__}", given, known)
    found = cls(**options)
    if ":" in name:
        check_task(found)
    return found


def _own(spec: str) -> type[TimedTask]:
    """Import a class from a module of the current folder."""
    module_name, _, class_name = spec.partition(":")
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
    cls = look_up(f"class in {module_name}.py,", class_name, classes)
    require(issubclass(cls, TimedTask), f"{spec} is no task: make it a subclass of isocortex.tasks.TimedTask.")
    missing = sorted(cls.__abstractmethods__)
    require(not missing, f"{spec} lacks {', '.join(missing)}.")
    return cls


def check_task(task: TimedTask) -> None:
    """Raise unless what a task returns has the shapes that models and analyses rely on. Nothing is computed.

    Raises
    ------
    InputError
        Which names the first wrong shape.
    """
    name, n = type(task).__name__, N_CHECKED
    n_stimuli = task.n_inputs - 1

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
    conditions = traced("draw", task.draw, key, clock)
    for condition, x in conditions.items():
        _same(f"{name}.draw's {condition!r}", x, (n,), "trial")
    as_floats = {c: jax.ShapeDtypeStruct(x.shape, jnp.float32) for c, x in conditions.items()}
    for period, x in traced("shown", task.shown, as_floats).items():
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
