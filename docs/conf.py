"""How Sphinx builds the site: MyST pages, tutorials that are executed, and a reference made from the docstrings."""

import os
import subprocess
import sys
from pathlib import Path

from isocortex import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "isocortex"
author = "The isocortex developers"
release = __version__
project_copyright = "The isocortex developers, BSD-3-Clause"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "public_names",
]
exclude_patterns = ["_build", "jupyter_execute"]
nitpicky = True  # a reference that leads nowhere is a warning, and sphinx-build -W fails on it
# What a docstring says about the type of a field is prose, and leads nowhere.
nitpick_ignore_regex = [("py:class", ".*")]
suppress_warnings = ["ref.python"]

# Pages: MyST Markdown. Pages that begin with a kernel are notebooks, and are executed when they have changed.
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = 600
nb_merge_streams = True
os.environ.setdefault("PYTHONWARNINGS", "ignore:IProgress not found")  # notebooks here have no widgets
# A page computes little and compiles much: plainly, where XLA knows these flags (it aborts on unknown ones), and what
# one page has compiled serves the others.
PLAINLY = os.environ | {
    "XLA_FLAGS": "--xla_backend_optimization_level=1 --xla_cpu_use_fusion_emitters=false "
    "--xla_cpu_parallel_codegen_split_count=1",
    "JAX_COMPILATION_CACHE_DIR": str(Path(__file__).parent / "_build" / "compiled"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
}
if not subprocess.run([sys.executable, "-c", "import jax; jax.devices()"], env=PLAINLY, capture_output=True).returncode:
    os.environ.update(PLAINLY)

# Recordings are not part of the repository; a page that needs one is shown without its output where they are missing.
os.environ.setdefault("ISOCORTEX_DATA", str(Path(__file__).parents[2] / "shared" / "data"))
MONKEYS = Path(os.environ["ISOCORTEX_DATA"]) / "roitman-shadlen-2002.csv"
nb_execution_excludepatterns = [] if MONKEYS.exists() else ["tutorials/perceptual-decision.md"]

# The reference: numpydoc, without types in signatures, which the Parameters section states in words.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_param = False
napoleon_use_rtype = False
toc_object_entries_show_parents = "hide"

# Other packages: their own inventory where it can be fetched, else the few names that this site uses.
intersphinx_timeout = 5
intersphinx_mapping = {
    name: (address, (None, f"inventories/{name}.inv"))
    for name, address in {
        "equinox": "https://docs.kidger.site/equinox/",
        "jax": "https://docs.jax.dev/en/latest/",
        "numpy": "https://numpy.org/doc/stable/",
        "python": "https://docs.python.org/3/",
        "scipy": "https://docs.scipy.org/doc/scipy/",
        "xarray": "https://docs.xarray.dev/en/stable/",
    }.items()
}

html_theme = "pydata_sphinx_theme"
html_title = "isocortex"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc", "sourcelink"],
    "show_prev_next": True,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
