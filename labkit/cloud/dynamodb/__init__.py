"""DynamoDB's tables, items, indexes and streams, where moto does not do as it does.

``item_requests`` says what is refused of a call, ``item_changes`` what becomes of an item.
"""
