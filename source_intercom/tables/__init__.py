"""
Tables: what the platform sees of a reading, and the CDK's parts that this connector brings itself.

retrievers are declared in the manifest; a family is one reading with its selected tables; a table
turns rows into lines, and its cursor says in its state what of them has been handed over.
"""
