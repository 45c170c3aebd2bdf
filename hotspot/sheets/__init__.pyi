from .message_texts import MessageTexts as MessageTexts
from .target_files import WrittenTargets as WrittenTargets
from .target_files import write_targets as write_targets
