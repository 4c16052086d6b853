"""What may be kept of what customers say: personal data is masked before anything is stored."""

from mining.privacy.authors import hash_author, new_key
from mining.privacy.masking import Kind, Masked, Span, mask
from mining.privacy.records import mask_feedback, mask_reject

__all__ = ["Kind", "Masked", "Span", "hash_author", "mask", "mask_feedback", "mask_reject", "new_key"]
