"""The table of experiments. A module is imported only when its experiment is named."""

from importlib import import_module

from ..errors import look_up

EXPERIMENTS: dict[str, tuple[str, str, str]] = {
    "autoregression": (
        "isocortex.experiments.processes.autoregression",
        "AutoRegression",
        "What does a regression of a series on its own past recover, and how much past is needed?",
    ),
    "cognitive-task": (
        "isocortex.experiments.cognition.cognitive_task",
        "CognitiveTask",
        "Recurrent networks on any task in time, also one of your own: do they learn it, and how do they do it?",
    ),
    "compare": (
        "isocortex.experiments.comparison.compare",
        "Compare",
        "Any models against any brains, from files: isocortex compare MODEL… --data DATA….",
    ),
    "context-decision": (
        "isocortex.experiments.cognition.context_decision",
        "ContextDecision",
        "Recurrent networks that heed one of two stimuli, as the context says: line attractors, selection vectors.",
    ),
    "convolution": (
        "isocortex.experiments.convolution.convolution",
        "Convolution",
        "A lesson: what does a convolutional layer compute, what does it save, and which cells ignore position?",
    ),
    "decision-ddm": (
        "isocortex.experiments.decisions.decision_ddm",
        "DecisionDDM",
        "Choices and reaction times about moving dots: which drift–diffusion model, with which parameters?",
    ),
    "drift-diffusion": (
        "isocortex.experiments.processes.drift_diffusion",
        "DriftDiffusion",
        "Random walks and drift–diffusion: how do they spread, and what does a step of time do to them?",
    ),
    "image-it": (
        "isocortex.experiments.vision.image_it",
        "ImageIT",
        "92 photographs: which models predict the RDMs of human and monkey inferior temporal cortex?",
    ),
    "ion-channel": (
        "isocortex.experiments.processes.ion_channel",
        "IonChannel",
        "A channel opens and closes at random: occupancy, relaxation and dwell times, exactly and in steps.",
    ),
    "linear-systems": (
        "isocortex.experiments.processes.linear_systems",
        "LinearSystems",
        "Decay, growth, oscillation, saddle: what eigenvalues say, and how far Euler's method is from the exact path.",
    ),
    "normative-tasks": (
        "isocortex.experiments.vision.normative_tasks",
        "NormativeTasks",
        "Train the same networks on several tasks: which one makes them most like primary visual cortex?",
    ),
    "orientation-v1": (
        "isocortex.experiments.vision.orientation_v1",
        "OrientationV1",
        "Train networks to tell the tilt of gratings: do their layers become like primary visual cortex?",
    ),
    "perceptual-decision": (
        "isocortex.experiments.cognition.perceptual_decision",
        "PerceptualDecision",
        "Recurrent networks that judge noisy motion: how well, by which mechanism, and how like two monkeys?",
    ),
    "poisson": (
        "isocortex.experiments.processes.poisson",
        "Poisson",
        "Spikes that come at random: intervals, Fano factors, dead time, a rate that changes.",
    ),
    "rate-model": (
        "isocortex.experiments.circuits.rate_model",
        "RateModel",
        "One population that excites itself: when does it have two stable states, and when does noise switch them?",
    ),
    "ring-attractor": (
        "isocortex.experiments.circuits.ring_attractor",
        "RingMemory",
        "A bump on a ring that remembers a direction: its closed form, and how noise and unequal cells wear it away.",
    ),
    "wilson-cowan": (
        "isocortex.experiments.circuits.wilson_cowan",
        "WilsonCowanPlane",
        "Excitation and inhibition in the phase plane: bistability, a rhythm, and a memory that noise makes uncertain.",
    ),
    "zipser-andersen": (
        "isocortex.experiments.zipser.zipser_andersen",
        "ZipserAndersen",
        "Retina plus eye gives head: back-propagation written out, and the gain fields that it makes.",
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
