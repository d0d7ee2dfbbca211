"""The standing promise: hostile files, kills, failing disks and dying engines end in one sentence or not at all."""
