"""Words, rules and kinds of a comparison, for whoever names them and compares nothing."""

COMPARABLE = "Comparable"
LOWER, HIGHER, IMPROVED, DETERIORATED = "Lower", "Higher", "Improved", "Deteriorated"
WORDS = (LOWER, HIGHER, IMPROVED, DETERIORATED, COMPARABLE)
RULES = ("both", "band", "significance")
BETTER = ("lower", "higher")
KINDS = ("count", "measure")
