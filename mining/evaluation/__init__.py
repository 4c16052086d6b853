"""How good labels and vectors are, beside guessing, beside two people, and beside floors they may not fall below."""
