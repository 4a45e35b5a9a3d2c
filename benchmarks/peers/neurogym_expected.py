"""The statistics of NeuroGym 2.3.1's trials where it and isocortex should agree, stored for the tests.

Run with the peer's own Python; it writes them:

    .venv-neurogym/bin/python peers/neurogym_expected.py

Each trial is summarised by the mean of its inputs, of their squares and of its targets (one-hot) over the steps of
every period; stored are mean and standard deviation over trials. Left out, because they should not agree: the noise on
the fixation cue of MultiSensoryIntegration and DelayComparison (that channel is set to its noise-free value here); the
trials of IntervalDiscrimination that tie; and the target of ReadySetGo, which comes one "set" too late and lasts one
step.
"""

from pathlib import Path

import neurogym
import numpy as np

STORE = Path(__file__).parents[2] / "tests" / "golden" / "neurogym.npz"
TRIALS = 20_000
RENAMED = {"stim1": "stimulus1", "stim2": "stimulus2"}
TASKS = {
    "PerceptualDecisionMaking": ({}, "during-fixation"),
    "ContextDecisionMaking": ({"use_expl_context": True}, "during-fixation"),
    "MultiSensoryIntegration": ({}, "until-decision"),
    "DelayComparison": ({}, "until-decision"),
    "DelayMatchSample": ({}, "until-decision"),
    "GoNogo": ({}, "until-decision"),
    "ReadySetGo": ({}, "until-decision"),
    "IntervalDiscrimination": ({}, "until-decision"),
}

store = {}
for name, (options, cue) in TASKS.items():
    env = neurogym.make(f"{name}-v0", **options).unwrapped
    env.seed(2026)
    summaries = {}
    n = 0
    while n < TRIALS:
        trial = env.new_trial()
        if name == "IntervalDiscrimination" and trial["duration1"] == trial["duration2"]:
            continue
        n += 1
        inputs = env.ob.astype(float)
        if name in ("MultiSensoryIntegration", "DelayComparison"):
            inputs[:, 0] = np.arange(len(inputs)) < env.start_ind["decision"]
        targets = np.eye(env.action_space.n)[env.gt]
        for period, start in env.start_ind.items():
            stop = env.end_ind[period]
            if stop == start or (name, period) == ("ReadySetGo", "production"):
                continue
            found = summaries.setdefault(
                RENAMED.get(period, period), {"inputs": [], "squares": [], "targets": [], "length": []}
            )
            found["inputs"].append(inputs[start:stop].mean(0))
            found["squares"].append((inputs[start:stop] ** 2).mean(0))
            found["targets"].append(targets[start:stop].mean(0))
            found["length"].append((stop - start) * env.dt)
    store |= {f"{name}/dt": env.dt, f"{name}/fixation_cue": cue, f"{name}/n": n, f"{name}/periods": sorted(summaries)}
    for period, found in summaries.items():
        for what, values in found.items():
            store[f"{name}/{period}/{what}/mean"] = np.mean(values, axis=0)
            store[f"{name}/{period}/{what}/sd"] = np.std(values, axis=0)
    print(name, n, sorted(summaries))
np.savez_compressed(STORE, **{name: np.asarray(values) for name, values in store.items()})
