"""``isocortex record``: show a folder of pictures to a model in a Python file, and write the activity of its layers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from rich.text import Text

from ..cores import compile_alike, use_compilation_cache
from ..errors import require
from ..experiments.shared.options import check_options, option
from ..formats import counted, visible
from ..user_code import made_by
from .console import PipedConsole
from .run import parse_as
from .tables import print_table


@dataclass(frozen=True, kw_only=True)
class Record:
    """Record the layers of any model into a file that isocortex compare takes.

    MODEL.py:FUNCTION names a function without arguments in a Python file, which is run. It returns the model: a
    torch.nn.Module, an Equinox or Flax module, a model of isocortex, or a function of images. docs/foreign.md has
    examples.

    Seven layers of a network in model.py, with the normalisation of ImageNet:
        isocortex record model.py:resnet --images photographs --layers maxpool layer1 layer2 layer3 layer4 avgpool fc
            --size 224 --mean 0.485 0.456 0.406 --std 0.229 0.224 0.225 --out resnet.nc

    Then compare them with a recording of the same pictures, whose stimuli are the names of the files:
        isocortex compare resnet.nc --data it.npz
    """

    model: Annotated[
        str, option("File and function that make the model", positional=True, metavar="MODEL.py:FUNCTION")
    ] = ""
    images: Annotated[
        Path | None, option("Folder of pictures, shown in the order of their names", metavar="FOLDER")
    ] = None
    out: Annotated[Path, option("File for the activity, netCDF; it appears when it is complete", metavar="FILE.nc")] = (
        Path("layers.nc")
    )
    layers: Annotated[
        tuple[str, ...], option("Layers by their names, inside of modules with dots; by default the outermost ones")
    ] = ()
    size: Annotated[tuple[int, ...], option("Resize pictures to a square, or to rows and columns", at_least=1)] = ()
    mean: Annotated[tuple[float, ...], option("Taken off pictures of 0…1, for each channel")] = ()
    std: Annotated[tuple[float, ...], option("By which they are divided then, for each channel", above=0)] = ()
    channels: Annotated[int | None, option("1 for grey, 3 for colour", at_least=1, at_most=3)] = None
    batch: Annotated[int | None, option("The most pictures that are shown at once", at_least=1)] = None
    memory: Annotated[float | None, option("How much recording may take beside the model", unit="GB", above=0)] = None
    population: Annotated[bool, option("Whether a model of isocortex is a population")] = False

    def __post_init__(self) -> None:
        check_options(self)
        require(len(self.size) <= 2, f"--size takes one number, or rows and columns; got {len(self.size)} numbers.")


def record_command(words: list[str]) -> None:
    """Run ``record MODEL.py:FUNCTION --images FOLDER [--layers …] [--out FILE.nc]``."""
    options = parse_as(Record, words, "isocortex record")
    require(
        bool(options.model) and options.images is not None,
        "record needs a model and pictures: isocortex record MODEL.py:FUNCTION --images FOLDER.",
    )
    use_compilation_cache()
    compile_alike()
    from ..models import record

    size = options.size[0] if len(options.size) == 1 else options.size or None
    layers = record(
        made_by(options.model, what="model", files_only=True),
        options.images,
        layers=options.layers or None,
        size=size,  # pyright: ignore[reportArgumentType] (two numbers at most)
        mean=options.mean or None,
        std=options.std or None,
        channels=options.channels,
        batch=options.batch,
        memory=options.memory,
        population=options.population,
        file=options.out,
    )
    console = PipedConsole(highlight=False)
    first = next(iter(layers.values()))
    console.print(Text(f"{counted(first.sizes['stimulus'], 'picture')} were shown to {visible(options.model)}."))
    print_table(console, {"layer": list(layers), "units": [array.sizes["unit"] for array in layers.values()]})
    console.print(
        Text(visible(f"Compare them with a recording: isocortex compare {options.out} --data …")), soft_wrap=True
    )
