"""What does a new portal show before the partnership's own work is in it? A fictitious partnership at work."""
