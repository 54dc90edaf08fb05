"""Who opens, changes and finds what: every address, form and field, with somebody of every role, in the demo."""
