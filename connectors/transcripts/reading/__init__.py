"""What the transcript formats share: bytes to text, values, cues, who speaks, dates in names, finding the files."""
