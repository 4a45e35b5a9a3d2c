"""The published numbers of the Wilson–Cowan model: Neuromatch Academy and its reference solution."""

from ...formats import percent

TRIALS = 40
"""Trials for each strength of the pulse."""
PERSISTING = {0.45: 0.075, 0.6: 0.9}
"""Strength of the pulse → share of these trials that persist."""
PUBLISHED: dict[str, tuple[str, float | int, str]] = {
    "fixed_point.1.E": ("bistable: saddle, E", 0.336852, ".6f"),
    "fixed_point.1.I": ("bistable: saddle, I", 0.168420, ".6f"),
    "fixed_point.2.E": ("bistable: high state, E", 0.938430, ".6f"),
    "fixed_point.2.I": ("bistable: high state, I", 0.672481, ".6f"),
    "fixed_point.0.eigenvalue.real": ("low state: real part of its pair (1/ms)", -0.623, ".3f"),
    "fixed_point.0.eigenvalue.imag": ("low state: imaginary part (1/ms)", 0.131, ".3f"),
    "fixed_point.1.eigenvalue.real": ("saddle: first eigenvalue (1/ms)", 1.057, ".3f"),
    "fixed_point.1.eigenvalue_2.real": ("saddle: second eigenvalue (1/ms)", -0.873, ".3f"),
    "fixed_point.2.eigenvalue.real": ("high state: first eigenvalue (1/ms)", -0.960, ".3f"),
    "fixed_point.2.eigenvalue_2.real": ("high state: second eigenvalue (1/ms)", -1.422, ".3f"),
    "start.0.32.E": ("E at 50 ms from E = 0.32, I = 0.15", 0.0, ".3f"),
    "start.0.33.E": ("E at 50 ms from E = 0.33, I = 0.15", 0.938, ".3f"),
    "cycle.fixed_point.0.E": ("rhythm: fixed point, E", 0.570419, ".6f"),
    "cycle.fixed_point.0.I": ("rhythm: fixed point, I", 0.270609, ".6f"),
    "cycle.fixed_point.0.eigenvalue.real": ("rhythm: real part of the pair (1/ms)", 0.107, ".3f"),
    "cycle.fixed_point.0.eigenvalue.imag": ("rhythm: imaginary part (1/ms)", 0.562, ".3f"),
    "cycle.period.euler": ("period, Euler with 0.1 ms (ms)", 21.55, ".2f"),
    "cycle.period.converged": ("period, converged (ms)", 21.52, ".2f"),
    "hopf.tau_i": ("Hopf point, τ_I (ms)", 1.489, ".3f"),
    "memory.published_seeds.threshold": ("weakest pulse that persists, published noise", 0.45, ".2f"),
} | {
    f"memory.persistence.{strength:g}": (
        f"share of trials that persist at {strength:.2f} (published: {TRIALS})",
        share,
        ".3f",
    )
    for strength, share in PERSISTING.items()
}


def error_of_shares() -> list[str]:
    """Return the standard errors of the published shares of trials."""
    return [percent((share * (1 - share) / TRIALS) ** 0.5) for share in PERSISTING.values()]
