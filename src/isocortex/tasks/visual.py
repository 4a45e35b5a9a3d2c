"""The tasks on pictures, by name."""

from typing import Any

from ..errors import look_up
from ..stimuli.gratings import RESOLUTION, SPATIAL_FREQUENCY
from .orientation import OrientationDiscrimination, OrientationRegression
from .protocol import Task
from .rotation import ImageRotation

VISUAL_TASKS: dict[str, tuple[type[Task], tuple[str, ...], str]] = {
    "tilt": (
        OrientationDiscrimination,
        ("spatial_frequency",),
        "say whether a grating is tilted left or right (binary cross-entropy)",
    ),
    "boundary": (
        OrientationDiscrimination,
        ("spatial_frequency", "boundary"),
        "say on which side of a boundary a grating lies (binary cross-entropy)",
    ),
    "orientation": (
        OrientationRegression,
        ("spatial_frequency",),
        "report a grating's orientation as the unit vector of the doubled angle (squared error)",
    ),
    "rotation": (
        ImageRotation,
        ("pictures",),
        "report by how much a picture is turned, as the unit vector of the angle (squared error)",
    ),
}
"""Name → (class, the options that it reads besides resolution, what a network learns to do)."""


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
    """
    task, names, _ = look_up("task", name, VISUAL_TASKS)
    options = {"boundary": boundary, "pictures": pictures, "spatial_frequency": spatial_frequency}
    return task(resolution=resolution, **{option: options[option] for option in names})
