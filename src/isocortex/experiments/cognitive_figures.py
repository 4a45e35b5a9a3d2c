"""The figures and tables that every experiment on a task in time shares: learning, a trial, states, mechanism."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from .. import plots
from ..analysis import condition_averages, principal_components, project, sort_units, variance_by_condition
from ..dynamics import speed_map
from ..models import CTRNN, member
from ..runs import Run
from ..tasks import TimedTask
from .cognitive_mechanism import Mechanism, held_inputs, told_apart
from .cognitive_networks import Cognition

LOSSES = {"cross-entropy": "training loss (nats)", "L1": "training loss (L1)", "L2": "training loss (L2)"}
MOST_GRADES, GROUPS = 8, 5
"""Values of a condition that are shown as they are; more are gathered into so many groups."""
AROUND = 0.25
"""How far a map of speed reaches beyond the paths, as a share of their extent."""
EXACT = 1e-9
"""Points slower than this (rate per ms) are fixed points, faster ones are slow points."""


def draw_learning(run: Run, found: Cognition) -> None:
    """Draw how the networks learned, what became of their weights, and one trial."""
    accuracy = {name: share.mean() for name, share in found.accuracy.items()}
    run.figure(
        "learning",
        plots.learning_curves(
            found.history, ideal=found.ideal, untrained=accuracy["untrained"], loss=LOSSES[found.task.loss_function]
        ),
        title="Learning the task",
        caption=f"Loss and success of each batch of fresh trials. On the test trials the networks reach "
        f"{accuracy['trained']:.3f}, the ideal observer {found.ideal:.3f}, untrained networks {accuracy['untrained']:.3f}.",
        alt="Loss falls and the share of correct trials rises towards the ideal observer's, one line per network.",
    )
    history = found.history.to_dataframe().reset_index()
    run.table("learning", history, caption="Loss and success of every batch, by network.")
    per_seed = pd.DataFrame(found.accuracy).rename_axis("seed").reset_index()
    per_seed["of ideal"] = per_seed["trained"] / found.ideal
    run.table("accuracy", per_seed, title="Success on the same fresh trials", shown=True,
              caption="Share of correct trials of every network, before and after training, and relative to the ideal "
              f"observer's {found.ideal:.3f}.")  # fmt: skip
    draw_trial(run, found)


def draw_trial(run: Run, found: Cognition) -> None:
    """Draw the inputs, outputs and target of one trial of one network."""
    task, tested = found.task, found.tested["trained"].isel(seed=0)
    shown = tested.isel(trial=int(np.argmax(tested["correct"].values)))
    outputs = shown["outputs"].values
    title = "output"
    if task.loss_function == "cross-entropy":
        outputs = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        outputs, title = outputs / outputs.sum(axis=-1, keepdims=True), "output probability"
    counted = int((shown["weights"].values > 0).sum())
    panels = {
        "input": dict(zip(task.input_names, shown["inputs"].values[:counted].T, strict=True)),
        title: dict(zip(task.output_names, outputs[:counted].T, strict=True)),
        "target": dict(zip(task.output_names, shown["targets"].values[:counted].T, strict=True)),
    }
    fixed = "steps" not in tested.coords
    run.figure(
        "trial",
        plots.example_trial(task.times[:counted], panels, periods=task.periods if fixed else None),
        title="One trial",
        caption="What a trained network sees, what it answers and what it should answer, in a trial that it gets right.",
        alt="Inputs, outputs and targets of one trial against time in ms.",
    )


def draw_weights(run: Run, found: Cognition, inside: Mechanism) -> None:
    """Draw the recurrent weights before and after, and the activity of all units, sorted by what they prefer."""
    told, answers = told_apart(inside.rates), answer_names(found.task)
    seed = int(np.argmax(found.accuracy["trained"]))
    order, classes = np.arange(inside.rates.sizes["unit"]), None
    if told is not None:
        order = sort_units(told[seed])
        prefers = told[seed]["d_prime"].to_numpy()[order] > 0
        first, second = answers[0], answers[1] if len(answers) == 2 else "another"
        classes = np.where(prefers, f"prefers {first}", f"prefers {second}")
    if isinstance(found.networks["trained"], CTRNN):
        weights = {
            title: np.asarray(member(found.networks[name], seed).recurrent)[np.ix_(order, order)]
            for title, name in {"before learning": "untrained", "after learning": "trained"}.items()
        }
        run.figure(
            "weights",
            plots.weight_changes(weights, classes=classes, label="recurrent weight"),
            title="Recurrent weights",
            caption=f"Of network {seed}, the best one, units sorted by how well the trained network's units tell the "
            "answers apart at the end of the trial (d′).",
            alt="Two heat maps of 64 by 64 recurrent weights, before and after learning.",
        )
    if told is not None and classes is not None and "steps" not in inside.rates.coords:
        rates, right = inside.rates.isel(seed=seed), inside.rates["right"].values
        panels = {
            f"{answers[int(k)]} is right": rates[right == k].mean("trial")[:, order] for k in np.unique(right)[:3]
        }
        run.figure(
            "units",
            plots.sorted_activity(panels, periods=found.task.periods, border=int((told[seed]["d_prime"] > 0).sum())),
            title="What the units do",
            caption=f"Mean activity of every unit of network {seed} by right answer, units sorted as above. The line "
            "parts those that prefer the first answer from the others.",
            alt="Heat maps of the activity of all units against time, one for each right answer.",
        )
        table = pd.concat(told, keys=range(len(told)), names=["seed"]).reset_index()
        run.table("selectivity", table, caption="How every unit tells the first answer from the others: d′, ROC area.")


@dataclass(frozen=True, eq=False)
class Space:
    """The state space of one network: its condition averages, and the principal components of these."""

    averages: xr.DataArray
    components: xr.Dataset
    strength: str | None

    @property
    def paths(self) -> xr.DataArray:
        """The averages in the components."""
        return project(self.averages, self.components)


def state_spaces(found: Cognition, inside: Mechanism) -> dict[int, Space]:
    """Return the state space of every network that learned: averages of its correct trials by answer and strength."""
    tested = found.tested["trained"].isel(trial=slice(inside.rates.sizes["trial"]))
    strength = graded(tested)
    spaces = {}
    for seed in found.learned:
        correct = tested["correct"].values[seed].astype(bool)
        right = tested["right"].values if "right" in tested.coords else np.zeros(len(correct), int)
        conditions = {"answer": right[correct]} | {name: x[correct] for name, x in strength.items()}
        averages = condition_averages(
            inside.rates.isel(seed=seed)[correct], conditions, weights=tested["weights"].values[correct]
        )
        spaces[int(seed)] = Space(averages, principal_components(averages), next(iter(strength), None))
    return spaces


def graded(tested: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the condition that grades a task's trials, if there is one: coherence, or the first that varies.

    More values than a picture can show are gathered into as many groups, named by their means.
    """
    varied = [str(name) for name, x in tested.coords.items() if x.dims == ("trial",) and len(np.unique(x)) > 1]
    names = [name for name in ("coherence", *varied) if name in varied and name not in ("right", "steps", "context")]
    if not names:
        return {}
    values = np.round(tested[names[0]].values, 6)
    if len(np.unique(values)) > MOST_GRADES:
        edges = np.quantile(values, np.linspace(0, 1, GROUPS + 1)[1:-1])
        group = np.searchsorted(edges, values, side="right")
        values = np.array([float(f"{values[group == k].mean():.3g}") for k in range(GROUPS)])[group]
    return {names[0]: values}


def answer_names(task: TimedTask) -> dict[int, str]:
    """Return what each right answer is called: the name of its output."""
    n = max(len(task.output_names) - 1, 2)
    answers = np.asarray(task.answer({"choice": jnp.arange(n, dtype=jnp.float32)}))
    return {k: task.output_names[min(int(a), task.n_outputs - 1)] for k, a in enumerate(answers)}


def draw_state_space(run: Run, found: Cognition, inside: Mechanism) -> dict[str, float]:
    """Draw the state space of the best network with its fixed points; return the numbers of all that learned.

    Nothing is drawn of networks that did not learn, and the page says so.
    """
    spaces = state_spaces(found, inside)
    if not spaces:
        return {}
    seed = max(spaces, key=lambda seed: found.accuracy["trained"][seed])
    space = spaces[seed]
    situation = held_situation(inside, seed)
    points = inside.points[seed, situation]
    placed = project(points["x"].rename(variable="unit"), space.components)
    look = {
        "choice": "answer",
        "strength": space.strength,
        "points": (placed, points["kind"].values.tolist()),
        "explained": space.components["explained"].values,
        "names": answer_names(found.task),
    }
    shares = {seed: float(each.components["explained"].sum()) for seed, each in spaces.items()}
    of_three = f"Three components hold {100 * np.mean(list(shares.values())):.0f} % of the variance of the averages"
    for three in (False, True):
        run.figure(
            "state_space_3d" if three else "state_space",
            plots.state_space(space.paths, three=three, **look),
            title="State space" + " in three dimensions" * three,
            caption=f"Averages over correct trials of the same answer{'' if space.strength is None else f' and {space.strength}'}"
            f", network {seed} (the best). {of_three} (mean of {len(spaces)} networks). Points: where the network rests "
            f"with the mean input of the period “{situation}” held.",
            alt="Paths of the averaged activity through its principal components, separated by choice.",
        )
    draw_flow(run, found, space, seed, situation, look["points"])
    run.figure(
        "eigenvalues",
        plots.eigenvalue_picture(
            {
                name: exact["eigenvalue"].values
                for (of, name), each in inside.points.items()
                if of == seed
                and (exact := each.isel(point=np.flatnonzero(each["speed"].values < EXACT))).sizes["point"]
            }
            or {situation: points["eigenvalue"].values}
        ),
        title="Linearised around the fixed points",
        caption=f"Eigenvalues of the Jacobian at the fixed points of network {seed}, for each input held. To the right "
        "of the black line a deviation grows.",
        alt="Eigenvalues in the complex plane, most of them left of the line of stability.",
    )
    if not np.isnan(space.averages).any():
        table = variance_by_condition(space.averages)["population"].rename("share of variance").reset_index()
        run.table("variance", table, title="What the activity varies with", shown=True,
                  caption=f"Marginalised variance of the averages of network {seed}, summed over units.")  # fmt: skip
    return {"pca.variance_3": float(np.mean(list(shares.values())))}


def draw_flow(run: Run, found: Cognition, space: Space, seed: int, situation: str, points: tuple) -> None:
    """Draw the speed of the network with its input held, in the plane of the first two components."""
    paths = space.paths
    x, _ = held_inputs(found.task, found.tested["trained"])[situation]
    network = member(found.networks["trained"], seed).held(x)
    plane = paths.values[..., :2].reshape(-1, 2)
    low, high = np.nanmin(plane, axis=0), np.nanmax(plane, axis=0)
    reach = AROUND * (high - low)
    extent = list(zip(low - reach, high + reach, strict=True))
    origin, axes = space.components["mean"].values, space.components["axis"].values[:2]
    run.figure(
        "flow",
        plots.speed_picture(speed_map(network, origin, axes, extent), paths=paths, points=points),
        title="Where the state is driven",
        caption=f"Speed of network {seed} in the plane of its first two components while the mean input of “{situation}” "
        "is held, with the flow in this plane, the averages, and fixed points projected onto it.",
        alt="A map of speed with arrows of flow, trajectories and fixed points.",
    )


def held_situation(inside: Mechanism, seed: int) -> str:
    """Return the situation to show: the stimulus, or else the last one."""
    names = [name for of, name in inside.points if of == seed]
    return next((name for name in names if name.startswith("stimulus")), names[-1])


def draw_mechanism(run: Run, inside: Mechanism) -> None:
    """Write the tables of fixed points and perturbations."""
    if inside.points:
        run.table("fixed_points", inside.table(), title="Fixed points with the input held", shown=True,
                  caption="Of every network that learned, for the mean input of each period. Slow points: at their "
                  "speed it takes more than 10 s to move by the typical norm of a state. λ: eigenvalue of the Jacobian "
                  "with the largest real part, over all fixed points.")  # fmt: skip
    table = inside.lesions.groupby("perturbation", sort=False)[["success", "change"]].agg(["mean", "min", "max"])
    table.columns = [f"{what}, {how}" for what, how in table.columns]
    run.table("perturbations", table.drop(columns=["success, min", "success, max"]).reset_index(), shown=True,
              title="What breaks the networks",
              caption="Success on the same trials with the same noise, over networks: mean, and the change from the "
              "intact network (mean, least, largest).")  # fmt: skip
    run.table("perturbations_by_seed", inside.lesions)
