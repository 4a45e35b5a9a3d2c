"""Which of these models is most like these brains? Any files, one command."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
import pandas as pd
from tyro.conf import Positional, arg

from ..analysis import category_contrast, rsa
from ..analysis.rsa import DISSIMILARITIES, SIMILARITIES
from ..errors import look_up, require
from ..recordings import read
from ..runs import Run
from .compare_figures import Comparison, draw
from .matching import Matched, match, read_categories
from .protocol import Experiment, Progress
from .tables import best, interval, noise_ceiling, records

INFERENCE = {
    "stimuli": (("stimulus", "seed"), "new stimuli like these, for these very subjects"),
    "subjects": (("subject", "seed"), "new subjects like these, for these very stimuli"),
    "both": (("stimulus", "subject", "seed"), "new stimuli and new subjects like these"),
}
"""What is taken as a random sample → the factors that are resampled, and what the intervals then hold for."""
CORRECTION = "holm"
SIGNIFICANT = 0.05


@dataclass(frozen=True, kw_only=True)
class Compare(Experiment):
    """Compare models' RDMs or responses with those of brains.

    Files are .npz, .mat or .nc with `responses` (stimulus × unit, or repeat × stimulus × unit) or `rdms` (n × stimulus ×
    stimulus, or n × pairs), and `stimuli`, their labels; docs/interchange.md says more. Stimuli are matched by label.

    Three models and four subjects, each an RDM in a file:

        isocortex compare hmax.npz v1.npz monkey.npz --data human.mat

    Layers of a network (responses, one group each) against two animals, by the cosine of RDMs of squared distances:

        isocortex compare layers.nc --data mouse1.npz mouse2.npz --dissimilarity euclidean --similarity cosine

    With categories in the pictures and the table, and intervals for new stimuli alone:

        isocortex compare models.npz --data it.npz --categories objects.csv --inference stimuli
    """

    name: ClassVar[str] = "compare"

    models: Annotated[
        Positional[tuple[Path, ...]],
        arg(metavar="MODEL…", help="Files of models. Each is named by its file, or by its label in a file of several."),
    ] = ()
    data: Annotated[
        tuple[Path, ...],
        arg(metavar="DATA…", help="Files of measurements; several RDMs or files are several subjects. Required."),
    ] = ()
    dissimilarity: Annotated[
        str, arg(help=f"Of two response patterns, where files hold responses: {', '.join(DISSIMILARITIES)}.")
    ] = "correlation"
    similarity: Annotated[str, arg(help=f"Of two RDMs: {', '.join(SIMILARITIES)}.")] = "spearman"
    inference: Annotated[
        str, arg(help="What intervals and tests shall hold for: new stimuli, new subjects, or both.")
    ] = "both"
    categories: Annotated[
        Path | None, arg(help="CSV file of label,category. Default: the data file's categories, where it has them.")
    ] = None
    bootstraps: Annotated[int, arg(help="Bootstrap samples.")] = 1000

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("models", "data"):
            object.__setattr__(self, name, tuple(Path(path) for path in getattr(self, name)))
        if self.categories is not None:
            object.__setattr__(self, "categories", Path(self.categories))
        look_up("dissimilarity", self.dissimilarity, DISSIMILARITIES)
        look_up("similarity", self.similarity, SIMILARITIES)
        look_up("inference", self.inference, INFERENCE)
        require(self.bootstraps >= 2, f"--bootstraps must be at least 2; got {self.bootstraps}.")

    def read(self, progress: Progress | None = None) -> Matched:
        """Read every file, and put models and subjects on the same stimuli."""
        require(
            bool(self.models and self.data),
            "compare needs files of models and of data: isocortex compare MODEL… --data DATA….",
        )
        for path in self.files():
            require(self.files().count(path) == 1, f"{path} is given twice.")
        models, data = ({path: read(path) for path in paths} for paths in (self.models, self.data))
        matched = match(models, data, dissimilarity=self.dissimilarity)
        if self.categories is None and matched.categories is None:
            return matched
        stimuli = matched.data.stimuli
        named = matched.categories if self.categories is None else read_categories(self.categories, stimuli)
        category_contrast(matched.data, named)
        return replace(matched, categories=named)

    def files(self) -> list[Path]:
        """Return the models, the data, and the table of categories."""
        return [*self.models, *self.data, *([] if self.categories is None else [self.categories])]

    def walk(self, run: Run, inputs: Matched) -> None:
        """RDMs → ceiling → similarities, with tests → category contrasts → figures."""
        factors, _ = INFERENCE[self.inference]
        asked = {
            "key": self.key("bootstrap"),
            "method": self.similarity,
            "n_bootstraps": self.bootstraps,
            "factors": factors,
            "correction": CORRECTION,
        }
        with run.stage("comparison"):
            table = rsa.compare(inputs.models, inputs.data, **asked)
            pairs = rsa.differences(inputs.models, inputs.data, **asked) if len(inputs.models) > 1 else None
            ceiling = noise_ceiling(
                inputs.recordings, inputs.data, dissimilarity=self.dissimilarity, similarity=self.similarity
            )
        contrasts = None if inputs.categories is None else contrast_table(inputs)
        found = Comparison(inputs, table, pairs, ceiling, contrasts, self.similarity)
        self.report(run, found)
        with run.stage("figures"):
            draw(run, found)

    def report(self, run: Run, found: Comparison) -> None:
        """Write the numbers, the answer in words, and the methods."""
