"""Published networks: Brunel's, Vogels and Abbott's, and the cortical microcircuit of Potjans and Diesmann."""

from collections.abc import Sequence

import jax
import numpy as np

from ...errors import require
from ...keys import generator
from ...shapes import PRNGKey
from .connections import Connections, fixed_in_degree, fixed_number, pairwise
from .drives import Injected, PoissonInput
from .network import Network, Projection
from .neurons import LIF
from .receptors import Current, Delta

Pair = tuple[float, float]


def brunel_networks(
    points: Sequence[Pair],
    *,
    key: PRNGKey,
    excitatory: int = 10_000,
    C_E: int = 1000,
    J: float = 0.1,
    delay: float = 1.5,
) -> list[Network]:
    """Return Brunel's sparsely connected network (2000, 10.1023/A:1008925309027), one for every (g, η).

    A quarter as many inhibitory as excitatory neurons, all alike: τ_m 20 ms, threshold 20 mV above rest, reset 10 mV,
    refractory for 2 ms. Each has C_E excitatory synapses of J mV, C_E/4 inhibitory ones of −g J, and Poisson input
    from C_E excitatory synapses that alone would bring it η times the mean input at threshold. The networks share
    their connections.

    Parameters
    ----------
    points : sequence of (float, float)
        g and η.
    key : key
        Of the connections.
    excitatory : int
        Excitatory neurons, a multiple of 4. Default 10,000.
    C_E : int
        Excitatory synapses of a neuron, a multiple of 4. Default 1000.
    J : float
        mV. Default 0.1.
    delay : float
        ms. Default 1.5.

    Raises
    ------
    InputError
        If counts are no multiples of 4, or g or η is negative.

    Examples
    --------
    >>> from isocortex.dynamics import simulate_spikes
    >>> network = brunel_networks([(5.0, 2.0)], key=jax.random.key(0), excitatory=800, C_E=80, J=0.3)
    >>> spikes = simulate_spikes(network, duration=300.0, key=jax.random.key(1)).spikes.slice(100.0, 300.0)
    >>> bool(abs(len(spikes.times) / 1000 / 0.2 - 75.7) < 4)  # Hz; the mean field says 75.7
    True
    """
    require(
        excitatory % 4 == 0 and C_E % 4 == 0 and excitatory > 0 and C_E > 0,
        f"The excitatory neurons and their synapses must be multiples of 4; got {excitatory} and {C_E}.",
    )
    for g, eta in points:
        require(g >= 0 and eta >= 0, f"g and η must not be negative; got {g:g} and {eta:g}.")
    inhibitory = excitatory // 4
    n = excitatory + inhibitory
    first, second = jax.random.split(key)
    from_E = fixed_in_degree(range(excitatory), range(n), C_E, key=first, delay=delay)
    from_I = fixed_in_degree(range(excitatory, n), range(n), C_E // 4, key=second, delay=delay)
    lif = LIF(tau_m=20.0, E_L=0.0, g_L=1.0, V_th=20.0, V_reset=10.0, t_ref=2.0)
    threshold_rate = 1e3 * 20.0 / (J * 20.0)  # Hz, of all external synapses together
    return [
        Network(
            lif,
            {"excitatory": excitatory, "inhibitory": inhibitory},
            receptors={"J": Delta()},
            projections=[Projection(from_E, "J", J), Projection(from_I, "J", -g * J)],
            drives=[PoissonInput(eta * threshold_rate, J, "J")],
        )
        for g, eta in points
    ]


def vogels_abbott_network(*, key: PRNGKey, n: int = 4000) -> Network:
    """Return the network with current-based synapses of Vogels & Abbott (2005), benchmark 2 of Brette et al. (2007).

    Four fifths of the neurons are excitatory, and 2 % of all pairs are connected (10.1007/s10827-007-0038-6). It fires
    without input.

    Parameters
    ----------
    key : key
    n : int
        Default 4000.

    Examples
    --------
    >>> from isocortex.dynamics import simulate_spikes
    >>> network = vogels_abbott_network(key=jax.random.key(0))
    >>> spikes = simulate_spikes(network, duration=200.0).spikes.slice(100.0, 200.0)
    >>> round(len(spikes.times) / 4000 / 0.1)  # Hz, without any input
    5
    """
    require(n >= 10, f"The network needs at least 10 neurons; got {n}.")
    keys = jax.random.split(key, 3)
    excitatory = 4 * n // 5
    from_E = pairwise(range(excitatory), range(n), 0.02, key=keys[0], weight=1.62, delay=0.1)
    from_I = pairwise(range(excitatory, n), range(n), 0.02, key=keys[1], weight=-9.0, delay=0.1)
    return Network(
        LIF(tau_m=20.0, E_L=-49.0, g_L=1.0, V_th=-50.0, V_reset=-60.0, t_ref=5.0),
        {"excitatory": excitatory, "inhibitory": n - excitatory},
        receptors={"excitatory": Current(5.0), "inhibitory": Current(10.0)},
        projections=[Projection(from_E, "excitatory"), Projection(from_I, "inhibitory")],
        start={"V": np.asarray(jax.random.uniform(keys[2], (n,), minval=-60.0, maxval=-50.0), float)},
    )


POPULATIONS = ("L2/3E", "L2/3I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
"""External inputs of a neuron, each at 8 Hz."""
PROBABILITIES = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
        [0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0.0],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0.0],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443],
    ]
)
"""That a neuron of a column's population reaches one of a row's."""
RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
"""Hz, of the whole model."""
EPSP = 87.8
"""Mean weight in pA, 0.15 mV at the soma."""


def potjans_diesmann_network(*, key: PRNGKey, scale: float = 0.1) -> Network:
    """Return the microcircuit under 1 mm² of early sensory cortex (Potjans & Diesmann 2014, 10.1093/cercor/bhs358).

    Eight populations in four layers. Below full scale there are fewer neurons and proportionally fewer synapses of
    each; weights grow as 1/√scale, and a constant current replaces the mean input that is then missing, so that mean
    and variance of the input stay (van Albada, Helias & Diesmann 2015, 10.1371/journal.pcbi.1004490).

    Parameters
    ----------
    key : key
    scale : float
        Share of the neurons, above 0 and at most 1. Default 0.1: 7717 neurons.

    Notes
    -----
    Rates come near the published ones only as the network grows, because larger weights correlate the neurons: in the
    order of the populations they are 0.52, 0.70, 0.89, 0.84, 0.84, 0.91, 0.77 and 0.89 of them at a tenth of the size,
    and 0.66, 0.85, 0.99, 0.94, 0.93, 0.96, 0.91 and 0.96 at a fifth.

    Delays are at least 0.1 ms. The number of synapses between two populations is
    log(1 − p)/log(1 − 1/(N N′)), drawn with repetition.

    Examples
    --------
    >>> network = potjans_diesmann_network(key=jax.random.key(0), scale=0.005)
    >>> network.n_units, len(network.group("L4E")), len(network.projections[0].connections.source)
    (385, 110, 7445)
    """
    require(0 < scale <= 1, f"scale must be above 0 and at most 1; got {scale}.")
    sizes = np.maximum(np.rint(SIZES * scale), 1).astype(int)
    ends = np.cumsum(sizes)
    members = [range(end - size, end) for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]
    full = np.log1p(-PROBABILITIES) / np.log1p(-1 / np.outer(SIZES.astype(float), SIZES))
    per_target = full / SIZES[:, None] * scale  # synapses of a neuron
    draw = generator(key)
    growth = 1 / np.sqrt(scale)
    sign = np.where(np.arange(8) % 2 == 0, 1.0, -4.0)
    weight = EPSP * np.tile(sign, (8, 1))
    weight[0, 2] *= 2  # from L4E to L2/3E
    parts, missing = [], np.zeros(8)
    for to in range(8):
        for of in range(8):
            n = round(per_target[to, of] * sizes[to])
            missing[to] += full[to, of] / SIZES[to] * (1 - np.sqrt(scale)) * weight[to, of] * RATES[of]
            if n == 0:
                continue
            mean = weight[to, of] * growth
            drawn = mean * (1 + 0.1 * draw.standard_normal(n))
            late = 1.5 if of % 2 == 0 else 0.75
            delays = np.maximum(late * (1 + 0.5 * draw.standard_normal(n)), 0.1).round(1)
            ends_of = fixed_number(members[of], members[to], n, key=jax.random.fold_in(key, 8 * to + of))
            parts.append(ends_of.where(weight=drawn * (drawn * mean > 0), delay=delays))
    connections = Connections(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("source", "target", "weight", "delay"))
    )
    tau = 0.5
    missing += EXTERNAL * (1 - np.sqrt(scale)) * EPSP * 8.0
    n = int(ends[-1])
    per_unit = np.repeat(np.arange(8), sizes)
    lif = LIF(tau_m=10.0, E_L=-65.0, g_L=25.0, V_th=-50.0, V_reset=-65.0, t_ref=2.0)
    return Network(
        lif,
        dict(zip(POPULATIONS, sizes.tolist(), strict=True)),
        receptors={"synapses": Current(tau)},
        projections=[Projection(connections, "synapses")],
        drives=[
            PoissonInput((EXTERNAL * scale * 8.0)[per_unit], EPSP * growth, "synapses"),
            Injected((missing * tau / 1e3)[per_unit]),
        ],
        start={"V": -58.0 + 10.0 * draw.standard_normal(n)},
    )
