"""What Lake Formation lets the principal do for whom the catalog is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.refusals import denied
from labkit.cloud.operations import Principal

if TYPE_CHECKING:
    from labkit.cloud.lake_formation.access import Access

CHANGING = ("ALTER", "INSERT", "DELETE")
Definition = dict[str, Any]


class Rights:
    """The part of a `Metastore` that refuses; nothing where it is nobody's."""

    cloud: Cloud
    region: str
    principal: Principal | None

    if TYPE_CHECKING:

        def database(self, name: str) -> Any | None: ...
        def table(self, database: str, name: str) -> Any | None: ...
        def definition(self, database: str, name: str) -> Definition | None: ...

    def shown(self, database: str, name: str) -> Definition | None:
        """The same, without columns that the principal may not select, where it may some.

        Raises:
            AwsError: ``AccessDeniedException``: it may not see the table.
        """
        from labkit.cloud.lake_formation.access import seen

        access, found = self.access(database, name), self.definition(database, name)
        if access is not None and not access.rights:
            raise denied("DESCRIBE", name)
        return seen(found, access) if found else None

    def access(self, database: str, name: str) -> Access | None:
        """What the principal may do with a table; ``None`` where Lake Formation has no say."""
        from labkit.cloud.lake_formation.access import to_table

        held, found = self.database(database), self.table(database, name)
        if self.principal is None or found is None:
            return None
        with self.cloud.lock("glue"):
            return to_table(self.cloud, self.principal, self.region, held, found)

    def shows_table(self, database: str, name: str) -> bool:
        """Whether the principal may see a table."""
        access = self.access(database, name)
        return access is None or bool(access.rights)

    def check_table(self, right: str | tuple[str, ...], database: str, name: str) -> None:
        """Raise where Lake Formation lets the principal not do something with a table.

        Args:
            right: what is required, or several of which one is.
            database: the table's database.
            name: the table.

        Raises:
            AwsError: ``AccessDeniedException``.
        """
        access, rights = self.access(database, name), (right,) if isinstance(right, str) else right
        if access is not None and not access.rights.intersection(rights):
            raise denied(rights[0], name)

    def check_partitions(self, database: str, name: str) -> None:
        """Raise where the principal may not be told a table's partitions, whose values are data.

        Raises:
            AwsError: ``AccessDeniedException``: it may select some rows alone, or not all keys.
        """
        access = self.access(database, name)
        if access is None or (access.rights and "SELECT" not in access.rights):
            return
        keys = (self.definition(database, name) or {}).get("PartitionKeys") or ()
        if not access.shows(key["Name"] for key in keys):
            raise denied("SELECT", name)

    def check_drop(self, name: str) -> None:
        """Raise where the principal may not drop a database, or a table that is in it.

        Raises:
            AwsError: ``AccessDeniedException``.
        """
        self.check_database("DROP", name)
        found = self.database(name)
        for table in list(found.tables) if found else ():
            self.check_table("DROP", name, table)

    def check_location(self, database: str, definition: Definition) -> None:
        """Raise where the principal may not let a table lie in its folder.

        Raises:
            AwsError: ``AccessDeniedException``: others read the folder by Lake Formation's grants.
        """
        held, known = self.database(database), self.definition(database, definition["Name"])
        own = ((known or {}).get("StorageDescriptor") or {}).get("Location")
        location = (definition.get("StorageDescriptor") or {}).get("Location")
        self._check_location(location, own, held and held.input.get("LocationUri"))

    def check_change(self, database: str, definition: Definition) -> None:
        """Raise where the principal may not make a table, or give it another definition.

        Raises:
            AwsError: ``AccessDeniedException``.
        """
        if self.table(database, definition["Name"]) is None:
            self.check_database("CREATE_TABLE", database)
        else:
            self.check_table(CHANGING, database, definition["Name"])
        self.check_location(database, definition)

    def check_folder(self, name: str, definition: Definition) -> None:
        """Raise where the principal may not let a database have its folder, likewise."""
        held = self.database(name)
        self._check_location(definition.get("LocationUri"), held and held.input.get("LocationUri"))

    def _check_location(self, location: str | None, *within: str | None) -> None:
        from labkit.cloud.lake_formation.locations import check_location

        if self.principal is not None:
            check_location(self.cloud, self.principal, self.region, location, *within)

    def check_creation(self, definition: Definition) -> None:
        """Raise where the principal may not make a database.

        Raises:
            AwsError: ``AccessDeniedException``.
        """
        from labkit.cloud.lake_formation.access import may_create_databases

        if self.principal is None:
            return
        if not may_create_databases(self.cloud, self.principal, self.region):
            raise denied("CREATE_DATABASE", "Catalog")
        self.check_folder(definition["Name"], definition)

    def shows_database(self, found: Any) -> bool:
        """Whether the principal may see a database, of moto's."""
        rights = self._rights(found)
        return rights is None or "DESCRIBE" in rights

    def check_database(self, right: str, name: str) -> None:
        """Raise where Lake Formation lets the principal not do something with a database.

        Raises:
            AwsError: ``AccessDeniedException``.
        """
        rights = self._rights(self.database(name))
        if rights is not None and right not in rights:
            raise denied(right, name)

    def _rights(self, database: Any) -> set[str] | None:
        from labkit.cloud.lake_formation.access import to_database

        if self.principal is None or database is None:
            return None
        with self.cloud.lock("glue"):
            return to_database(self.cloud, self.principal, self.region, database)
