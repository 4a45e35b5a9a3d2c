"""Conductance synapses of many Poisson inputs: what they do to the potential, and to the output of the neuron."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...analysis.spikes import firing_rates, interval_statistics
from ...dynamics import LIF, Afferents, Conductance, Network, PoissonInput, PoissonSources, SpikingSimulation
from ...spike_trains import SpikeTrains

N_E, N_I = 80, 20
"""Excitatory and inhibitory inputs of a neuron."""
G_MAX = 2.4
"""nS that a spike adds."""
TAU_E, TAU_I, E_E, E_I = 2.0, 5.0, 0.0, -80.0
"""Decay in ms and reversal potential in mV of the two kinds of synapses."""
START = {"V": -65.0}
NEVER = 1e3
"""mV, a threshold that no potential reaches."""
SETTLED = 100.0
"""ms after which the free potential has forgotten its start."""


def example(rate: float) -> Network:
    """Return one neuron with every input by itself, all of the same rate in Hz."""
    return Network(
        LIF(),
        1,
        receptors=_receptors(),
        afferents=[
            Afferents(PoissonSources(N_E, rate), G_MAX, "E"),
            Afferents(PoissonSources(N_I, rate), G_MAX, "I"),
        ],
        start=START,
    )


def population(rate: float, ratio: float, units: int, *, fires: bool = True) -> Network:
    """Return neurons with independent inputs; those of inhibition have `ratio` times the rate of the excitatory ones.

    Poisson inputs of one strength together are one Poisson input.
    """
    return Network(
        LIF() if fires else LIF(V_th=NEVER),
        units,
        receptors=_receptors(),
        drives=[PoissonInput(N_E * rate, G_MAX, "E"), PoissonInput(N_I * rate * ratio, G_MAX, "I")],
        start=START,
    )


def _receptors() -> dict[str, Conductance]:
    return {"E": Conductance(TAU_E, E_E), "I": Conductance(TAU_I, E_I)}


@dataclass(frozen=True)
class Drive:
    """What Poisson inputs do to a LIF neuron that never fires, by theory.

    The conductances are shot noise (Campbell's theorem), here in steps of dt. For fluctuations that are small beside
    the total conductance, V relaxes to its mean with the effective time constant C/g, and follows each conductance
    like a filter of first order (Kuhn et al. 2004, 10.1523/JNEUROSCI.3349-03.2004).

    Attributes
    ----------
    g_E, g_I : array
        Mean conductances in nS.
    mean, sd : array
        Of the potential, in mV.
    tau : array
        Effective time constant in ms.
    """

    g_E: np.ndarray  # noqa: N815 (the symbol)
    g_I: np.ndarray  # noqa: N815 (the symbol)
    mean: np.ndarray
    sd: np.ndarray
    tau: np.ndarray


def theory(rate: np.ndarray, ratio: np.ndarray, dt: float) -> Drive:
    """Return the theory for rates in Hz of excitatory inputs, and ratios of inhibitory to excitatory rates."""
    cell = LIF()
    g_L, E_L, tau_m = (float(np.asarray(value)) for value in (cell.g_L, cell.E_L, cell.tau_m))

    def shot_noise(per_second: np.ndarray, tau: float) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and variance of a conductance in nS."""
        per_step = per_second * dt / 1e3
        return G_MAX * per_step / -np.expm1(-dt / tau), G_MAX**2 * per_step / -np.expm1(-2 * dt / tau)

    g_E, var_E = shot_noise(N_E * rate, TAU_E)
    g_I, var_I = shot_noise(N_I * rate * ratio, TAU_I)
    g = g_L + g_E + g_I
    mean, tau = (g_L * E_L + g_E * E_E + g_I * E_I) / g, tau_m * g_L / g
    variance = ((E_E - mean) / g) ** 2 * var_E * TAU_E / (TAU_E + tau)
    variance = variance + ((E_I - mean) / g) ** 2 * var_I * TAU_I / (TAU_I + tau)
    return Drive(g_E, g_I, mean, np.sqrt(variance), tau)


@dataclass(frozen=True, eq=False)
class Balance:
    """Neurons under several rates of excitation and ratios of inhibition.

    Attributes
    ----------
    rate, ratio : array, shape (network,)
        Hz of every excitatory input, and how many times that rate an inhibitory input has.
    firing, free : SpikingSimulation
        A trial per network, with and without a threshold; of the latter with V and conductances.
    dt : float
        ms.
    """

    rate: np.ndarray
    ratio: np.ndarray
    firing: SpikingSimulation
    free: SpikingSimulation
    dt: float

    @cached_property
    def theory(self) -> Drive:
        """What the inputs do to the free potential, a value per network."""
        return theory(self.rate, self.ratio, self.dt)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Output rate (Hz) and CV with 95 % intervals over neurons, and mean and SD of the free potential (mV)."""
        assert self.free.traces is not None
        V = self.free.traces["V"].sel(time=slice(SETTLED, None))
        rows = []
        for network, (rate, ratio) in enumerate(zip(self.rate.tolist(), self.ratio.tolist(), strict=True)):
            row = {"excitation": rate, "ratio": ratio} | _output(self.firing.spikes, network)
            each = V.isel(trial=network)
            rows.append(row | {"mean": float(each.mean()), "sd": float(each.std("time").mean())})
        return pd.DataFrame(rows).assign(mean_theory=self.theory.mean, sd_theory=self.theory.sd)

    def conductance(self, network: int) -> tuple[float, float]:
        """Return the mean excitatory and inhibitory conductance in nS of a network."""
        assert self.free.traces is not None
        held = self.free.traces.sel(time=slice(SETTLED, None)).isel(trial=network)
        return float(held["E"].mean()), float(held["I"].mean())


def _output(spikes: SpikeTrains, network: int) -> dict[str, float]:
    """Return rate and CV of the neurons of a network: they are alike, and count as trials of one."""
    some = spikes.trial == network
    units = {"trial": spikes.unit[some], "n_trials": spikes.n_units}
    alike = SpikeTrains.from_spikes(
        spikes.times[some], np.zeros(some.sum(), int), n_units=1, duration=spikes.duration, **units
    )
    rate = firing_rates(alike).isel(unit=0)
    found = {"rate": rate["estimate"], "rate_low": rate["low"], "rate_high": rate["high"]}
    if some.sum() >= 20 * spikes.n_units:
        cv = interval_statistics(alike).sel(statistic="cv").isel(unit=0)
        found |= {"cv": cv["estimate"], "cv_low": cv["low"], "cv_high": cv["high"]}
    return {name: float(value) for name, value in found.items()}
