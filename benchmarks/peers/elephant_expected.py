"""Store statistics of spike trains by Elephant 1.2.1, which the tests hold ours to.

Run with the peer's own Python:

    .venv-elephant/bin/python peers/elephant_expected.py
"""

from pathlib import Path

import numpy as np
import quantities as pq
from elephant import spike_train_correlation as correlation
from elephant import spike_train_dissimilarity as dissimilarity
from elephant import statistics
from elephant.conversion import BinnedSpikeTrain
from elephant.sta import spike_triggered_average
from neo import AnalogSignal, SpikeTrain

DURATION = 5000.0
N_TRIALS = 4

rng = np.random.default_rng(0)
regular = np.cumsum(rng.gamma(4.0, 12.0, 80))
random = np.sort(rng.uniform(0, DURATION, 90))
driven = np.sort(np.concatenate([random[rng.random(90) < 0.6] + 3.3, rng.uniform(0, DURATION, 30)]))
trains = [regular[regular < DURATION], random, driven[driven < DURATION]]
spikes = [SpikeTrain(times * pq.ms, t_stop=DURATION * pq.ms) for times in trains]
signal = np.cumsum(rng.normal(size=int(DURATION)))

stored = {
    "times": np.concatenate(trains),
    "unit": np.repeat(np.arange(3), [len(times) for times in trains]),
    "signal": signal,
    "rate": [float(statistics.mean_firing_rate(train).rescale("Hz")) for train in spikes],
    "cv": [statistics.cv(statistics.isi(train)) for train in spikes],
    "cv2": [float(statistics.cv2(statistics.isi(train))) for train in spikes],
    "lv": [float(statistics.lv(statistics.isi(train))) for train in spikes],
}
windows = [
    [train.time_slice(i * DURATION / N_TRIALS * pq.ms, (i + 1) * DURATION / N_TRIALS * pq.ms) for i in range(N_TRIALS)]
    for train in spikes
]
stored["fano"] = [statistics.fanofactor(each) for each in windows]
shifted = [[part.time_shift(-part.t_start) for part in each] for each in windows]
stored["psth"] = [
    statistics.time_histogram(each, bin_size=125 * pq.ms, output="rate").rescale("Hz").magnitude[:, 0]
    for each in shifted
]
for width in (5, 50):
    binned = BinnedSpikeTrain(spikes, bin_size=width * pq.ms, t_start=0 * pq.ms, t_stop=DURATION * pq.ms)
    stored[f"correlation.{width}"] = correlation.correlation_coefficient(binned)
singly = [BinnedSpikeTrain(train, bin_size=1 * pq.ms) for train in spikes]
for name, border in (("count", False), ("border", True)):
    found = [
        [
            correlation.cross_correlation_histogram(a, b, window=[-20, 20], border_correction=border)[0].magnitude[:, 0]
            for b in singly
        ]
        for a in singly
    ]
    stored[f"correlogram.{name}"] = found
shown = AnalogSignal(signal[:, None], units="mV", sampling_rate=1 * pq.kHz)
stored["sta"] = [spike_triggered_average(shown, train, (-30 * pq.ms, 10 * pq.ms)).magnitude[:, 0] for train in spikes]
for tau in (2.0, 50.0):
    stored[f"van_rossum.{tau:g}"] = dissimilarity.van_rossum_distance(spikes, tau * pq.ms)
for cost in (0.0, 0.05, 1.0):
    stored[f"victor_purpura.{cost:g}"] = dissimilarity.victor_purpura_distance(spikes, cost / pq.ms)
OUT = Path(__file__).parents[2] / "tests" / "analysis" / "spikes" / "expected_elephant.npz"
np.savez_compressed(OUT, **{name: np.asarray(values) for name, values in stored.items()})
