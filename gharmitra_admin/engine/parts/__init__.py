"""What operations are made of; each module is one noun."""
