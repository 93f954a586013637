"""DynamoDB's expressions: what they say, and what is refused of them before an item is looked at.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""
