"""Every sentence a user reads, made from codes and values; leaves nothing on disk."""
