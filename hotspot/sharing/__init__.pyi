from .crime_matching import CrimeMatching as CrimeMatching
from .crime_matching import write_crime_matching as write_crime_matching
