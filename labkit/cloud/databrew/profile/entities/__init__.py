"""Personal information: how each entity type that DataBrew detects is told from other text.

DataBrew names the types and their group, not how it finds them:
https://docs.aws.amazon.com/databrew/latest/dg/API_EntityDetectorConfiguration.html. Here a type has
a pattern that a whole value matches, a check of what its issuer promises (check digits, numbers
that are never given), and words of column names. Where half of all numbers would match, as with a
bank account, the column's name must have one of the words.

AWS's detector of people's names is a model that reads them. Here a name is what has no digits or
signs in a column that is called so.
"""

from labkit.cloud.databrew.profile.entities.registry import ENTITIES, GROUPS, Entity, entity_types

__all__ = ["ENTITIES", "GROUPS", "Entity", "entity_types"]
