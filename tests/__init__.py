"""The tests of regviz, in folders that mirror its packages."""
