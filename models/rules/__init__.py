"""Which answers follow from facts alone? Pure rules: no database, no clock, no dice."""
