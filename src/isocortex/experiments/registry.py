"""The table of experiments. A module is imported only when its experiment is named."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ..registries import Registry

if TYPE_CHECKING:
    from .shared.protocol import Experiment


@dataclass(frozen=True)
class ExperimentEntry:
    """Where an experiment is, and what it asks.

    Attributes
    ----------
    place : str
        ``"module:Class"`` of its options.
    question : str
        One line for ``isocortex list``.
    """

    place: str
    question: str


EXPERIMENTS = Registry(
    "experiment",
    "experiments",
    {
        "adex": ExperimentEntry(
            "isocortex.experiments.spiking.adex:AdaptiveNeuron",
            "Which patterns of firing does one adaptive neuron have, and why?",
        ),
        "autoregression": ExperimentEntry(
            "isocortex.experiments.processes.autoregression:AutoRegression",
            "What does a regression of a series on its own past recover, and how much past is needed?",
        ),
        "cognitive-task": ExperimentEntry(
            "isocortex.experiments.cognition.cognitive_task:CognitiveTask",
            "Do recurrent networks learn a task in time, also one that you wrote, and by which mechanism?",
        ),
        "compare": ExperimentEntry(
            "isocortex.experiments.comparison.compare:Compare",
            "Which of these models is most like these brains? Any files: isocortex compare MODEL… --data DATA….",
        ),
        "context-decision": ExperimentEntry(
            "isocortex.experiments.cognition.context_decision:ContextDecision",
            "How do recurrent networks select one of two stimuli by context?",
        ),
        "convolution": ExperimentEntry(
            "isocortex.experiments.convolution.convolution:Convolution",
            "What does a convolutional layer compute, how many weights does it save, and which cells ignore position?",
        ),
        "correlation-transfer": ExperimentEntry(
            "isocortex.experiments.spiking.correlation_transfer:CorrelationTransfer",
            "How much of a correlation of their inputs do two spiking neurons pass on, and what else correlates them?",
        ),
        "decision-ddm": ExperimentEntry(
            "isocortex.experiments.decisions.decision_ddm:DecisionDDM",
            "Which drift–diffusion model explains choices and reaction times about moving dots?",
        ),
        "decode-it": ExperimentEntry(
            "isocortex.experiments.decoding.decode_it:DecodeIT",
            "When can object identity be read from inferior temporal neurons, and wherever the object is?",
        ),
        "decode-v1": ExperimentEntry(
            "isocortex.experiments.decoding.decode_v1:DecodeV1",
            "How precisely can orientation be read from neurons of visual cortex, and by which decoder?",
        ),
        "drift-diffusion": ExperimentEntry(
            "isocortex.experiments.processes.drift_diffusion:DriftDiffusion",
            "How do random walks and drift–diffusion spread, and what does the time step do to them?",
        ),
        "encode-v1": ExperimentEntry(
            "isocortex.experiments.encoding.encode_v1:EncodeV1",
            "Which models predict the responses of neurons in primary visual cortex to gratings?",
        ),
        "glm": ExperimentEntry(
            "isocortex.experiments.encoding.glm:SpikingGLM",
            "Which neurons change the firing of which others, and does a model of that predict their spikes?",
        ),
        "image-it": ExperimentEntry(
            "isocortex.experiments.vision.image_it:ImageIT",
            "Which models predict the RDMs of human and monkey inferior temporal cortex for 92 photographs?",
        ),
        "ion-channel": ExperimentEntry(
            "isocortex.experiments.processes.ion_channel:IonChannel",
            "How does an ion channel that opens and closes at random behave on average?",
        ),
        "lif": ExperimentEntry(
            "isocortex.experiments.spiking.lif:LIFNeuron",
            "What does a leaky integrate-and-fire neuron do with a current, and with noise?",
        ),
        "linear-systems": ExperimentEntry(
            "isocortex.experiments.processes.linear_systems:LinearSystems",
            "What do eigenvalues say about linear systems, and how far is Euler's method from the exact path?",
        ),
        "look": ExperimentEntry(
            "isocortex.experiments.session.look:Look",
            "What does a recorded session hold, and what do its units respond to? isocortex look SESSION.nwb.",
        ),
        "normative-tasks": ExperimentEntry(
            "isocortex.experiments.vision.normative_tasks:NormativeTasks",
            "Which task makes the same networks most like primary visual cortex?",
        ),
        "orientation-v1": ExperimentEntry(
            "isocortex.experiments.vision.orientation_v1:OrientationV1",
            "Do networks become more like primary visual cortex when they learn about orientation?",
        ),
        "perceptual-decision": ExperimentEntry(
            "isocortex.experiments.cognition.perceptual_decision:PerceptualDecision",
            "How well do recurrent networks judge noisy motion, by which mechanism, and how like two monkeys?",
        ),
        "poisson": ExperimentEntry(
            "isocortex.experiments.processes.poisson:Poisson",
            "How irregular are spikes that come at random, and what do a dead time and a changing rate do?",
        ),
        "power": ExperimentEntry(
            "isocortex.experiments.comparison.power:Power",
            "How often would an experiment name the right model? Any files: isocortex power MODEL… --data DATA….",
        ),
        "rate-model": ExperimentEntry(
            "isocortex.experiments.circuits.rate_model:RateModel",
            "When does a population that excites itself have two stable states, and when does noise switch them?",
        ),
        "ring-attractor": ExperimentEntry(
            "isocortex.experiments.circuits.ring_attractor:RingMemory",
            "How does a bump of activity remember a direction, and how do noise and unequal cells erase the memory?",
        ),
        "spiking-decision": ExperimentEntry(
            "isocortex.experiments.spiking.spiking_decision:SpikingDecision",
            "Does the same decision come out of diffusion, rate, spiking and attractor networks, and monkeys?",
        ),
        "spiking-network": ExperimentEntry(
            "isocortex.experiments.spiking.spiking_network:SpikingNetwork",
            "When does a network of spiking neurons fire irregularly and asynchronously, and when does it oscillate?",
        ),
        "stdp": ExperimentEntry(
            "isocortex.experiments.spiking.stdp:SpikeTimingPlasticity",
            "What does spike-timing-dependent plasticity make of many synapses onto one neuron?",
        ),
        "synapses": ExperimentEntry(
            "isocortex.experiments.spiking.synapses:Synapses",
            "What do synapses do: static ones, ones that depress or facilitate, and electrical ones?",
        ),
        "wilson-cowan": ExperimentEntry(
            "isocortex.experiments.circuits.wilson_cowan:WilsonCowanPlane",
            "What do coupled excitatory and inhibitory populations do, and can they remember a pulse?",
        ),
        "zipser-andersen": ExperimentEntry(
            "isocortex.experiments.zipser.zipser_andersen:ZipserAndersen",
            "Do networks that add eye and retinal position develop gain fields?",
        ),
    },
)
"""The experiments by name; ``EXPERIMENTS.register(name, ExperimentEntry(…))`` adds one."""


def experiment(name: str) -> "type[Experiment]":
    """Return the class of an experiment, whose fields are its options.

    Raises
    ------
    InputError
        For an unknown name, with the nearest one suggested.

    Examples
    --------
    >>> experiment("poisson").__name__
    'Poisson'
    """
    module, _, attribute = EXPERIMENTS.named(name).place.partition(":")
    return getattr(import_module(module), attribute)
