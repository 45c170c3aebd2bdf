from .as_incidents import true_incidents as true_incidents
from .process import Process as Process
from .sample import make_sample as make_sample
from .sample import write_sample as write_sample
