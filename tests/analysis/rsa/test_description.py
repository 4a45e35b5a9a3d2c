"""Comparisons and noise ceilings say what they did: every argument that was used has its words, and no other."""

import jax
import numpy as np
import pytest

from isocortex import RDMs, rsa

N = 8


@pytest.fixture
def stacks(rng):
    def stack(rows):
        return RDMs(rng.random((rows, N * (N - 1) // 2)), np.arange(N))

    return {
        "data": stack(4),
        "one": stack(1),
        "models": {"conv": stack(2), "fc": stack(2)},
        "single": {"hmax": stack(1)},
    }


def said(table):
    return table.attrs["methods"]


def test_a_comparison_says_what_was_averaged_and_what_intervals_hold_for(stacks):
    words = said(rsa.compare(stacks["models"], stacks["data"], method="spearman", correction="holm"))
    assert words.startswith(
        "2 models and 4 subjects were compared over 8 stimuli by the Spearman correlation of RDMs, which was averaged "
        "over 4 subjects and 2 seeds of each model. 95 % intervals and two-sided tests against 0 hold for new stimuli, "
        "new subjects and new seeds of each model. They come from a jackknife over these crossed factors"
    )
    assert "max(w, w²)/(n − 1)" in words
    assert "below the lower bound of the noise ceiling, or above it; the test of lying above it uses" in words
    assert words.endswith("The p values of the 2 models are corrected by Holm's method.")
    assert "held fixed" not in words


def test_what_is_held_fixed_is_said(stacks):
    words = said(rsa.compare(stacks["models"], stacks["data"], factors=("subject", "seed"), confidence=0.9))
    assert "90 % intervals and two-sided tests against 0 hold for new subjects and new seeds of each model." in words
    assert "The stimuli are held fixed: intervals and tests say nothing about other stimuli." in words
    assert words.endswith("are not corrected for their number.")


def test_one_model_and_one_subject(stacks):
    words = said(rsa.compare(stacks["single"], stacks["one"]))
    assert words.startswith(
        "1 model and 1 subject were compared over 8 stimuli by the Pearson correlation of RDMs. 95 %"
    )
    assert "hold for new stimuli. They" in words
    assert "ceiling" not in words
    assert "p values" not in words
    none = said(rsa.compare(stacks["single"], stacks["one"], factors=("subject", "seed")))
    assert none.endswith("There are no intervals, because one subject and one seed are no sample.")


def test_the_bootstrap_says_how_many_samples_it_drew(stacks):
    words = said(
        rsa.compare(
            stacks["single"], stacks["data"], inference="dual-bootstrap", key=jax.random.key(0), n_bootstraps=20
        )
    )
    assert "They come from 20 samples of the dual bootstrap over these crossed factors (Schütt et al. 2023)" in words
    assert "jackknife" not in words
    assert "ν" not in words


def test_seeds_are_those_of_the_models_that_have_them(stacks):
    words = said(rsa.compare({**stacks["models"], **stacks["single"]}, stacks["one"]))
    assert "which was averaged over 2 seeds of 2 of the models." in words


def test_pairs_that_nobody_measured_are_said(stacks):
    holed = [RDMs(stack.dissimilarities.copy(), stack.stimuli) for stack in (stacks["one"], stacks["data"])]
    for stack in holed:
        stack.dissimilarities[:, 3] = np.nan
    assert "Pairs of stimuli that were not measured are left out." in said(rsa.compare({"a": holed[0]}, holed[1]))


def test_differences_say_how_seeds_go_together(stacks):
    own = said(rsa.differences(stacks["models"], stacks["data"]))
    assert own.startswith(
        "1 pair of models was compared by the difference of their mean similarities (Pearson correlation of RDMs) with "
        "the data of the same 4 subjects, over the same 8 stimuli; what two models share cancels. 95 % intervals"
    )
    assert "p values" not in own
    paired = said(rsa.differences(stacks["models"], stacks["data"], paired_seeds=True))
    assert "Seed i of every model is one draw" in paired
    three = {**stacks["models"], **stacks["single"]}
    assert said(rsa.differences(three, stacks["data"], correction="fdr")).endswith(
        "The p values of the 3 pairs are corrected for the false discovery rate (Benjamini and Hochberg)."
    )


@pytest.mark.parametrize(
    ("method", "prepared"),
    [
        ("pearson", "z-scored"),
        ("whitened-pearson", "z-scored"),
        ("cosine", "scaled to unit length"),
        ("whitened-cosine", "scaled to unit length"),
        ("spearman", "replaced by ranks"),
        ("tau-a", "replaced by ranks"),
    ],
)
def test_a_ceiling_says_how_subjects_were_averaged(method, prepared, stacks):
    words = rsa.noise_ceiling(stacks["data"], method).methods
    label = rsa.SIMILARITIES[method].label
    assert f"the mean {label} of each of 4 subjects with the mean RDM of the other subjects" in words
    assert f"were {prepared} before" in words


def test_a_ceiling_of_two_halves_says_so(stacks):
    row = stacks["one"].dissimilarities
    halves = RDMs(np.concatenate([row, row + 0.01 * row**2]), np.arange(N))
    ceiling = rsa.split_half_ceiling(halves, "cosine")
    assert "r, the cosine similarity of RDMs of two halves of the measurements." in ceiling.methods
