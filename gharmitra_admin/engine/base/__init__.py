"""What all stands on: files, SQLite, paths, settings, jobs, errors, clock."""
