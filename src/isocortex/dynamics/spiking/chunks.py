"""Run a program in chunks of steps, and gather what it gives."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from ...errors import require
from ...spike_trains import SpikeTrains
from .network import Network
from .program import Carry, Program, run

MOST_HELD = 2**25
"""Numbers of a chunk of steps that are held at a time."""
LONGEST = 2000
"""Steps of a chunk: few enough to be told soon of a network that explodes."""
EXPLODES = 1000.0
"""Mean rate in Hz that no network of neurons has."""


class Chunks:
    """A simulation, chunk by chunk; spikes are kept as indices, so that memory grows with their number only.

    Parameters
    ----------
    program : Program
    networks : sequence of Network
    n_steps : int
    dt : float
        ms.
    record_every : int
        Steps between recorded values.
    weights_every : int, optional
        Steps between copies of weights that learn.
    """

    def __init__(
        self,
        program: Program,
        networks: Sequence[Network],
        n_steps: int,
        dt: float,
        record_every: int,
        weights_every: int | None,
    ) -> None:
        self.program, self.networks, self.n_steps, self.dt = program, networks, n_steps, dt
        self.record_every, self.weights_every = record_every, weights_every
        self.found: list[tuple[np.ndarray, ...]] = []
        self.recorded: list[np.ndarray] = []
        self.learnt: list[tuple[int, list[np.ndarray]]] = []

    def go(self, carry: Carry) -> None:
        """Run all steps.

        Raises
        ------
        InputError
            If the rate explodes, or a variable is no longer finite.
        """
        held = self.program.shape[0] * (self.program.shape[1] + len(self.program.recorded) * len(self.program.watched))
        longest, every = max(1, min(LONGEST, MOST_HELD // held)), self.weights_every or self.n_steps
        fewest = -(-every // longest)
        equal = (every // n for n in range(fewest, 2 * fewest + 1) if every % n == 0)
        chunk = next(equal, -(-every // fewest))  # of equal length where that goes: each length compiles once
        done = 0
        while done < self.n_steps:
            n = min(chunk, every - done % every, self.n_steps - done)
            carry, (spikes, recorded) = run(self.program, carry, jnp.asarray(np.int32(done)), n)
            self._keep(done, np.asarray(spikes), np.asarray(recorded))
            done += n
            self._check(carry, done, n)
            if done % every == 0 or done == self.n_steps:
                self.learnt.append((done, [np.asarray(a.weights) for a in carry.afferents if a.weights is not None]))

    def _keep(self, first: int, spikes: np.ndarray, recorded: np.ndarray) -> None:
        step, network, unit = np.nonzero(spikes)
        self.found.append((step + first, network, unit))
        if self.program.recorded:
            self.recorded.append(recorded[-first % self.record_every :: self.record_every])

    def _check(self, carry: Carry, done: int, n_steps: int) -> None:
        n_units = self.program.shape[0] * self.program.shape[1]
        rate = len(self.found[-1][0]) / n_units / (n_steps * self.dt / 1e3)
        require(
            bool(rate < EXPLODES) or not self.program.tables,
            f"The network explodes: its neurons fire at {rate:.0f} Hz on average by {done * self.dt:g} ms; weaken the "
            f"excitation or strengthen the inhibition.",
        )
        require(
            all(bool(np.isfinite(values).all()) for values in carry.x),
            f"A variable of the neurons is no longer finite by {done * self.dt:g} ms: take a smaller dt.",
        )

    def spikes(self) -> SpikeTrains:
        """Return the spikes, a trial per network."""
        step, network, unit = (np.concatenate(parts) for parts in zip(*self.found, strict=True))
        order = np.argsort(network, kind="stable")  # steps are in order within each
        one = self.networks[0]
        return SpikeTrains(
            step[order] * self.dt,
            unit[order],
            one.n_units,
            self.n_steps * self.dt,
            trial=network[order],
            n_trials=len(self.networks),
            units=pd.DataFrame({"group": one.labels}) if len(one.sizes) > 1 else None,
        )

    def traces(self) -> xr.Dataset | None:
        """Return the recorded variables."""
        if not self.recorded:
            return None
        values = np.concatenate(self.recorded)  # (time, variable, network, unit)
        coords = {
            "time": np.arange(len(values)) * self.record_every * self.dt,
            "unit": np.asarray(self.program.watched),
        }
        dims = ("trial", "time", "unit")
        variables = {name: (dims, values[:, i].transpose(1, 0, 2)) for i, name in enumerate(self.program.recorded)}
        traces = xr.Dataset(variables, coords=coords)
        traces["time"].attrs["units"] = "ms"
        return traces

    def weights(self) -> tuple[xr.DataArray, ...]:
        """Return the weights that learn, of every afferent that does."""
        times = np.array([step for step, _ in self.learnt]) * self.dt
        of_each = zip(*(weights for _, weights in self.learnt), strict=True)
        dims = ("time", "trial", "source", "unit")
        return tuple(xr.DataArray(np.stack(values), dims=dims, coords={"time": times}) for values in of_each)
