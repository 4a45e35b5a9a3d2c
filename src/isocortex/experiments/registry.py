"""The table of experiments. A module is imported only when its experiment is named."""

from importlib import import_module

from ..errors import look_up

EXPERIMENTS: dict[str, tuple[str, str, str]] = {
    "convolution": (
        "isocortex.experiments.convolution",
        "Convolution",
        "A lesson: what does a convolutional layer compute, what does it save, and which cells ignore position?",
    ),
    "decision-ddm": (
        "isocortex.experiments.decision_ddm",
        "DecisionDDM",
        "Choices and reaction times about moving dots: which drift–diffusion model, with which parameters?",
    ),
    "image-it": (
        "isocortex.experiments.image_it",
        "ImageIT",
        "92 photographs: which models predict the RDMs of human and monkey inferior temporal cortex?",
    ),
    "normative-tasks": (
        "isocortex.experiments.normative_tasks",
        "NormativeTasks",
        "Train the same networks on several tasks: which one makes them most like primary visual cortex?",
    ),
    "orientation-v1": (
        "isocortex.experiments.orientation_v1",
        "OrientationV1",
        "Train networks to tell the tilt of gratings: do their layers become like primary visual cortex?",
    ),
}
"""Name → (module, class, one line)."""


def experiment(name: str) -> type:
    """Return the options class of an experiment.

    Raises
    ------
    InputError
        For an unknown name, with the nearest one suggested.
    """
    module, attribute, _ = look_up("experiment", name, EXPERIMENTS)
    return getattr(import_module(module), attribute)
