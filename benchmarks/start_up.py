"""How long a user waits for the command line and for the import."""

import subprocess
import sys

import numpy as np
from measure import row, seconds

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import isocortex": ["-c", "import isocortex"],
    "isocortex --help": ["-m", "isocortex.cli", "--help"],
    "isocortex list": ["-m", "isocortex.cli", "list"],
    "isocortex run orientation-v1 --help": ["-m", "isocortex.cli", "run", "orientation-v1", "--help"],
    "import jax": ["-c", "import jax"],
}
for name, words in COMMANDS.items():
    command = [sys.executable, *words]
    times = [seconds(lambda c=command: subprocess.run(c, stdout=subprocess.DEVNULL, check=True)) for _ in range(8)]
    print(row(name, np.array(times[1:]), 1e3, "ms"))
