from .as_incidents import true_incidents as true_incidents
from .linked_offenders import linked_incidents as linked_incidents
from .patrol_walks import MadePatrols as MadePatrols
from .patrol_walks import made_patrols as made_patrols
from .process import Process as Process
from .sample import make_sample as make_sample
from .sample import write_sample as write_sample
