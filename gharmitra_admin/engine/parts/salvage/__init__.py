"""What can still be read of a damaged database file. Leaves what each part says of itself."""
