"""Ways to show an answer; one file each, and none of them asks the store anything."""
