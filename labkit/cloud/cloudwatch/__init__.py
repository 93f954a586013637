"""CloudWatch: moto keeps metrics and alarms, and here is what it does not do right.

Services send their metrics here (`sending`), alarms are judged by them (`watching`, by the rules of
`evaluation`), and tell of their new state (`alarm_states`).
"""
