"""WHAT is computed: names, shapes and operations, as frozen data; imports no array library."""
