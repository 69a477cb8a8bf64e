"""What pytest loads when trivium is installed: one plugin.

Knows nothing but pytest.
"""
