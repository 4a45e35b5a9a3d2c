"""Every public function and class has an example: in its docstring, or in the gallery and tutorials if it draws."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import isocortex

SOURCE = Path(isocortex.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
DRAWN = "".join(path.read_text("utf-8") for path in [DOCS / "gallery.md", *(DOCS / "tutorials").glob("*.md")])

WITHOUT = {
    f"isocortex.{name}"
    for name in (
        "plots.beside_theory",
        "plots.choice_probabilities",
        "plots.chronometric_curves",
        "plots.decision_curves",
        "plots.decoding_courses",
        "plots.decoding_panels",
        "plots.embedding_maps",
        "plots.error_curves",
        "plots.estimates",
        "plots.filter_change",
        "plots.gain_distributions",
        "plots.gain_field_circles",
        "plots.harmonics",
        "plots.input_weights",
        "plots.losses",
        "plots.map_sizes",
        "plots.measure_panels",
        "plots.option_effects",
        "plots.paired_scores",
        "plots.parameter_map",
        "plots.paths",
        "plots.patterns",
        "plots.position_errors",
        "plots.potentials",
        "plots.predicted_tuning",
        "plots.profiles",
        "plots.proportions",
        "plots.quantile_probability",
        "plots.rank_agreement",
        "plots.rasters",
        "plots.rdm_movie",
        "plots.rdm_strip",
        "plots.reaction_time_densities",
        "plots.rescaled_time",
        "plots.response_matrices",
        "plots.retinal_maps",
        "plots.selected_inputs",
        "plots.share_matrices",
        "plots.signal_to_noise_ranks",
        "plots.similarity_bars",
        "plots.similarity_courses",
        "plots.size_curves",
        "plots.sorted_activity",
        "plots.speed_picture",
        "plots.spike_filters",
        "plots.temporal_matrix",
        "plots.training_curves",
        "plots.tuning_distributions",
        "plots.unit_scatter",
        "plots.variant_scores",
        "plots.weight_courses",
        "plots.weight_matrices",
        "plots.weight_pictures",
    )
}
"""Names without an example yet. This list may only become shorter."""


def public_names():
    """Return every public function and class, by the innermost package that has it."""
    found = {}
    for file in sorted(SOURCE.rglob("__init__.py"), key=lambda path: len(path.parts)):
        package = ".".join(("isocortex", *file.parent.relative_to(SOURCE).parts))
        stub = file.with_suffix(".pyi")
        lines = ast.parse((stub if stub.exists() else file).read_text("utf-8")).body
        names = [a.name for line in lines if isinstance(line, ast.ImportFrom) for a in line.names if a.asname == a.name]
        for name in names:
            value = getattr(import_module(package), name)
            if inspect.isclass(value) or inspect.isroutine(value):
                found[id(value)] = (f"{package}.{name}", value)
    return dict(found.values())


def has_example(name, value):
    drawn = name.startswith("isocortex.plots.") and f"plots.{name.rsplit('.', 1)[1]}(" in DRAWN
    return drawn or ">>>" in (inspect.getdoc(value) or "")


def test_every_public_name_has_an_example():
    missing = {name for name, value in public_names().items() if not has_example(name, value)}
    assert missing - WITHOUT == set(), "Write an example for each of these."
    assert WITHOUT - missing == set(), "These have an example now: take them off the list."


def test_every_room_has_its_page_of_the_reference():
    """Names of the two inner packages of rsa are on its page."""
    pages = "".join(path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
    rooms = {name.rsplit(".", 1)[0] for name in public_names()}
    inner = {f"isocortex.analysis.rsa.{name}" for name in ("dissimilarities", "similarities")}
    assert {room for room in rooms - inner if f"{{public-names}} {room}\n" not in pages} == set()
