"""Makes the sample's files: `people` and `background` invent the crowd, `planted` the cases, `files` writes."""
