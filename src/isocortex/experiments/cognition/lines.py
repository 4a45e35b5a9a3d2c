"""The line attractors of the context task, and how each context selects its stimulus."""

from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from ...dynamics import fixed_points, line_attractor, selected_input
from ...keys import generator
from ...models import Recurrent, member
from ..shared.intervals import estimate_and_interval
from .mechanism import Mechanism, held_inputs, situations, visited
from .trained import Cognition

FEWEST = 3
"""Points that a line needs."""
SLOW_MS = 3000.0
"""Searches stop where the network would need this long, four times the stimulus, to move by its states' norm."""
COLUMNS = ["seed", "situation", "input", "along", "strength", "selected"]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of fixed and slow points, one for each network and context, and what moves the state along them.

    Attributes
    ----------
    lines : dict of (seed, context) to Dataset
        From :func:`isocortex.dynamics.line_attractor`; contexts count from 1.
    selected : DataFrame
        ``seed``, ``situation`` ("context 1", …), ``input`` ("relevant stimulus", "irrelevant stimulus"), ``along``,
        ``strength`` and ``selected``.
    """

    lines: dict[tuple[int, int], xr.Dataset]
    selected: pd.DataFrame

    def numbers(self) -> dict[str, float | int]:
        """Return the numbers, under flat keys; nothing where no line was found."""
        if not self.lines:
            return {"context.lines.n": 0}
        cosine, name = self.selected["selected"].to_numpy(float), self.selected["input"].to_numpy()
        lines = self.lines.values()
        return {
            "context.lines.n": len(self.lines),
            "context.lines.straightness.mean": float(np.mean([line.attrs["straightness"] for line in lines])),
            "context.lines.time_constant_ms.median": float(
                np.median([np.median(np.abs(line["time_constant"])) for line in lines])
            ),
            "context.lines.next_time_constant_ms.median": float(
                np.median([np.median(np.abs(line["next_time_constant"])) for line in lines])
            ),
            "context.selection.relevant.mean": float(cosine[name == "relevant stimulus"].mean()),
            "context.selection.irrelevant.mean": float(cosine[name == "irrelevant stimulus"].mean()),
        }

    def difference(self) -> tuple[float, float, float]:
        """Return the size of the cosine with the relevant stimulus less that of the other, with its 95 % interval.

        The sign of a line is that of the relevant cosine, so that sizes are compared: with signs, networks that select
        nothing would have a difference above 0. The interval holds for new networks; it is NaN for one network.
        """
        sizes = self.selected.assign(size=self.selected["selected"].abs())
        by_seed = sizes.pivot_table("size", "seed", "input", aggfunc="mean")
        each = xr.DataArray(by_seed["relevant stimulus"] - by_seed["irrelevant stimulus"], dims="seed")
        if each.sizes["seed"] == 1:
            return float(each[0]), np.nan, np.nan
        return estimate_and_interval(lambda drawn: drawn.mean(), each.drop_vars("seed"), ("seed",))

    def table(self) -> pd.DataFrame:
        """Return a row for every line."""
        return pd.DataFrame(
            {
                "seed": seed,
                "context": context,
                "points": line.sizes["point"],
                "share of variance along the line": line.attrs["straightness"],
                "time constant (ms)": float(np.median(np.abs(line["time_constant"]))),
                "next time constant (ms)": float(np.median(np.abs(line["next_time_constant"]))),
                "alignment with its eigenvector": float(line["alignment"].mean()),
            }
            for (seed, context), line in self.lines.items()
        )


def find_lines(found: Cognition, inside: Mechanism, *, key: jax.Array) -> Lines:
    """Search for a line of slow points in the stimulus period, in each network that learned and each context."""
    lines, rows = {}, []
    draw = generator(key)
    held, at = held_inputs(found.task, found.tested["trained"]), situations(found.task, inside.tested)
    for seed in map(int, found.learned):
        network = member(found.networks["trained"], seed)
        for context in (1, 2):
            name = f"stimulus in context {context}"
            x = held[name]
            starts, extent = visited(inside.rates.values[seed][at[name]], draw)
            points = fixed_points(network.held(x), starts=starts, slow=extent / SLOW_MS, early=True)
            if points.sizes["point"] < FEWEST:
                continue
            line = lines[seed, context] = line_attractor(points)
            reaches = input_effects(network, x, line["x"].values)
            pushes = {name: reaches @ evidence(found.task, i) for i, name in stimuli(context).items()}
            selected = selected_input(line, pushes)
            # A line has no sign: relevant evidence for the first direction counts as positive.
            sign = -1.0 if selected["selected"].to_dict()["relevant stimulus"] < 0 else 1.0
            selected[["along", "selected"]] *= sign
            rows.append(selected.reset_index().assign(seed=seed, situation=f"context {context}"))
    whole = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return Lines(lines, whole.reindex(columns=COLUMNS))


def stimuli(context: int) -> dict[int, str]:
    """Return which stimulus (1 or 2) is which in a context."""
    return {context: "relevant stimulus", 3 - context: "irrelevant stimulus"}


def evidence(task: Any, stimulus: int) -> np.ndarray:
    """Return the unit vector of inputs along which a stimulus of the context task speaks for the first direction.

    Shape (channel,).
    """
    angle = 2 * np.pi * np.arange(task.n_choices) / task.n_choices
    direction = np.zeros(task.n_inputs)
    first = 1 + (stimulus - 1) * task.n_choices
    direction[first : first + task.n_choices] = np.cos(angle)
    return direction / np.linalg.norm(direction)


def input_effects(network: Recurrent, x: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Return ∂(dh/dt)/∂x at some states, shape (state, unit, channel), per ms."""

    return np.asarray(_input_effects(network, jnp.asarray(x, jnp.float32), jnp.asarray(states, jnp.float32)))


@eqx.filter_jit
def _input_effects(network: Recurrent, x: jax.Array, states: jax.Array) -> jax.Array:
    return jax.vmap(jax.jacfwd(lambda x, h: network.held(x).f(0.0, h)), (None, 0))(x, states)
