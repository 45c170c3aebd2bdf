from .crime_matching import CrimeMatching as CrimeMatching
from .crime_matching import write_crime_matching as write_crime_matching
from .manifest import read_manifest as read_manifest
from .share_files import write_frames_alone as write_frames_alone
from .share_reading import read_share as read_share
from .share_writing import write_share as write_share
