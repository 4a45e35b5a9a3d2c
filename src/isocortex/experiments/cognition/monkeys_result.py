"""How like monkeys the networks judge noisy motion: accuracy and reaction times at each animal's threshold."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

from matplotlib.figure import Figure

from ... import plots
from ...formats import interval, number, percent
from ...report import Finding, Picture
from .monkeys import Animal, Matched, fall, middle, numbers
from .perceptual_result import PerceptualResult
from .trained import TRAINED


@dataclass(frozen=True, eq=False)
class BesideMonkeys(PerceptualResult):
    """Networks beside monkeys whose thresholds they were given by noise.

    Attributes
    ----------
    animals : dict of str to Animal
    matched : dict of str to Matched
        Empty where no network learned the task.
    """

    question: ClassVar[str] = (
        "How like two monkeys do recurrent networks judge noisy motion, how well, and by which mechanism?"
    )
    references: ClassVar[tuple[str, ...]] = (*PerceptualResult.references, "roitman-shadlen-2002")

    animals_in_words: ClassVar[str] = (
        " Points are the monkeys, with 95 % intervals; dotted lines are the curves fitted to them."
    )

    animals: dict[str, Animal]
    matched: dict[str, Matched]

    @cached_property
    def beside(self) -> dict[str, float]:
        """The numbers of the animals, and of the networks beside them."""
        return numbers(self.animals, self.matched)

    def numbers(self) -> dict[str, float | int]:
        return super().numbers() | self.beside

    def behaviour_findings(self) -> Iterator[Finding]:
        for name, found in self.matched.items():
            yield from self.matched_findings(name, found)
        yield from super().behaviour_findings()

    def matched_findings(self, name: str, found: Matched) -> Iterator[Finding]:
        """Show accuracy and reaction times of the networks beside those of one animal."""
        animal, slug = self.animals[name], name.replace(" ", "")
        kind = f"networks, σ {number(found.sigma, 2)}"
        shared = (
            f"The networks have input noise, σ = {number(found.sigma, 2)} √ms, that gives them the animal's threshold."
        )
        yield Picture(
            f"chronometric_{slug}",
            partial(plots.chronometric_curves, {kind: found.times}, animals={name: animal.times}),
            title=f"Beside {name}: reaction times",
            caption=f"{shared} They answer when their outputs differ enough for the animal's accuracy; "
            f"{number(found.constant, 0)} ms are added to all their times. In {percent(found.unanswered, 0)} of the "
            "trials the outputs never differ by that much; these trials are left out.",
            alt=f"Chronometric curves of networks and of {name} against coherence.",
        )
        yield Picture(
            f"psychometric_{slug}",
            partial(plots.psychometric_curves, {kind: found.points}, animals={name: animal.points}),
            title=f"Beside {name}: accuracy",
            caption=f"{shared} Each thin line is a network. Points are the animal's accuracy with 95 % intervals.",
            alt=f"Psychometric curves of networks and of {name} against coherence.",
        )

    def draw_curves(self, **animals: Any) -> Figure:
        points = {name: animal.points for name, animal in self.animals.items()}
        fits = {name: animal.fit for name, animal in self.animals.items()}
        return super().draw_curves(animals=points, animal_fits=fits)

    def answer(self) -> str:
        if not self.matched:
            alone = (
                f"No network reaches {percent(TRAINED, 0)} of the ideal observer's success, so none is compared with "
                "the monkeys."
            )
            return f"{alone} {super().answer()}"
        said = [self.likeness(name, found) for name, found in self.matched.items()]
        return f"{' '.join(said)} {super().answer()}"

    def likeness(self, name: str, found: Matched) -> str:
        """Say how like an animal the networks are at its threshold."""
        animal, place = self.animals[name], f"matched.{name.replace(' ', '')}.time_fall_difference_ms"
        difference, low, high = (self.beside[key] for key in (place, f"{place}.low", f"{place}.high"))
        slope, ends = (
            middle(found.fits, "slope"),
            [float(animal.fit[f"slope_{end}"].iloc[0]) for end in ("low", "high")],
        )
        steep = "steeper than" if slope > ends[1] else "flatter than" if slope < ends[0] else "as steep as"
        fallen = "more than" if low > 0 else "less than" if high < 0 else "about as much as"
        return (
            f"With input noise that gives them the threshold of {name}, the networks have psychometric curves {steep} "
            f"the monkey's (slope {number(slope, 2)}, median; the monkey's "
            f"{interval(middle(animal.fit, 'slope'), *ends, decimals=2)}). Their reaction times fall {fallen} the "
            f"monkey's from the weakest to the strongest motion: by {number(fall(found.trials), 0)} ms, and the "
            f"monkey's by {number(fall(animal.trials), 0)} ms, a difference of "
            f"{interval(difference, low, high, decimals=0)} ms."
        )

    def notes(self) -> list[str]:
        return [
            *(
                f"With input noise of σ = {number(found.sigma, 2)} √ms the networks have a threshold of "
                f"{number(middle(found.fits, 'threshold'), 1)} % (median) without further training, {name} one of "
                f"{number(self.animals[name].threshold, 1)} %. A constant of {number(found.constant, 0)} ms is added "
                "to the networks' reaction times, for what is not part of the decision; it does not change by how "
                "much they fall."
                for name, found in self.matched.items()
            ),
            "The monkeys saw moving dots, whose motion is noisy itself. The input noise of the networks stands for "
            "that noise "
            "and for the noise in the monkeys' brains together.",
            *super().notes(),
        ]

    def network_methods(self) -> list[str]:
        return [
            *super().network_methods(),
            "Beside a monkey the networks get noisier input, with the σ at which the median of their thresholds is the "
            "animal's; they are not trained again. Each network then has the bound at which its accuracy is the "
            "animal's, and a constant is added to all times so that their mean is the animal's. The interval of the "
            "difference between the falls of reaction times is that of a jackknife over networks, their trials and the "
            "animal's, with noise and bounds fixed.",
        ]
