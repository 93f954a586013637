"""Logs Insights' language: what a log group's events say, filtered, added up, put in order.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""
