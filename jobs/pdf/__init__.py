"""What is drawn on paper? Each module turns plain facts into the bytes of one PDF."""
