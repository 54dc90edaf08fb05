"""What is true: tables, constraints and the verbs that change them."""
