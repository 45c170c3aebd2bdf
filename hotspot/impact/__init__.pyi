from .detectable_falls import DetectableChange as DetectableChange
from .detectable_falls import detectable_change as detectable_change
from .displacement_measures import displacement as displacement
from .mean_of_places import PlaceMean as PlaceMean
from .mean_of_places import empirical_bayes as empirical_bayes
