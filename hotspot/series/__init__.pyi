from .leads import SeriesLeads as SeriesLeads
from .leads import series_candidates as series_candidates
from .linkage import LinkageModel as LinkageModel
from .linkage_evaluation import LinkageEvaluation as LinkageEvaluation
from .linkage_evaluation import evaluate_linkage as evaluate_linkage
from .linked_crimes import CrimeSeries as CrimeSeries
from .linked_crimes import crime_series as crime_series
from .pair_evidence import evidence_of_pairs as evidence_of_pairs
