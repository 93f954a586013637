"""The account's side of QuickSight: its subscription, people, keys, tags, folders and themes."""

import labkit.cloud.quicksight.accounts.assignments
import labkit.cloud.quicksight.accounts.custom_permissions
import labkit.cloud.quicksight.accounts.customization
import labkit.cloud.quicksight.accounts.folders
import labkit.cloud.quicksight.accounts.groups
import labkit.cloud.quicksight.accounts.key_registration
import labkit.cloud.quicksight.accounts.members
import labkit.cloud.quicksight.accounts.namespaces
import labkit.cloud.quicksight.accounts.namespaces_gone
import labkit.cloud.quicksight.accounts.restrictions
import labkit.cloud.quicksight.accounts.settings
import labkit.cloud.quicksight.accounts.subscription
import labkit.cloud.quicksight.accounts.switches
import labkit.cloud.quicksight.accounts.tagged
import labkit.cloud.quicksight.accounts.tags
import labkit.cloud.quicksight.accounts.theme_aliases
import labkit.cloud.quicksight.accounts.themes
import labkit.cloud.quicksight.accounts.users  # noqa: F401
