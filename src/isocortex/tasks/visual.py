"""The tasks on pictures, by name."""

from dataclasses import dataclass
from typing import Any

from ..registries import Registry
from ..stimuli.gratings import RESOLUTION, SPATIAL_FREQUENCY
from .orientation import OrientationDiscrimination, OrientationRegression
from .protocol import Task
from .rotation import ImageRotation


@dataclass(frozen=True)
class VisualTask:
    """A task on pictures that experiments offer by name.

    Attributes
    ----------
    task : type of Task
    reads : sequence of str
        The options of :func:`visual_task` that it takes besides the resolution.
    learned : str
        What a network learns to do, after "to".
    """

    task: type[Any]
    reads: tuple[str, ...]
    learned: str


VISUAL_TASKS = Registry(
    "task",
    "visual_tasks",
    {
        "tilt": VisualTask(
            OrientationDiscrimination,
            ("spatial_frequency",),
            "say whether a grating is tilted left or right (binary cross-entropy)",
        ),
        "boundary": VisualTask(
            OrientationDiscrimination,
            ("spatial_frequency", "boundary"),
            "say on which side of a boundary a grating lies (binary cross-entropy)",
        ),
        "orientation": VisualTask(
            OrientationRegression,
            ("spatial_frequency",),
            "report a grating's orientation as the unit vector of the doubled angle (squared error)",
        ),
        "rotation": VisualTask(
            ImageRotation,
            ("pictures",),
            "report by how much a picture is turned, as the unit vector of the angle (squared error)",
        ),
    },
)


def visual_task(
    name: str,
    *,
    boundary: float = 45.0,
    pictures: Any = None,
    spatial_frequency: float = SPATIAL_FREQUENCY,
    resolution: float = RESOLUTION,
) -> Task:
    """Return a task on pictures by name: ``tilt``, ``boundary``, ``orientation`` or ``rotation``.

    `boundary` (degrees) is read by the task of that name alone, ``tilt`` has its boundary at vertical; `pictures` by
    ``rotation`` alone.

    Raises
    ------
    InputError
        If there is no task of that name.

    Examples
    --------
    >>> type(visual_task("tilt")).__name__
    'OrientationDiscrimination'
    """
    known = VISUAL_TASKS.named(name)
    options = {"boundary": boundary, "pictures": pictures, "spatial_frequency": spatial_frequency}
    return known.task(resolution=resolution, **{option: options[option] for option in known.reads})
