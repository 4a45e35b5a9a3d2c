"""Model recovery: plant each model as if it were the brain, and see which measure names it."""

from .noise import TrialNoise as TrialNoise
from .noise import independent_noise as independent_noise
from .noise import trial_noise as trial_noise
from .recover import FACTORS as FACTORS
from .recover import Recovery as Recovery
from .recover import recover as recover
from .sizes import ENOUGH as ENOUGH
from .sizes import Size as Size
from .sizes import needed as needed
