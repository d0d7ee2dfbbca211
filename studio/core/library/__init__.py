"""The library: pictures of many folders with what style, subject and palette they have, on the disk and searchable."""
