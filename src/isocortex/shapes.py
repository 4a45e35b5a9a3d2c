"""Named shapes of arrays. They are checked at run time in the tests (jaxtyping and beartype).

JAX arrays carry the numbers that are learned and simulated; NumPy arrays carry the numbers that are
analysed, saved and drawn.
"""

from typing import TypeAlias

import jax
import numpy as np
from jaxtyping import Float, Int, Integer, Key, Num, Real

PRNGKey: TypeAlias = Key[jax.Array, ""]

Image: TypeAlias = Float[jax.Array, "height width"]
Angle: TypeAlias = Float[jax.Array, ""]
ChannelImage: TypeAlias = Float[jax.Array, "*channel_in height width"]
ChannelKernels: TypeAlias = Float[jax.Array, "channel *channel_in kernel_height kernel_width"]
ColourImage: TypeAlias = Float[jax.Array, "channel_in height width"]
ColourKernels: TypeAlias = Float[jax.Array, "channel channel_in kernel_height kernel_width"]
Kernels: TypeAlias = Float[jax.Array, "channel kernel_height kernel_width"]
Biases: TypeAlias = Float[jax.Array, " channel"]
ChannelMap: TypeAlias = Float[jax.Array, "channel map_height map_width"]
PooledMap: TypeAlias = Float[jax.Array, "channel pooled_height pooled_width"]
WinnerMap: TypeAlias = Int[jax.Array, "channel pooled_height pooled_width"]

Inputs: TypeAlias = Float[np.ndarray, "stimulus *features"]
Images: TypeAlias = Float[np.ndarray, "stimulus height width"]
Orientations: TypeAlias = Num[np.ndarray, " stimulus"]
FilterBank: TypeAlias = Float[np.ndarray, "channel kernel kernel"]
ResponseMatrix: TypeAlias = Num[np.ndarray | jax.Array, "*batch stimulus unit"]
DissimilarityMatrix: TypeAlias = Float[np.ndarray | jax.Array, "*batch stimulus stimulus"]
TrialMatrix: TypeAlias = Num[np.ndarray, "trial unit"]
TrialLabels: TypeAlias = Integer[np.ndarray, " trial"]
Patterns: TypeAlias = Float[np.ndarray, "row unit"]
RunPatterns: TypeAlias = Num[np.ndarray, "run stimulus unit"]
RunCounts: TypeAlias = Num[np.ndarray, "run stimulus"]
UnitVariance: TypeAlias = Float[np.ndarray, " unit"]
NoiseFactor: TypeAlias = Float[np.ndarray, "unit component"]
CompactFactor: TypeAlias = Float[np.ndarray, "unit fewer_components"]
Residuals: TypeAlias = Num[np.ndarray, "sample unit"]
SquareRDM: TypeAlias = Float[np.ndarray, "row stimulus stimulus"]
OtherSquareRDM: TypeAlias = Float[np.ndarray, "other_row stimulus stimulus"]
CondensedRDM: TypeAlias = Float[np.ndarray, "row pair"]
OtherRDM: TypeAlias = Float[np.ndarray, "other_row pair"]
Bootstrapped: TypeAlias = Float[np.ndarray, "sample row other_row"]
PairCounts: TypeAlias = Integer[np.ndarray, " pair"]
RowCodes: TypeAlias = Integer[np.ndarray, "row pair"]
OtherRowCodes: TypeAlias = Integer[np.ndarray, "other_row pair"]
Rankable: TypeAlias = Real[np.ndarray, "row pair"]
OtherRankable: TypeAlias = Real[np.ndarray, "other_row pair"]
LeftOutStimuli: TypeAlias = Integer[np.ndarray, "sample 2"]
SampleWeights: TypeAlias = Float[np.ndarray, "sample pair"]
RowMoments: TypeAlias = Float[np.ndarray, "sample row"]
OtherRowMoments: TypeAlias = Float[np.ndarray, "sample other_row"]
NoiseCovariance: TypeAlias = Float[np.ndarray, "stimulus stimulus"]
SubjectSamples: TypeAlias = Integer[np.ndarray, "subject_sample subject"]
SubjectCeilings: TypeAlias = Float[np.ndarray, "subject_sample 2"]
SubjectTerms: TypeAlias = Float[np.ndarray, "sample subject"]
SubjectPairTerms: TypeAlias = Float[np.ndarray, "sample subject_pair"]
Multiplicity: TypeAlias = Integer[np.ndarray, "sample item"]
Similarities: TypeAlias = Float[np.ndarray, "row other_row"]
Replicates: TypeAlias = Float[np.ndarray, "sample statistic"]
Covariances: TypeAlias = Float[np.ndarray, "statistic statistic"]
Contrasts: TypeAlias = Float[np.ndarray, "contrast statistic"]
Influence: TypeAlias = Float[np.ndarray, "statistic item"]
PairTerms: TypeAlias = Float[np.ndarray, "3 statistic pair"]
Parameters: TypeAlias = Float[np.ndarray, " row"]
Grams: TypeAlias = Float[np.ndarray, "sample row row"]
Crosses: TypeAlias = Float[np.ndarray, "sample row"]
SubjectCrosses: TypeAlias = Float[np.ndarray, "sample row subject"]
SubjectPowers: TypeAlias = Float[np.ndarray, "sample subject"]
SubjectCounts: TypeAlias = Integer[np.ndarray, "sample subject"]
