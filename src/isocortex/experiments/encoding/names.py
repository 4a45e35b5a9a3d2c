"""Names of the encoding models and of their variants."""

from ..shared.recognition import RECOGNITION

CONVOLUTION = "convolutional"
"""The convolutional model that is fitted to the neurons."""
ENERGY = "energy"
TUNING = "tuning curve"
CONSTANT = "constant"
BEST = "best layer"
"""Each neuron's best layer, chosen in what the model was fitted to."""
BEST_RECOGNITION = f"{RECOGNITION}: {BEST}"
"""The same of the networks that recognise pictures."""
NETWORKS = ("trained", "untrained")
FITTED = "fitted to the neurons"
NO_LEARNING = "no learning"
DESCRIBED = {
    CONVOLUTION: "a convolutional layer and a read-out, fitted to all neurons at once",
    BEST: "ridge regression on the layer of a network that suits a neuron best, by the error in leaving out ranges of "
    "the orientations that it was fitted to",
    BEST_RECOGNITION: "the same of networks that recognise pictures and have seen no grating",
    ENERGY: "ridge regression on pooled orientation energy, a model of complex cells without learning",
    TUNING: "a von Mises function of orientation, which sees no image",
    CONSTANT: "the mean response, the control that every model must exceed",
}
"""Model → what it is."""
