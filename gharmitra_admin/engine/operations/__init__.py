"""What a user asks for; an operation never imports another operation."""
