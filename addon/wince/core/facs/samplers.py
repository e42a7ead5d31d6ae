"""The samplers of expressions, by one name: `samplers.pain_expressions(rng, 3)`.

Each takes the generator of its own stream, such as `stream(seed, "expression", person)`, and touches no other.
"""

from .pose import pose_jitter
from .sample_nonpain import nonpain_expressions
from .sample_pain import pain_expressions

__all__ = ["nonpain_expressions", "pain_expressions", "pose_jitter"]
